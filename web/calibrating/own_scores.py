"""The judge's own scores of a panel's sets: from columns of the panel's file, or from reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from core.errors import BadInput
from core.messages import Component, Genre
from judge.panels import Opinions
from judge.panels.panel import LEAST_SETS, Array
from web.calibrating.panel_file import SetKey, set_keys
from web.calibrating.reports import JudgedSet, Reports
from web.calibrating.table import Table

MODEL: Final = "judge_model_sha256"
GENRE: Final = "genre"
JOINS: Final = ("audio_sha256", "report", "session")
"""Columns that may say which report speaks of a set, the strongest first; otherwise the
participant's id names it."""

TEXT_COLUMNS: Final = (MODEL, GENRE, *JOINS)
NUMBER_COLUMNS: Final = tuple(
    f"judge_{component.value}{bound}" for component in Component for bound in ("", "_low", "_high")
)


def opinions_of(table: Table, sets: Sequence[SetKey], reports: Reports | None) -> Opinions:
    """Return what the judge said of each set.

    Parameters
    ----------
    table
        The panel's file.
    sets
        The panel's sets, in its order.
    reports
        The reports that were given; None reads the panel's own columns.

    Raises
    ------
    core.errors.BadInput
        If too few sets have the judge's scores, these contradict each other, or do not say which
        model they are of.
    """
    judged = _from_columns(table, sets) if reports is None else _joined(table, sets, reports)
    if len(judged) < LEAST_SETS:
        raise BadInput(
            f"{len(judged)} of the panel's {len(sets)} sets have the judge's own scores; it takes "
            f"{LEAST_SETS}. Judge the sets with `djuniverse judge FILE --json`, name each report "
            "after its participant_id, and give the folder of the reports by --scores.",
            code="panel_few_judged",
            judged=len(judged),
            sets=len(sets),
            least=LEAST_SETS,
        )
    models = {each.model_sha256 for each in judged.values()}
    if len(models) > 1:
        raise BadInput(
            f"The judge's scores come from {len(models)} models. Judge all sets with the one that "
            "the calibration is for.",
            code="panel_models_mixed",
            models=len(models),
        )
    return _arranged(judged, sets, models.pop())


def _arranged(
    judged: Mapping[SetKey, JudgedSet], sets: Sequence[SetKey], model_sha256: str
) -> Opinions:
    def column(name: str, component: Component) -> Array:
        found = [judged.get(key) for key in sets]
        return np.array(
            [np.nan if each is None else getattr(each, name)[component] for each in found]
        )

    return Opinions(
        values={component: column("values", component) for component in Component},
        reaches={component: column("reaches", component) for component in Component},
        genres=tuple(judged[key].genre if key in judged else Genre.OTHER for key in sets),
        model_sha256=model_sha256,
    )


def _joined(table: Table, sets: Sequence[SetKey], reports: Reports) -> dict[SetKey, JudgedSet]:
    names: dict[SetKey, str] = {}
    keys = set_keys(table)
    for join in reversed(JOINS):  # the strongest last: it overwrites
        for key, name in zip(keys, table.texts.get(join, ()), strict=False):
            if name:
                names[key] = name
    found = {key: reports.find(names.get(key, key[1])) for key in sets}
    return {key: report for key, report in found.items() if report is not None}


def _from_columns(table: Table, sets: Sequence[SetKey]) -> dict[SetKey, JudgedSet]:
    rows: dict[SetKey, int] = {}
    for row, key in enumerate(set_keys(table)):
        if any(
            not np.isnan(table.numbers[name][row])
            for name in NUMBER_COLUMNS
            if name in table.numbers
        ):
            first = rows.setdefault(key, row)
            _check_same(table, first, row)
    return {key: _judged_row(table, rows[key]) for key in sets if key in rows}


def _check_same(table: Table, first: int, row: int) -> None:
    """Refuse two rows that speak of one set and give the judge different scores."""
    for name in NUMBER_COLUMNS:
        if name in table.numbers:
            one, other = table.numbers[name][[first, row]]
            if one != other and not (np.isnan(one) and np.isnan(other)):
                raise BadInput(
                    f"Rows {first + 1} and {row + 1} are of one set and hold different values of "
                    f"{name}: {one:g} and {other:g}. The judge scores a set once.",
                    code="panel_own_scores_differ",
                    first=first + 1,
                    row=row + 1,
                    column=name,
                )


def _judged_row(table: Table, row: int) -> JudgedSet:
    model = table.texts[MODEL][row] if MODEL in table.texts else None
    if not model:
        raise BadInput(
            f"Row {row + 1} holds the judge's scores and does not say of which model. Add the "
            f"column {MODEL}: `djuniverse judge --json` states it as model.sha256.",
            code="panel_model_unknown",
            row=row + 1,
            column=MODEL,
        )

    def number(name: str) -> float:
        return float(table.numbers[name][row]) if name in table.numbers else float("nan")

    genre = table.texts[GENRE][row] if GENRE in table.texts else None
    return JudgedSet.checked(
        f"row {row + 1}",
        {
            c: tuple(number(f"judge_{c}{bound}") for bound in ("", "_low", "_high"))
            for c in Component
        },
        genre,
        model,
    )
