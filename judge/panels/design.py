"""Panels from which nothing can be learnt, refused with what to do."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from core.errors import BadInput
from judge.panels.panel import LEAST_JUDGES, LEAST_SETS, Array, Panel, scored

LEAST_COPIED: Final = 20
"""Scores that two judges share before they can be told to be one: fewer may agree by chance."""

COPIED_SHARE: Final = 0.95
"""Share of equal scores from which two judges are one. Two people who round to halves and differ by
1.3 points, as panels do, agree to the half point about once in seven."""

REVERSED_DEVIATIONS: Final = 3.0
"""How many standard errors a judge's slope on the others must lie below 0. With ten judges and five
facets, chance alone reaches it in one panel of fifteen if nobody hears anything at all."""


def check_design(panel: Panel) -> None:
    """Refuse a panel whose judges cannot be compared.

    Raises
    ------
    core.errors.BadInput
        On the first reason: no scores, too few judges or sets, groups without a link, a judge who
        copies another, gives everybody the same, or scores the other way round.
    """
    if not panel.scores:
        raise BadInput(
            "The panel holds no scores at all. Fill in at least one of technical, selection, "
            "energy, creativity and overall, from 1 to 10.",
            code="panel_without_scores",
        )
    for facet, scores in panel.scores.items():
        _check_size(facet, scores)
        _check_links(panel, facet, scores)
        _check_constant(panel, facet, scores)
    _check_copies(panel)
    for facet, scores in panel.scores.items():
        _check_direction(panel, facet, scores)


def _check_size(facet: str, scores: Array) -> None:
    known = scored(scores)
    shared = known.sum(axis=1) >= 2
    judges, sets = int(known[shared].any(axis=0).sum()), int(shared.sum())
    if judges < LEAST_JUDGES:
        raise BadInput(
            f"{judges} judges scored {facet} of sets that another judge scored too; it takes "
            f"{LEAST_JUDGES}. Let more judges score the same sets, or leave the column {facet} "
            "out.",
            code="panel_few_judges",
            facet=facet,
            judges=judges,
            least=LEAST_JUDGES,
        )
    if sets < LEAST_SETS:
        raise BadInput(
            f"{sets} sets have {facet} from two judges or more; it takes {LEAST_SETS}. Let the "
            f"judges score more sets together, or leave the column {facet} out.",
            code="panel_few_sets",
            facet=facet,
            sets=sets,
            least=LEAST_SETS,
        )


def _check_links(panel: Panel, facet: str, scores: Array) -> None:
    """Severity and quality can only be told apart where a chain of shared sets joins all judges."""
    known = csr_array(scored(scores))
    links = known.T.astype(np.int64) @ known.astype(np.int64)
    active = np.flatnonzero(links.diagonal())
    _, groups = connected_components(links[active][:, active], directed=False)
    if groups.max() == 0:
        return
    names = [panel.judges[index] for index in active]
    one = ", ".join(n for n, g in zip(names, groups, strict=True) if g == 0)
    rest = ", ".join(n for n, g in zip(names, groups, strict=True) if g != 0)
    raise BadInput(
        f"For {facet}, the judges {one} share no set with {rest}, not even through others: whether "
        "one group is more severe or heard worse sets cannot be told. Let somebody of one group "
        "score a few sets of the other, or calibrate to one group alone.",
        code="panel_disconnected",
        facet=facet,
        one=one,
        rest=rest,
    )


def _check_constant(panel: Panel, facet: str, scores: Array) -> None:
    for judge, column in zip(panel.judges, scores.T, strict=True):
        given = column[~np.isnan(column)]
        if len(given) >= 3 and np.ptp(given) == 0:
            raise BadInput(
                f"{judge} gave all {len(given)} sets {given[0]:g} for {facet}: that tells no set "
                f"from another. Leave {judge} out, or leave {judge}'s {facet} empty.",
                code="panel_judge_constant",
                judge=judge,
                facet=facet,
                score=f"{given[0]:g}",
                sets=len(given),
            )


def _check_copies(panel: Panel) -> None:
    stacked = np.concatenate(list(panel.scores.values()))
    for one, other in combinations(range(len(panel.judges)), 2):
        pair = stacked[:, [one, other]]
        pair = pair[~np.isnan(pair).any(axis=1)]
        same = pair[:, 0] == pair[:, 1]
        if len(pair) >= LEAST_COPIED and same.mean() >= COPIED_SHARE:
            names = panel.judges[one], panel.judges[other]
            raise BadInput(
                f"{names[0]} and {names[1]} gave the same score {same.sum()} times out of "
                f"{len(pair)}: one copies the other, or they are one. Leave one of them out.",
                code="panel_judge_copies",
                one=names[0],
                other=names[1],
                same=int(same.sum()),
                scores=len(pair),
            )


def _check_direction(panel: Panel, facet: str, scores: Array) -> None:
    for index, judge in enumerate(panel.judges):
        slope, error = slope_on_others(scores, index)
        if slope < -REVERSED_DEVIATIONS * error:
            raise BadInput(
                f"The better the others find a set, the lower {judge} scores its {facet} (slope "
                f"{slope:.1f}): perhaps 1 was taken for the best. Turn {judge}'s scores round (11 "
                f"minus each), or leave {judge} out.",
                code="panel_judge_reversed",
                judge=judge,
                facet=facet,
                slope=f"{slope:.1f}",
            )


def slope_on_others(scores: Array, judge: int) -> tuple[float, float]:
    """Return the slope of a judge's scores on the mean of the others, and its standard error.

    Parameters
    ----------
    scores
        Shape (sets, judges); NaN where there is none.
    judge
        The judge's column.

    Returns
    -------
    tuple of float
        Slope and standard error of ordinary least squares; 0 and infinity where nothing can be
        said.
    """
    others = np.delete(scores, judge, axis=1)
    shared = scored(others).any(axis=1) & scored(scores)[:, judge]
    if shared.sum() < 4:
        return 0.0, np.inf
    x = np.nanmean(others[shared], axis=1)
    x, y = x - x.mean(), scores[shared, judge] - scores[shared, judge].mean()
    spread = float(x @ x)
    if spread == 0:
        return 0.0, np.inf
    slope = float(x @ y) / spread
    rest = y - slope * x
    return slope, float(np.sqrt(rest @ rest / (len(x) - 2) / spread))
