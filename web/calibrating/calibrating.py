"""From the files to the calibration."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.messages import Component
from core.plain import to_plain
from judge.calibration import Calibration
from judge.calibration.calibration import Source
from judge.panels import FACETS, Panel, PanelFit, check_design, fit_panel
from judge.panels.fit import Agreement
from judge.panels.panel import Array, scored
from judge.panels.scales import Gain
from judge.panels.winners import Winners
from web.calibrating.own_scores import NUMBER_COLUMNS, TEXT_COLUMNS, opinions_of
from web.calibrating.panel_file import IDS, ORDER, read_panel
from web.calibrating.reports import Reports
from web.calibrating.table import read_table
from web.version import software_version


@dataclass(frozen=True, slots=True)
class Figures:
    """What a calibration keeps of its making. It names no person."""

    agreement: Mapping[str, Agreement]
    gains: Mapping[Component, Gain]
    winners: Winners | None


@dataclass(frozen=True, slots=True)
class Person:
    """One judge of the panel, in one facet."""

    judge: str
    facet: str
    sets: int
    leniency: float  # points above what the panel gives; negative is severe
    leniency_error: float
    stretch: float  # how far they spread what the panel spreads by 1
    stretch_error: float
    with_the_others: float | None  # Pearson's correlation with their mean


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A calibration and all that was found on the way."""

    calibration: Calibration
    people: tuple[Person, ...]
    judged_sets: int  # of the panel's, that have the judge's own scores
    fit: PanelFit


def calibrate(panel_file: Path, score_paths: Sequence[Path], now: datetime) -> Calibrated:
    """Fit a calibration.

    Parameters
    ----------
    panel_file
        The panel's scores, as Parquet.
    score_paths
        Reports of the judge, or folders of them; none reads the panel's own columns.
    now
        When, UTC.

    Raises
    ------
    core.errors.BadInput
        If a file cannot be used, or nothing can be learnt from the panel.
    core.errors.ConfigurationInvalid
        If no reader of Parquet is installed.
    """
    table = read_table(panel_file, (*IDS, *TEXT_COLUMNS), (*FACETS, ORDER, *NUMBER_COLUMNS))
    panel, sets = read_panel(table)
    check_design(panel)
    opinions = opinions_of(table, sets, Reports.read(score_paths) if score_paths else None)
    fit = fit_panel(panel, opinions)
    with panel_file.open("rb") as file:
        panel_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    source = Source(
        model_sha256=opinions.model_sha256,
        panel_sha256=panel_sha256,
        judges=len(panel.judges),
        sets=len(panel.sets),
        ratings=table.rows,
        software_version=software_version(),
    )
    values = opinions.values.values()
    return Calibrated(
        calibration=Calibration.fitted(
            source,
            {component: fitted.scale for component, fitted in fit.scales.items()},
            to_plain(_nameless(fit)),
            now.isoformat(timespec="seconds"),
        ),
        people=tuple(_people(panel, fit)),
        judged_sets=int(sum(any(known) for known in zip(*map(scored, values), strict=True))),
        fit=fit,
    )


def _nameless(fit: PanelFit) -> Figures:
    agreement = {
        facet: replace(each, left_out=replace(each.left_out, of_each=()))
        for facet, each in fit.agreement.items()
    }
    return Figures(agreement, fit.gains, fit.winners)


def _people(panel: Panel, fit: PanelFit) -> list[Person]:
    return [
        Person(
            judge=judge,
            facet=facet,
            sets=_count(panel.scores[facet], index),
            leniency=float(severity.leniency[index]),
            leniency_error=float(severity.leniency_error[index]),
            stretch=float(severity.stretch[index]),
            stretch_error=float(severity.stretch_error[index]),
            with_the_others=fit.agreement[facet].left_out.of_each[index],
        )
        for facet, severity in fit.severity.items()
        for index, judge in enumerate(panel.judges)
        if _count(panel.scores[facet], index)
    ]


def _count(scores: Array, judge: int) -> int:
    return int(scored(scores)[:, judge].sum())
