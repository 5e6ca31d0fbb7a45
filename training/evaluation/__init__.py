"""Proves what the judge can do, and what it cannot, on sets and recordings it has never met.

`make evaluate` writes one report into `docs/evaluation`: Markdown, pictures and JSON.

From the sound to the page: `sources`, `styles`, `simulated`, `alone`, `recordings`, `tapes` and
`mixes` (whose sound, and what is true of it), `treatments` (what happens to it), `cases` (what is
judged), `serving` and `judging` (judging it, once), `traces` (what was said); `plan` (how much, from
which seeds), `recipes` and `flaws` (held-out sets, and what is put into them); `metrics`, `intervals`,
`samples`, `matching` (figures); `baselines`, `rubric` (what needs no judge); one module for each
examination (`splits`, `pairs`, `crosstalk`, `dose`, `invariance`, `gaming`, `streaming`, `leak`,
`listening`, `real`, `cost`); `plots`, `chapters`, `report`.
"""
