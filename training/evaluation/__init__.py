"""Proves what the judge can do, and what it cannot, on sets and recordings it has never met.

`make evaluate` writes one report into `docs/evaluation`: Markdown, pictures and JSON.

From the sound to the page:

- whose sound, and what is true of it: `sources`, `styles`, `simulated`, `alone`, `recordings`,
  `tapes`, `mixes`; what happens to it: `treatments`;
- what is judged, by whom, and what was said: `cases`, `serving`, `judging`, `traces`;
- how much, from which seeds, which held-out sets, which flaws: `plan`, `recipes`, `flaws`;
- figures: `metrics`, `intervals`, `samples`, `matching`;
- what needs no judge: `baselines`, `rubric`;
- one module for each examination: `splits`, `pairs`, `crosstalk`, `dose`, `invariance`, `gaming`,
  `streaming`, `leak`, `listening`, `real`, `cost`;
- what is written: `chapters`, `plots`, `report`.
"""
