"""How far a logistic that may learn from these games gets: for information, never shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentiment.pulse.hype import SIGNS, USUAL_LOGIT
from sentiment.pulse.usual import Usual
from training.crowd.highlights_data import Game
from training.crowd.highlights_replay import Felt

Values = NDArray[np.float64]

BEHIND_SECONDS: Final = (0, 10, 20)
"""The signs now, and so long before: whether it rises or falls."""

EVERY: Final = 3
"""One second in three: neighbours tell the same."""

PENALTY: Final = 10.0
STEPS: Final = 12


def fitted(
    games: Sequence[Game], felt: Mapping[str, Felt], folds: Sequence[Sequence[str]], lag: int
) -> dict[str, Values]:
    """Return an index, 0-100, for each game by a logistic fitted on the other folds' games.

    It is moved to where the index that ships has its usual value, so that the same moments can
    follow from it.

    Parameters
    ----------
    games, felt
        What there is, and what was felt in it.
    folds
        Names of games that are left out together.
    lag
        Seconds from a label to the reaction.
    """
    rows = {game.name: _rows(felt[game.name].signs) for game in games}
    labels = {game.name: game.labels for game in games}
    indices = {}
    for fold in folds:
        others = [name for name in rows if name not in fold]
        known = np.concatenate([_late(rows[name], labels[name], lag)[::EVERY] for name in others])
        truth = np.concatenate([labels[name][::EVERY] for name in others]).astype(np.float64)
        middle, spread = known.mean(axis=0), known.std(axis=0) + 1e-9
        weights = _logistic(_with_one((known - middle) / spread), truth)
        usual = float(np.median(_with_one((known - middle) / spread) @ weights))
        for name in fold:
            logits = _with_one((rows[name] - middle) / spread) @ weights
            indices[name] = 100 / (1 + np.exp(usual - USUAL_LOGIT - logits))
    return indices


def _rows(signs: Values) -> Values:
    """Return how unusual the signs are at some times, and the signs themselves."""
    usual = Usual([sign.centre for sign in SIGNS], [sign.least_spread for sign in SIGNS])
    unusual = []
    for now in signs:
        unusual.append(np.nan_to_num(usual.z(now)))
        usual.take(now)
    z = np.array(unusual)
    behind = [np.concatenate([np.zeros_like(z[:by]), z[: len(z) - by]]) for by in BEHIND_SECONDS]
    return np.concatenate([*behind, np.nan_to_num(signs)], axis=1)


def _late(rows: Values, labels: NDArray[np.bool_], lag: int) -> Values:
    return rows[lag : lag + len(labels)]


def _with_one(rows: Values) -> Values:
    return np.concatenate([np.ones((len(rows), 1)), rows], axis=1)


def _logistic(rows: Values, truth: Values) -> Values:
    """Return weights by Newton's method with a quadratic penalty on all but the constant."""
    penalty = np.full(rows.shape[1], PENALTY)
    penalty[0] = 0.0
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        said = 1 / (1 + np.exp(-rows @ weights))
        bend = (rows * (said * (1 - said))[:, None]).T @ rows + np.diag(penalty)
        weights += np.linalg.solve(bend, rows.T @ (truth - said) - penalty * weights)
    return weights
