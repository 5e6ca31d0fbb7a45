"""The panel's scores out of a table with one row for each set that a judge scored.

`docs/calibration.md` specifies the columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput, TooLarge
from judge.calibration.scale import HIGHEST, LOWEST
from judge.panels import FACETS, Panel
from judge.panels.panel import Array
from web.calibrating.table import Table

IDS: Final = ("battle_id", "participant_id", "judge_id")
ORDER: Final = "order"
MOST_CELLS: Final = 10_000_000
"""Sets times judges that are held at once: a panel is a table of both."""

SetKey = tuple[str, str]
"""A set: its battle and who played it there."""

Label = TypeVar("Label", str, SetKey)


def set_keys(table: Table) -> list[SetKey]:
    """Return the set of each row.

    Raises
    ------
    core.errors.BadInput
        If a column is missing, or a row does not say whose scores of what it holds.
    """
    missing = [name for name in IDS if name not in table.texts]
    if missing:
        raise BadInput(
            f"The panel lacks the column {missing[0]}. It takes {', '.join(IDS)}, and at least one "
            f"of {', '.join(FACETS)}.",
            code="panel_column_missing",
            column=missing[0],
            ids=", ".join(IDS),
            facets=", ".join(FACETS),
        )
    for name in IDS:
        for row, value in enumerate(table.texts[name], start=1):
            if not value:
                raise BadInput(
                    f"Row {row} has no {name}. Fill it in, or leave the row out.",
                    code="panel_row_incomplete",
                    row=row,
                    column=name,
                )
    battles, participants, _ = (table.texts[name] for name in IDS)
    return [(str(b), str(p)) for b, p in zip(battles, participants, strict=True)]


def read_panel(table: Table) -> tuple[Panel, list[SetKey]]:
    """Arrange a table's scores by set and judge.

    Returns
    -------
    tuple of Panel and list
        And which set each of the panel's is.

    Raises
    ------
    core.errors.BadInput
        If a row is incomplete, a judge scored a set twice, or a score is off the scale.
    """
    set_of_row, sets = _numbered(set_keys(table))
    judge_of_row, judges = _numbered([str(name) for name in table.texts["judge_id"]])
    if len(sets) * len(judges) > MOST_CELLS:
        raise TooLarge(
            f"{len(sets)} sets times {len(judges)} judges are more than can be compared at once. "
            "Calibrate to a part of the panel.",
            code="panel_too_many_cells",
            sets=len(sets),
            judges=len(judges),
        )
    _check_once(set_of_row, judge_of_row, sets, judges)
    shape = len(sets), len(judges)

    def arranged(values: Array) -> Array:
        cells = np.full(shape, np.nan)
        cells[set_of_row, judge_of_row] = values
        return cells

    present = [facet for facet in FACETS if facet in table.numbers]
    for facet in present:
        _check_scale(facet, table.numbers[facet], judge_of_row, judges)
    order = table.numbers.get(ORDER, np.full(table.rows, np.nan))
    panel = Panel(
        judges=tuple(judges),
        sets=tuple(participant for _, participant in sets),
        battles=tuple(battle for battle, _ in sets),
        scores={
            facet: arranged(table.numbers[facet])
            for facet in present
            if not np.isnan(table.numbers[facet]).all()
        },
        order=arranged(np.where(np.isfinite(order), order, np.nan)),
    )
    return panel, sets


def _numbered(labels: Sequence[Label]) -> tuple[NDArray[np.int_], list[Label]]:
    """Return each label's number and the labels, sorted: the order of rows must not matter."""
    known = sorted(set(labels))
    number = {label: index for index, label in enumerate(known)}
    return np.array([number[label] for label in labels], np.int_), known


def _check_once(
    set_of_row: NDArray[np.int_],
    judge_of_row: NDArray[np.int_],
    sets: list[SetKey],
    judges: list[str],
) -> None:
    cells = set_of_row * len(judges) + judge_of_row
    _, first, count = np.unique(cells, return_index=True, return_counts=True)
    if np.any(count > 1):
        row = int(first[count > 1].min())
        battle, participant = sets[set_of_row[row]]
        raise BadInput(
            f"{judges[judge_of_row[row]]} scored {participant} in {battle} more than once, first "
            f"in row {row + 1}. Keep one of these rows.",
            code="panel_scored_twice",
            judge=judges[judge_of_row[row]],
            participant=participant,
            battle=battle,
            row=row + 1,
        )


def _check_scale(
    facet: str, values: Array, judge_of_row: NDArray[np.int_], judges: list[str]
) -> None:
    off = np.flatnonzero((values < LOWEST) | (values > HIGHEST))
    if len(off):
        row = int(off[0])
        raise BadInput(
            f"Row {row + 1}: {judges[judge_of_row[row]]} gave {facet} {values[row]:g}. Scores go "
            f"from {LOWEST:g} to {HIGHEST:g}; leave empty what was not scored. {len(off)} rows are "
            "off the scale.",
            code="panel_off_scale",
            row=row + 1,
            judge=judges[judge_of_row[row]],
            facet=facet,
            score=f"{values[row]:g}",
            rows=len(off),
        )
