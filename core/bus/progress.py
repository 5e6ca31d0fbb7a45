"""How far a room has come: tells what is new from what is told again or comes too late."""

from __future__ import annotations

from collections import deque
from typing import Final

from core.messages import Envelope, Phase, SessionState, Track

EPOCHS_REMEMBERED: Final = 16


class Progress:
    """Which envelopes of a room have been seen.

    A set that has given way to the next is over: what still comes of it is a straggler, not a
    third set. So is what comes of a set never heard of while another is on air, unless it says that
    it begins: another process may tell again what it retained of one that ended long ago.
    """

    def __init__(self) -> None:
        self._epoch: str | None = None
        self._is_on_air = False  # whether the set was said to be, and not to have ended since
        self._seen: dict[Track, int] = {}  # the last seq of each
        self._past: deque[str] = deque(maxlen=EPOCHS_REMEMBERED)

    def is_new(self, envelope: Envelope) -> bool:
        """Return whether `envelope` has not been seen, and remember it."""
        if envelope.epoch in self._past:
            return False
        message = envelope.message
        phase = message.phase if isinstance(message, SessionState) else None
        if envelope.epoch != self._epoch:
            if self._is_on_air and phase is not Phase.LIVE:
                return False
            if self._epoch is not None:
                self._past.append(self._epoch)
            self._epoch = envelope.epoch
            self._seen = {}
            self._is_on_air = False
        if envelope.seq <= self._seen.get(envelope.track, 0):
            return False
        self._seen[envelope.track] = envelope.seq
        if phase is not None:
            self._is_on_air = phase is not Phase.ENDED
        return True
