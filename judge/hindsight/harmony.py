"""How the keys before and after a transition lie on the circle of fifths."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.listening.tonality import judged

_FIFTHS: Final = 7
_DISTANCES: Final = 7
_CLASHES: Final = (1, 2, 6)
KEY_FEATURES: Final = 2 * _DISTANCES + 2 + 4 + 3 * len(_CLASHES) + 3


def key_features(
    before: NDArray[np.float32], within: NDArray[np.float32], after: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Compare chromas of hops, each (N, 12); return (KEY_FEATURES,), NaN for what is not known.

    How likely each distance of 0 to 6 fifths is, by the beliefs in the scale before and after it
    and by their chromas laid over each other; what is expected of both; how sure the beliefs are;
    and how rough each side is in itself.
    """
    chromas = [_summed(hops) for hops in (before, within, after)]
    rough = np.concatenate([_rough(chroma) for chroma in chromas])
    tonal = [float((hops.sum(axis=1) > 0).mean()) if len(hops) else 0.0 for hops in
             (before, within, after)]  # fmt: skip
    old, new = _scales(chromas[0]), _scales(chromas[2])
    if old is None or new is None:
        return np.concatenate((np.full(2 * _DISTANCES + 6, np.nan), rough, tonal))
    by_scale = _distances(old, new)
    shapes = [np.sqrt(chroma) - np.sqrt(chroma).mean() for chroma in chromas]
    overlaid = _distances(shapes[0], shapes[2]) / (
        np.linalg.norm(shapes[0]) * np.linalg.norm(shapes[2]) + 1e-9
    )
    expected = [
        float(by_scale @ np.arange(_DISTANCES)),
        float(by_scale @ np.clip((np.arange(_DISTANCES) - 1) / 4, 0, 1)),
    ]
    sure = [float(old.max()), float(new.max()), _even(old), _even(new)]
    return np.concatenate((by_scale, overlaid, expected, sure, rough, tonal))


def _summed(hops: NDArray[np.float32]) -> NDArray[np.float64]:
    """Add hops by the root of their strength, as the listener does."""
    strength = hops.sum(axis=1, keepdims=True, dtype=np.float64)
    return np.asarray((hops / np.sqrt(strength + 1e-9)).sum(axis=0, dtype=np.float64))


def _scales(chroma: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the belief in each of twelve scales, named by their relative major."""
    tonality = judged(chroma) if chroma.sum() > 0 else None
    if tonality is None:
        return None
    major, minor = tonality.posterior[:12], tonality.posterior[12:]
    return np.asarray(major + np.roll(minor, 3))


def _distances(old: NDArray[np.float64], new: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum products over all pairs that lie 0 to 6 fifths apart, shape (7,)."""
    steps = [float(old @ np.roll(new, -_FIFTHS * step)) for step in range(12)]
    return np.array([steps[0], *(steps[k] + steps[12 - k] for k in range(1, 6)), steps[6]])


def _rough(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.linalg.norm(chroma))
    if length < 1e-9:
        return np.full(len(_CLASHES), np.nan)
    unit = chroma / length
    return np.array([float(unit @ np.roll(unit, interval)) for interval in _CLASHES])


def _even(belief: NDArray[np.float64]) -> float:
    return float(-(belief * np.log(belief + 1e-12)).sum())
