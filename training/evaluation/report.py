"""The report: one Markdown page with every figure beside its aim, and the same as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from training.evaluation.chapters import Cell, Chapter, Measure, Table

PAGE: Final = "README.md"
DATA: Final = "evaluation.json"
MISSED: Final = "MISSED"

NOT_SHOWN: Final = """## What this does not show
- **R2 on simulation is a recovery claim, not human agreement.** It says how well the judge
  recovers labels that were computed from the parameters of rendered sets. On 549 public clips
  with 10 human raters each, one rater against the rest reaches r .64 and five together r .81:
  that is the ceiling for agreement with people, and nothing here measures it.
- Labels follow published thresholds of hearing and our own choice of weights. Another rubric
  would give other labels.
- The simulator plays four genres with its own instruments. The chapter on real recordings is
  small, its mixes are made by this program, and no set of a human DJ is among them.
- Stage presence and the reaction of a crowd cannot be heard here.
- Intervals are over the sets (or pairs) of this run: they do not cover what another simulator,
  training or listener would change."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the report speaks of.

    Attributes
    ----------
    described
        Seeds, sizes and the like.
    """

    model: str
    models_sha256: str
    trained: bool
    code_digest: str
    described: Mapping[str, object]
    sets_judged: int
    sets_failed: int
    sets_left: int


def write(folder: Path, header: Header, chapters: Sequence[Chapter]) -> None:
    """Write page and JSON into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_text(page(header, chapters), encoding="utf-8")
    data = {"header": asdict(header), "chapters": [_plain(chapter) for chapter in chapters]}
    text = json.dumps(_finite(data), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / DATA).write_text(text + "\n", encoding="utf-8")


def page(header: Header, chapters: Sequence[Chapter]) -> str:
    """Return the whole report in Markdown."""
    parts = [
        "# Evaluation of the judge",
        "Written by `make evaluate`, never by hand. Every figure that has an aim stands in the "
        "first table, those that were missed as well.",
        _heading(header),
        "## Aims",
        _aims(chapters),
        NOT_SHOWN,
        *(_chapter(chapter) for chapter in chapters),
    ]
    return "\n\n".join(parts) + "\n"


def _heading(header: Header) -> str:
    trained = "" if header.trained else " **These models are not trained.**"
    lines = [
        f"Judge {header.model}, models `{header.models_sha256}`, code `{header.code_digest}`."
        + trained,
        f"{header.sets_judged} sets judged, {header.sets_failed} failed, {header.sets_left} not "
        "begun because the time was up.",
        "",
        "```json",
        json.dumps(_finite(dict(header.described)), sort_keys=True),
        "```",
    ]
    if header.described.get("tiny"):
        lines.insert(0, "**A trial run of the command: these figures mean nothing.**\n")
    return "\n".join(lines)


def _aims(chapters: Sequence[Chapter]) -> str:
    measures = [measure for chapter in chapters for measure in chapter.measures if measure.aim]
    if not measures:
        return "No figure with an aim was taken."
    met = sum(measure.verdict == "met" for measure in measures)
    missed = sum(measure.verdict == MISSED for measure in measures)
    summary = f"{met} met, {missed} missed, {len(measures) - met - missed} not measured."
    return f"{summary}\n\n{_measures(measures)}"


def _chapter(chapter: Chapter) -> str:
    parts = [f"## {chapter.title}", chapter.introduction]
    if chapter.missing:
        parts.append("Missing:\n" + "\n".join(f"- {each}" for each in chapter.missing))
    if chapter.measures:
        parts.append(_measures(chapter.measures))
    parts += [f"![{chapter.title}]({picture})" for picture in chapter.pictures]
    for table in chapter.tables:
        if table.rows:
            parts += [f"### {table.title}", _table(table)]
    return "\n\n".join(parts)


def _measures(measures: Sequence[Measure]) -> str:
    columns = ("figure", "value", "95 % interval", "aim", "", "beside it", "n")
    rows = tuple(
        (
            measure.name,
            _value(measure),
            "" if measure.low is None or measure.high is None
            else f"{_number(measure.low)} to {_number(measure.high)}",
            "" if measure.aim is None else str(measure.aim),
            f"**{measure.verdict}**" if measure.verdict == MISSED else measure.verdict,
            ", ".join(f"{name} {_cell(value)}" for name, value in measure.beside.items()),
            measure.samples,
        )
        for measure in measures
    )  # fmt: skip
    return _table(Table("", columns, rows))


def _value(measure: Measure) -> str:
    if measure.value is None:
        return f"none: {measure.reason}"
    return f"{_number(measure.value)} {measure.unit}".strip()


def _table(table: Table) -> str:
    lines = [_row(table.columns), "|" + "---|" * len(table.columns)]
    return "\n".join([*lines, *(_row(row) for row in table.rows)])


def _row(cells: Sequence[Cell]) -> str:
    return "| " + " | ".join(_cell(cell).replace("|", "\\|") for cell in cells) + " |"


def _cell(cell: Cell) -> str:
    if cell is None:
        return "-"
    return _number(cell) if isinstance(cell, float) else str(cell)


def _number(value: float) -> str:
    """Return a number with three digits that matter, never in powers of ten."""
    if not math.isfinite(value):
        return "-"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def _plain(chapter: Chapter) -> dict[str, object]:
    plain = asdict(chapter)
    plain["measures"] = [
        asdict(measure) | {"verdict": measure.verdict} for measure in chapter.measures
    ]
    return plain


def _finite(value: object) -> object:
    """Return the value with null for every number that is none: JSON has no NaN."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value
