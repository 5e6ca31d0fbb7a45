"""When a set's sound comes, learnt from what came."""

from __future__ import annotations

import math
from typing import Final

from core.media import samples_to_seconds
from visuals.worker.wire import Sound

_DRIFT: Final = 0.01  # seconds a second: a network that has become slower is believed at that rate
_LEAP_SECONDS: Final = 1.0  # beyond which the media clock has leapt


class Arrivals:
    """Learns by what came earliest: one late packet must not delay others."""

    def __init__(self) -> None:
        self._packet_samples = 0
        self._end_sample = 0  # of the newest packet
        self._offset_seconds: float | None = None  # from the media clock to when sound comes

    def learn(self, sound: Sound) -> None:
        """Take note of the next packet; one without length says nothing."""
        if sound.duration_samples <= 0:
            return
        self._packet_samples = sound.duration_samples
        self._end_sample = sound.start_sample + sound.duration_samples
        offset_seconds = sound.arrived_seconds - samples_to_seconds(self._end_sample)
        before = self._offset_seconds
        if before is not None and abs(offset_seconds - before) < _LEAP_SECONDS:
            slower = before + _DRIFT * samples_to_seconds(self._packet_samples)
            offset_seconds = min(offset_seconds, slower)
        self._offset_seconds = offset_seconds

    def expected_seconds(self, sample: int) -> float | None:
        """Return when the sound up to `sample` should be there, on the clock of packets.

        None before anything came.
        """
        if self._offset_seconds is None:
            return None
        packets = math.ceil((sample - self._end_sample) / self._packet_samples)
        end_sample = self._end_sample + packets * self._packet_samples
        return samples_to_seconds(end_sample) + self._offset_seconds
