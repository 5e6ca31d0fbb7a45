"""Figures of an evaluation as files that people and programs read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

_HEAD: Final = (
    "Made by `python -m training.crowd.evaluation`. Every figure is of messages that the model "
    "under test has not learnt from: five folds, or a set that nothing is learnt from. The "
    "baseline is the lexicon for sentiment and the word lists for the rest; chance is the labels "
    "shuffled."
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure beside what it has to beat."""

    name: str
    value: float
    baseline: float | None
    chance: float | None
    aim: float | None
    messages: int
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None without one."""
        return None if self.aim is None else self.value >= self.aim


def write_report(
    folder: Path, version: str, figures: Sequence[Figure], cost: Mapping[str, str]
) -> None:
    """Write `reading.json` and `reading.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "model": version,
        "figures": [asdict(each) | {"met": each.met} for each in figures],
        "cost": dict(cost),
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)
    (folder / "reading.json").write_text(text + "\n", encoding="utf-8")
    lines = "\n".join(_lines(version, figures, cost))
    (folder / "reading.md").write_text(lines + "\n", encoding="utf-8")


def _lines(version: str, figures: Sequence[Figure], cost: Mapping[str, str]) -> Iterator[str]:
    yield from ("# What the crowd's model reads", "", f"Model {version}. {_HEAD}", "")
    yield "| figure | value | baseline | chance | aim | messages | |"
    yield "|---|---|---|---|---|---|---|"
    for each in figures:
        yield (
            f"| {each.name} | {each.value:.3f} | {_or_none(each.baseline)} "
            f"| {_or_none(each.chance)} | {_aim(each)} | {each.messages:,} | {each.note} |"
        )
    yield from ("", "## Cost on one core", "", "| | |", "|---|---|")
    for name, value in cost.items():
        yield f"| {name} | {value} |"


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return f"{figure.aim:g}, {'met' if figure.met else '**missed**'}"


def _or_none(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
