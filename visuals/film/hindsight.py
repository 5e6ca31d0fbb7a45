"""What the judge said late, told when it became true: a film knows the future, a live show cannot.

The judge runs `AHEAD_SECONDS` before the drawing. A beat is told before it falls, a section where
its half second begins, a transition where it begins; and what is said of a set for the first time
is told at once, so that a film does not begin with seconds of not knowing.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Beat, RoomMessage, Score, Transition
from visuals.hearing.ear import Ear

AHEAD_SECONDS: Final = 10.0
"""After so long the first score comes."""

_AHEAD_SAMPLES: Final = round(AHEAD_SECONDS * SAMPLE_RATE_HZ)
_BEAT_EARLY_SAMPLES: Final = SAMPLE_RATE_HZ
"""Beats are fitted to the seconds before them, so their grid holds before, too; a change of tempo
lies in the middle of what it is noticed by."""
_SMOOTHED_SAMPLES: Final = 3 * SAMPLE_RATE_HZ // 2
"""By how much the ear's blending of embeddings lags."""


@dataclass(frozen=True, slots=True)
class HeardHop:
    """A hop of the mix, and what the judge said at its end."""

    start_sample: int
    samples: NDArray[np.float32]  # shape (HOP_SAMPLES, 2), full scale is 1.0
    messages: tuple[RoomMessage, ...]
    embedding: NDArray[np.float32] | None  # shape (EMBEDDING_SIZE,)

    @property
    def end_sample(self) -> int:
        """Position right behind the hop."""
        return self.start_sample + len(self.samples)


@dataclass(frozen=True, slots=True)
class _Embedding:
    end_sample: int
    vector: NDArray[np.float32]


class Hindsight:
    """Holds back what is known until its time; hops come in order."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, RoomMessage | _Embedding]] = []
        self._order = count()  # of two things true at once the one said first is told first
        self._known: set[type] = set()
        self._had_beat = False

    def take(self, hop: HeardHop) -> None:
        """Take the next hop that was judged."""
        beat_here = False
        for message in hop.messages:
            beat_here |= isinstance(message, Beat)
            self._hold(message, self._true_since(message, hop.end_sample))
        self._had_beat = beat_here
        if hop.embedding is not None:
            told = _Embedding(hop.end_sample, hop.embedding)
            first = self._first(_Embedding)
            early = _AHEAD_SAMPLES if first else _SMOOTHED_SAMPLES
            self._hold(told, hop.end_sample - early)

    def tell(self, ear: Ear, position_samples: int) -> None:
        """Tell `ear` what is true at a moment; moments only go forward."""
        while self._waiting and self._waiting[0][0] <= position_samples:
            _, _, told = heapq.heappop(self._waiting)
            if isinstance(told, _Embedding):
                ear.embedding(told.end_sample, told.vector)
            else:
                ear.event(told)

    def _hold(self, told: RoomMessage | _Embedding, true_since: int) -> None:
        heapq.heappush(self._waiting, (true_since, next(self._order), told))

    def _first(self, kind: type) -> bool:
        first = kind not in self._known
        self._known.add(kind)
        return first

    def _true_since(self, message: RoomMessage, end_sample: int) -> int:
        """Return from when on `message`, said at `end_sample`, was true."""
        if isinstance(message, Beat):
            early = _BEAT_EARLY_SAMPLES if self._had_beat else _AHEAD_SAMPLES
            return message.sample - early
        if isinstance(message, Score):
            return end_sample - (_AHEAD_SAMPLES if self._first(Score) else HOP_SAMPLES)
        if isinstance(message, Transition):
            return end_sample if message.settled else message.start_sample
        return end_sample
