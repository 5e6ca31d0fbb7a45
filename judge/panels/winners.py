"""Battles: whether the judge picks the panel's winner, and is as sure as it should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from core.messages import Component, Genre
from judge.panels.bootstrap import Figure, figure
from judge.panels.panel import Array
from judge.scoring.estimates import COVERAGE_DEVIATIONS, Belief, overall_belief
from judge.scoring.weights import GENRE_WEIGHTS

LEAST_BATTLES: Final = 10


@dataclass(frozen=True, slots=True)
class Winners:
    """How the winners of battles are picked; a battle of more than two is one of each pair."""

    pairs: int
    judge_accuracy: Figure  # share of pairs in which the judge's better set is the panel's
    person_accuracy: Figure  # the same of one person against the mean of the others
    brier_before: Figure  # of the probability that the judge's own intervals give; 0.25 is a coin's
    brier_after: Figure  # with the calibration, held out


@dataclass(frozen=True, slots=True, eq=False)
class Overall:
    """Overall scores of sets as serving makes them, shape (sets,) each; NaN where unknown."""

    mean: Array
    deviation: Array


def weighed(
    values: Mapping[Component, Array], reaches: Mapping[Component, Array], genres: Sequence[Genre]
) -> Overall:
    """Weigh components to overall scores, as `judge.scoring` does."""
    mean, deviation = np.full(len(genres), np.nan), np.full(len(genres), np.nan)
    for index, genre in enumerate(genres):
        beliefs = {
            component: Belief(
                float(values[component][index]),
                float(reaches[component][index]) / COVERAGE_DEVIATIONS,
            )
            for component in values
            if not np.isnan(values[component][index])
        }
        belief = overall_belief(beliefs, GENRE_WEIGHTS[genre])
        if belief is not None:
            mean[index], deviation[index] = belief.mean, belief.deviation
    return Overall(mean, deviation)


def pick_winners(  # noqa: PLR0917 (the panel's side and the judge's, each whole)
    battles: Sequence[str],
    consensus: Array,
    corrected: Array,
    before: Overall,
    after: Overall,
    weights: Array,
) -> Winners | None:
    """Compare the judge's picks with the panel's.

    Parameters
    ----------
    battles
        Of each set.
    consensus
        The panel's overall score of each set, shape (sets,).
    corrected
        Each person's, without severity, shape (sets, judges).
    before, after
        The judge's, own and with the calibration.
    weights
        From `bootstrap.draws`.

    Returns
    -------
    Winners, or None
        None with fewer than `LEAST_BATTLES` pairs that have a winner and the judge's scores.
    """
    one, other = _pairs(battles, consensus, before.mean)
    if len(one) < LEAST_BATTLES:
        return None
    counts = np.sqrt(weights[:, one] * weights[:, other])  # of a battle both sets come together
    won = consensus[one] > consensus[other]
    people, known = _people(corrected, one, other)
    return Winners(
        pairs=len(one),
        judge_accuracy=figure(_share(_right(before.mean, one, other, won), counts)),
        person_accuracy=figure(_share(people, counts, known)),
        brier_before=figure(_share((_probability(before, one, other) - won) ** 2, counts)),
        brier_after=figure(_share((_probability(after, one, other) - won) ** 2, counts)),
    )


def _pairs(
    battles: Sequence[str], consensus: Array, opinion: Array
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    members: dict[str, list[int]] = {}
    for index, battle in enumerate(battles):
        if not np.isnan(consensus[index]) and not np.isnan(opinion[index]):
            members.setdefault(battle, []).append(index)
    pairs = [
        pair
        for sets in members.values()
        for pair in combinations(sets, 2)
        if consensus[pair[0]] != consensus[pair[1]]
    ]
    one, other = np.array(pairs, int).reshape(-1, 2).T
    return one, other


def _right(
    scores: Array, one: NDArray[np.int_], other: NDArray[np.int_], won: NDArray[np.bool_]
) -> Array:
    """Return 1 where the better set is the winner, 0 where not, 0.5 where neither is better."""
    difference = scores[one] - scores[other]
    return np.where(difference == 0, 0.5, ((difference > 0) == won).astype(float))


def _people(
    corrected: Array, one: NDArray[np.int_], other: NDArray[np.int_]
) -> tuple[Array, Array]:
    """Return for each pair the share of people who pick the winner of the others, and if known."""
    gaps = corrected[one] - corrected[other]
    known = ~np.isnan(gaps)
    count = known.sum(axis=1, keepdims=True) - known
    rest = np.nan_to_num(gaps).sum(axis=1, keepdims=True) - np.nan_to_num(gaps)
    asked = known & (count > 0) & (rest != 0)
    right = np.where(gaps == 0, 0.5, ((gaps > 0) == (rest > 0)).astype(float))
    total = asked.sum(axis=1)
    return (asked * right).sum(axis=1) / np.maximum(total, 1), (total > 0).astype(float)


def _probability(overall: Overall, one: NDArray[np.int_], other: NDArray[np.int_]) -> Array:
    """Return the probability that the first set is better, the errors being normal and apart."""
    spread = np.hypot(overall.deviation[one], overall.deviation[other])
    return np.asarray(ndtr((overall.mean[one] - overall.mean[other]) / np.maximum(spread, 1e-6)))


def _share(values: Array, counts: Array, known: Array | None = None) -> Array:
    """Return the weighted mean over pairs, shape (draws,); NaN where no pair counts."""
    weights = counts if known is None else counts * known
    total = weights.sum(axis=1)
    return np.where(total > 0, weights @ values / np.maximum(total, 1e-12), np.nan)
