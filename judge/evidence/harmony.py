"""How the harmony of now fits that of a while ago, whatever the key.

Chromas are turned so that the old track's tonic comes first: a network that has learnt what a
clash of five fifths looks like in C knows it in all twelve keys.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.listening.trail import Trail

FAST_HOPS: Final = 12
SLOW_HOPS: Final = 60
OLD_HOPS: Final = (24, 64)
"""A slow chroma of now and those that ended 12 and 32 s ago are compared with the fast one."""

_KEPT: Final = max(OLD_HOPS) + SLOW_HOPS
_CLASHES: Final = (1, 2, 6)
"""Semitone, whole tone and tritone: the intervals that sound rough together."""
HARMONY_FEATURES: Final = 3 * 12 + 3 * 2 + 2 * len(_CLASHES) + 1


class HarmonyCourse:
    """The chroma of the last minute, hop by hop."""

    def __init__(self) -> None:
        self._chroma: Trail[np.float64] = Trail(_KEPT, 12, np.float64)

    def hear(
        self, chroma: NDArray[np.float64], posterior: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        """Take one hop's chroma and the posterior of the keys; return (HARMONY_FEATURES,)."""
        self._chroma.append(chroma[None])
        rows = self._chroma.newest()
        fast = _unit(rows[-FAST_HOPS:].sum(axis=0))
        old = [
            _unit(rows[max(len(rows) - back - SLOW_HOPS, 0) : max(len(rows) - back, 0)].sum(axis=0))
            for back in OLD_HOPS
        ]
        now = _unit(chroma)
        tonic = int(np.argmax(old[1] if old[1].any() else fast))
        turned = [np.roll(each, -tonic) for each in (fast, *old)]
        alike = [float(fast @ each) for each in old]
        known = [float(each.any()) for each in old]
        sharpest = 0.0 if posterior is None else float(posterior.max())
        return np.concatenate(
            (
                *turned,
                alike,
                known,
                [float(now @ fast), float(old[0] @ old[1])],
                _clashes(now),
                _clashes(fast),
                [sharpest],
            )
        )


def _unit(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.sqrt(np.square(chroma).sum()))
    return chroma / length if length > 1e-9 else np.zeros(12)


def _clashes(chroma: NDArray[np.float64]) -> list[float]:
    """Return how much sounds a semitone, a tone and a tritone apart, of a chroma of length 1."""
    return [float(chroma @ np.roll(chroma, interval)) for interval in _CLASHES]
