"""Where on the media clock each packet lies.

RTP timestamps give the place while the sender goes on counting. Where it does not (a new
connection, a new encoder, a timestamp out of the blue) the time that passed gives it, so that the
set's clock neither jumps nor runs backwards. Nor does it run away: what lies too far ahead of the
time that passed since the first packet has no place.
"""

from __future__ import annotations

from typing import Final

from core.media import SAMPLE_RATE_HZ, seconds_to_samples

SNAP_SAMPLES: Final = SAMPLE_RATE_HZ * 25 // 10_000
"""A packet less than 2.5 ms from the end of the one before follows it: rounding, not loss."""

IMPLAUSIBLE_SECONDS: Final = 2.0
"""A timestamp this much further on than the time that passed is not believed."""

AHEAD_SECONDS: Final = 10.0
"""A set's clock may be this far ahead of the time that passed since it began. An oscillator wrong
by 100 parts per million gains 3 s in eight hours, a sender's first burst a few more; a sender that
does not keep time at all (a file sent as fast as it can be read) gains without end."""

STEP_SAMPLES: Final = SAMPLE_RATE_HZ // 50
"""A break is measured in packets of 20 ms, so that packets keep falling on hop boundaries."""


class Timeline:
    """The media clock of one set."""

    def __init__(self) -> None:
        self._end_sample = 0
        self._offset: int | None = None  # position minus RTP timestamp; None after a break
        self._arrived_seconds: float | None = None
        self._began_seconds: float | None = None  # when the first packet arrived

    @property
    def end_sample(self) -> int:
        """Position right behind the last packet placed."""
        return self._end_sample

    def interrupt(self) -> None:
        """Say that the next packet's timestamp has nothing to do with those before."""
        self._offset = None

    def place(self, timestamp: int, duration_samples: int, arrived_seconds: float) -> int | None:
        """Return the position of a packet in samples; never before the end of the last one.

        Parameters
        ----------
        timestamp
            Extended RTP timestamp in samples.
        duration_samples
            How long the packet lasts.
        arrived_seconds
            When it arrived, on the monotonic clock.

        Returns
        -------
        int or None
            None where the packet would lie too far ahead of the time that passed: discard it.
        """
        latest = self._latest_start(duration_samples, arrived_seconds)
        if latest < self._end_sample:
            self.interrupt()
            return None
        start = self._continued(timestamp, arrived_seconds)
        if start is None:
            start = self._end_sample + self._missed_samples(duration_samples, arrived_seconds)
            self._offset = start - timestamp
        if start > latest:  # follow the last one: a sender slightly too fast loses a packet at most
            start = self._end_sample
            self._offset = start - timestamp
        self._end_sample = start + duration_samples
        self._arrived_seconds = arrived_seconds
        return start

    def _latest_start(self, duration_samples: int, arrived_seconds: float) -> int:
        """Return where a packet may begin at most."""
        if self._began_seconds is None:
            self._began_seconds = arrived_seconds
        passed_seconds = arrived_seconds - self._began_seconds
        return seconds_to_samples(passed_seconds + AHEAD_SECONDS) - duration_samples

    def _continued(self, timestamp: int, arrived_seconds: float) -> int | None:
        """Return the position by timestamp, or None where the timestamp is not to be believed."""
        if self._offset is None or self._arrived_seconds is None:
            return None
        gap = timestamp + self._offset - self._end_sample
        if abs(gap) < SNAP_SAMPLES:
            return self._end_sample
        if -SAMPLE_RATE_HZ < gap < 0:  # a clock that drifts back: follow it, lose nothing
            self._offset -= gap
            return self._end_sample
        elapsed = arrived_seconds - self._arrived_seconds
        if gap < 0 or gap > seconds_to_samples(elapsed + IMPLAUSIBLE_SECONDS):
            return None
        return self._end_sample + gap

    def _missed_samples(self, duration_samples: int, arrived_seconds: float) -> int:
        """Return how much sound is missing, by the clock on the wall."""
        if self._arrived_seconds is None:
            return 0
        elapsed = seconds_to_samples(arrived_seconds - self._arrived_seconds) - duration_samples
        return max(0, round(elapsed / STEP_SAMPLES)) * STEP_SAMPLES
