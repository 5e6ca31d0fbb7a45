"""The ear: from sound, in order, and the judge's events to the senses of any moment heard.

It works in ticks of 10 ms that lie on the media clock. What it says of a moment depends on what
was heard and told up to there, and not on how the sound was cut, nor on how often it is asked.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ, samples_to_seconds
from core.messages import Beat, Phase, RoomMessage, Score, SessionState, Transition
from core.show import EMBEDDING_SIZE
from visuals.hearing.bands import TICK_SAMPLES, BandAnalyser, Row
from visuals.hearing.beat import BeatClock
from visuals.hearing.course import Course
from visuals.hearing.drop import DropDetector
from visuals.hearing.glide import Glide, GlidingVector
from visuals.hearing.levels import Levels
from visuals.senses import Senses

LONGEST_WAIT_TICKS: Final = 12 * SAMPLE_RATE_HZ // TICK_SAMPLES
"""So much is heard ahead of what is asked for; beyond, the ear goes on without being asked."""

LONGEST_SILENCE_SAMPLES: Final = 10 * SAMPLE_RATE_HZ
"""A longer gap is passed in one leap: after it all is silent, and the beat not believed."""

_ENERGY_SECONDS: Final = 2.0
_EMBEDDING_SECONDS: Final = 2.0
_HYPE_SECONDS: Final = 1.0
_UNTOLD_ENERGY: Final = 0.5
"""Energy of music at its usual level, until the judge says more."""


class Ear:
    """Hears one set; it may begin in the middle of it.

    Examples
    --------
    >>> ear = Ear()
    >>> ear.hear(np.zeros((4_800, 2), np.float32), start_sample=0)
    >>> ear.senses(4_800).level
    0.0
    """

    def __init__(self) -> None:
        self._analyser = BandAnalyser()
        self._levels = Levels()
        self._beats = BeatClock()
        self._drops = DropDetector()
        self._course = Course()
        self._energy = Glide(_ENERGY_SECONDS, 0.0)
        self._hype = Glide(_HYPE_SECONDS)
        self._embedding = GlidingVector(EMBEDDING_SIZE, _EMBEDDING_SECONDS)
        self._rows: deque[Row] = deque()
        self._heard_samples: int | None = None
        self._ticked_samples = 0  # the end of the last tick
        self._position_samples = 0  # the last moment that was asked for

    @property
    def heard_samples(self) -> int:
        """Position up to which sound was heard; senses can be had up to here."""
        return self._heard_samples or 0

    def hear(self, pcm: NDArray[np.float32], start_sample: int) -> None:
        """Take the next sound.

        Parameters
        ----------
        pcm
            Shape (n, 2) at 48 kHz, full scale is 1.0.
        start_sample
            Its position. What is missing since the last sound is silence; what was heard already
            is left out.
        """
        if self._heard_samples is None:
            self._begin(start_sample)
        missing = start_sample - self.heard_samples
        if missing > LONGEST_SILENCE_SAMPLES:
            self._leap(start_sample)
        elif missing > 0:
            self._take(np.zeros((missing, 2), np.float32))
        elif missing < 0:
            pcm = pcm[-missing:]
        self._take(pcm)

    def event(self, message: RoomMessage) -> None:
        """Take what the judge says; it holds from the last moment asked for on."""
        if isinstance(message, Beat):
            self._beats.hear(message, self._ticked_samples)
        elif isinstance(message, Score):
            if self._course.hear(message):
                self._drops.tell()
        elif isinstance(message, Transition):
            self._course.pass_through(message)
        elif isinstance(message, SessionState) and message.phase is not Phase.LIVE:
            self._beats.doubt()
            self._course.end()

    def embedding(self, end_sample: int, vector: NDArray[np.float32]) -> None:
        """Take the judge's embedding of the hop that ends at `end_sample`; the newest counts."""
        del end_sample  # it is blended over seconds: its half second of delay is not seen
        self._embedding.aim(vector)

    def hype(self, value: float | None) -> None:
        """Take how excited the crowd is, 0-1; None where that is not known."""
        self._hype.aim(None if value is None else min(max(value, 0.0), 1.0))

    def senses(self, position_samples: int) -> Senses:
        """Return what is known of a moment.

        A moment that was not heard yet is the last that was, and one before the last that was
        asked for is that one.
        """
        position = max(min(position_samples, self.heard_samples), self._position_samples)
        while self._rows and self._ticked_samples + TICK_SAMPLES <= position:
            self._tick()
        self._move(position)
        return self._senses(position)

    def _begin(self, start_sample: int) -> None:
        """Set the clock; ticks lie on whole multiples of their length."""
        into_tick = start_sample % TICK_SAMPLES
        self._analyser.forget(into_tick)
        self._heard_samples = start_sample
        self._ticked_samples = start_sample - into_tick
        self._position_samples = start_sample

    def _take(self, pcm: NDArray[np.float32]) -> None:
        self._rows.extend(self._analyser.hear(pcm))
        self._heard_samples = self.heard_samples + len(pcm)
        while len(self._rows) > LONGEST_WAIT_TICKS:
            self._tick()
        self._position_samples = max(self._position_samples, self._ticked_samples)

    def _leap(self, start_sample: int) -> None:
        """Pass a long gap."""
        self._take(np.zeros((SAMPLE_RATE_HZ, 2), np.float32))
        while self._rows:
            self._tick()
        aligned = start_sample - start_sample % TICK_SAMPLES
        self._beats.leap(aligned - self._ticked_samples)
        self._course.end()
        self._analyser.forget(start_sample - aligned)
        self._heard_samples = start_sample
        self._ticked_samples = aligned
        self._position_samples = max(self._position_samples, aligned)

    def _tick(self) -> None:
        self._ticked_samples += TICK_SAMPLES
        beats = self._beats.beats_a_tick
        self._levels.tick(self._rows.popleft())
        self._beats.tick(self._ticked_samples)
        beat, bar = self._beats.beat, self._beats.bar_at(self._ticked_samples, 0)
        self._drops.tick(beats, beat, self._beats.confidence)
        if self._levels.sounds:
            self._drops.hear(self._levels.low, beat, bar, self._levels.sounding_seconds)

    def _move(self, position_samples: int) -> None:
        elapsed = samples_to_seconds(position_samples - self._position_samples)
        self._position_samples = position_samples
        told = self._course.energy
        self._energy.aim(
            min(_UNTOLD_ENERGY * self._levels.values[3], 1.0) if told is None else told
        )
        for glide in (self._energy, self._hype, self._embedding):
            glide.move(elapsed)
        self._course.move(position_samples, elapsed)

    def _senses(self, position_samples: int) -> Senses:
        after_tick = position_samples - self._ticked_samples
        low, mid, high, level = self._levels.values
        course, beats = self._course, self._beats
        tonic, mode = course.key or (None, None)
        return Senses(
            position_seconds=samples_to_seconds(position_samples),
            beat=beats.at(after_tick),
            bar=beats.bar_at(position_samples, after_tick),
            bpm=beats.bpm,
            beat_confidence=beats.confidence,
            low=low,
            mid=mid,
            high=high,
            level=level,
            onset=self._levels.onset,
            energy=self._energy.value or 0.0,
            tonic=tonic,
            mode=mode,
            section=course.section,
            drop=self._drops.value,
            transition=course.transition,
            score=course.score.value,
            hype=self._hype.value,
            embedding=self._embedding.value,
        )
