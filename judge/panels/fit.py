"""A panel and the judge's scores of its sets, to scales and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.messages import Component
from judge.panels.agreement import intraclass, krippendorff_alpha
from judge.panels.bootstrap import Figure, draws, figure
from judge.panels.leaving_out import LeftOut, leave_one_out
from judge.panels.panel import OVERALL, Array, Opinions, Panel, scored
from judge.panels.scales import FittedScale, Gain, fit_scale
from judge.panels.severity import Severity, fit_severity
from judge.panels.winners import Winners, pick_winners, weighed


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far people agree on one facet, and the judge with them."""

    sets: int  # scored by two judges or more
    complete: bool  # every judge scored each of them
    icc_single: Figure  # ICC(2,1)
    icc_mean: Figure  # ICC(2,k)
    alpha: Figure  # Krippendorff's, interval
    left_out: LeftOut
    noise: float  # points, standard deviation
    drift: float | None  # points a position; None where the order is unknown or the same for all


@dataclass(frozen=True, slots=True)
class PanelFit:
    """All that a panel says."""

    severity: Mapping[str, Severity]  # of each facet that was scored
    agreement: Mapping[str, Agreement]
    scales: Mapping[Component, FittedScale]
    winners: Winners | None  # None without overall scores, or with too few battles

    @property
    def gains(self) -> Mapping[Component, Gain]:
        """What each component's scale gains."""
        return {component: fitted.gain for component, fitted in self.scales.items()}


def fit_panel(panel: Panel, opinions: Opinions) -> PanelFit:
    """Fit severity and scales, and find how far everybody agrees.

    Parameters
    ----------
    panel
        One that `design.check_design` lets pass.
    opinions
        The judge's scores of the panel's sets.
    """
    severity = {facet: fit_severity(y, panel.order) for facet, y in panel.scores.items()}
    scales = {
        component: fit_scale(
            severity.get(component), opinions.values[component], opinions.reaches[component]
        )
        for component in Component
    }
    before = weighed(opinions.values, opinions.reaches, opinions.genres)
    after = weighed(
        {component: fitted.held_out_values for component, fitted in scales.items()},
        {component: fitted.held_out_reaches for component, fitted in scales.items()},
        opinions.genres,
    )
    weights = draws(panel.battles)
    opinion: dict[str, Array] = {
        OVERALL: before.mean,
        **{component.value: values for component, values in opinions.values.items()},
    }
    overall = severity.get(OVERALL)
    return PanelFit(
        severity=severity,
        agreement={
            facet: _agreement(panel.scores[facet], fitted, opinion[facet], panel.battles, weights)
            for facet, fitted in severity.items()
        },
        scales=scales,
        winners=None
        if overall is None
        else pick_winners(
            panel.battles, overall.consensus, overall.corrected, before, after, weights
        ),
    )


def _agreement(
    scores: Array, severity: Severity, opinion: Array, battles: tuple[str, ...], weights: Array
) -> Agreement:
    shared = scored(scores).sum(axis=1) >= 2
    pairs = scores[shared][:, scored(scores[shared]).any(axis=0)]
    drawn = draws([battle for battle, each in zip(battles, shared, strict=True) if each])
    single, mean = intraclass(pairs, drawn)
    return Agreement(
        sets=len(pairs),
        complete=bool(np.all(scored(pairs))),
        icc_single=figure(single),
        icc_mean=figure(mean),
        alpha=figure(krippendorff_alpha(pairs, drawn)),
        left_out=leave_one_out(severity.corrected, opinion, weights),
        noise=severity.noise,
        drift=severity.drift,
    )
