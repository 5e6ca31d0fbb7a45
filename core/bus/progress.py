"""How far a room has come: tells what is new from what is told again or comes too late."""

from __future__ import annotations

from collections import deque
from typing import Final

from core.messages import Envelope, Track

EPOCHS_REMEMBERED: Final = 16


class Progress:
    """Which envelopes of a room have been seen.

    A set that has given way to the next is over: what still comes of it is a straggler, not a
    third set.
    """

    def __init__(self) -> None:
        self._epoch: str | None = None
        self._seen: dict[Track, int] = {}  # the last seq of each
        self._past: deque[str] = deque(maxlen=EPOCHS_REMEMBERED)

    def is_new(self, envelope: Envelope) -> bool:
        """Return whether `envelope` has not been seen, and remember it."""
        if envelope.epoch in self._past:
            return False
        if envelope.epoch != self._epoch:
            if self._epoch is not None:
                self._past.append(self._epoch)
            self._epoch = envelope.epoch
            self._seen = {}
        if envelope.seq <= self._seen.get(envelope.track, 0):
            return False
        self._seen[envelope.track] = envelope.seq
        return True
