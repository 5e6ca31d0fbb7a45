"""The beat between the judge's words of it: a clock that bends time and never steps.

The judge tells each half second where the last beat was, up to a second late. From that a grid is
extrapolated, and the clock runs a little faster or slower until it lies on it: with the error `e`
in beats, its speed is `1 + GAIN * e` times the tempo, between `SLOWEST` and `FASTEST`. Half a beat,
the largest error there is, is made good within two beats.
"""

from __future__ import annotations

import math
from typing import Final

from core.media import SAMPLE_RATE_HZ
from core.messages import Beat
from visuals.hearing.bands import TICK_SAMPLES, TICK_SECONDS
from visuals.hearing.glide import Glide

UNKNOWN_BPM: Final = 120.0
BEATS_IN_BAR: Final = 4

GAIN: Final = 2.0
"""Share of the error that is made good each beat."""

SLOWEST: Final = 0.3
FASTEST: Final = 2.0

STALE_SAMPLES: Final = 4 * SAMPLE_RATE_HZ
"""So long after its last word the beat is still believed."""

_BAR_FORGOTTEN_SAMPLES: Final = 8 * SAMPLE_RATE_HZ
_PERIODS_SAMPLES: Final = (0.15 * SAMPLE_RATE_HZ, 3.0 * SAMPLE_RATE_HZ)
"""20 to 400 BPM; what claims another tempo is no beat."""

_CONFIDENCE_SECONDS: Final = 0.5
_BPM_SECONDS: Final = 0.5


class BeatClock:
    """Counts beats and bars, tick by tick; both only ever grow."""

    def __init__(self) -> None:
        self.beat = 0.0
        self._event: Beat | None = None
        self._bar_heard_at = 0
        self._shift: float | None = None  # bars are (beats + shift) / 4
        self._period_samples = SAMPLE_RATE_HZ * 60.0 / UNKNOWN_BPM
        self._rate = 1.0 / self._period_samples  # beats a sample until the next tick
        self._shift_rate = 0.0  # likewise
        self._heard_at = 0
        self._confidence = Glide(_CONFIDENCE_SECONDS, 0.0)
        self._bpm = Glide(_BPM_SECONDS)

    @property
    def bpm(self) -> float:
        """The tempo."""
        return self._bpm.value or UNKNOWN_BPM

    @property
    def confidence(self) -> float:
        """How sure the beat is, 0-1; 0 while there is none."""
        return self._confidence.value or 0.0

    @property
    def beats_a_tick(self) -> float:
        """How far the clock goes in the tick that begins."""
        return self._rate * TICK_SAMPLES

    def hear(self, event: Beat, position_samples: int) -> None:
        """Take the judge's newest word of the beat, at a moment of the clock."""
        shortest, longest = _PERIODS_SAMPLES
        if not shortest <= event.period_samples <= longest:
            return
        self._event = event
        self._heard_at = position_samples
        self._period_samples = event.period_samples
        self._confidence.aim(min(max(event.confidence, 0.0), 1.0))
        self._bpm.aim(60.0 * SAMPLE_RATE_HZ / event.period_samples)
        if event.beat_in_bar is not None:
            self._bar_heard_at = position_samples

    def doubt(self) -> None:
        """Believe the beat no more, until it is heard again."""
        self._confidence.aim(0.0)

    def tick(self, position_samples: int) -> None:
        """Go on by one tick, which ends at `position_samples`."""
        self.beat += self._rate * TICK_SAMPLES
        if self._shift is not None:
            self._shift += self._shift_rate * TICK_SAMPLES
        if position_samples - self._heard_at > STALE_SAMPLES:
            self.doubt()
        self._confidence.move(TICK_SECONDS)
        self._bpm.move(TICK_SECONDS)
        self._bend(position_samples)

    def leap(self, samples: int) -> None:
        """Go on over a stretch of which nothing was heard, at the tempo there was."""
        self.beat += samples / self._period_samples
        self._confidence.jump(0.0)

    def at(self, samples_after_tick: int) -> float:
        """Return the beats counted so many samples after the last tick."""
        return self.beat + self._rate * samples_after_tick

    def bar_at(self, position_samples: int, samples_after_tick: int) -> float | None:
        """Return the bars, likewise; None where nothing was said of the bar for long."""
        if self._shift is None or position_samples - self._bar_heard_at > _BAR_FORGOTTEN_SAMPLES:
            return None
        shift = self._shift + self._shift_rate * samples_after_tick
        return (self.at(samples_after_tick) + shift) / BEATS_IN_BAR

    def _bend(self, position_samples: int) -> None:
        """Choose the speed of the next tick."""
        tempo = 1.0 / self._period_samples
        self._rate = tempo
        if self._event is None:
            return
        beats_since = (position_samples - self._event.sample) * tempo
        error = _wrapped(beats_since - self.beat, 1.0)
        self._rate = tempo * min(max(1.0 + GAIN * error, SLOWEST), FASTEST)
        self._bend_bar(self.beat + error - beats_since, self._event.beat_in_bar)

    def _bend_bar(self, number: float, beat_in_bar: int | None) -> None:
        """Choose how fast the bars' shift goes to where the first beats of bars lie on their lines.

        Where the beat of that number lies in its bar is said by the judge, or left as it is. The
        shift goes back slower than beats go on, so that bars, too, only ever grow.
        """
        if self._shift is None:
            if beat_in_bar is not None:
                self._shift = float((beat_in_bar - round(number)) % BEATS_IN_BAR)
            return
        wanted = round(self._shift) if beat_in_bar is None else beat_in_bar - round(number)
        error = _wrapped(wanted - self._shift, BEATS_IN_BAR)
        bend = min(max(GAIN * error / 2.0, SLOWEST - 1.0), FASTEST - 1.0)
        self._shift_rate = self._rate * bend


def _wrapped(value: float, period: float) -> float:
    """Return `value` less the whole periods nearest to it."""
    return value - period * math.floor(value / period + 0.5)
