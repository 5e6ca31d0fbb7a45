"""Real recordings as sources: played alone, over and over, at any speed and at one loudness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Genre
from training.evaluation.recordings import Recording, sound
from training.evaluation.sources import BITRATE_BPS, Audio, Playing
from training.evaluation.traces import Deed, TrueTransition, Truth

BEATS_PER_BAR: Final = 4
TRACK_RMS: Final = 0.1
"""Every recording is brought to -20 dBFS before the mix is brought to its highest peak."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording alone, from its beginning, over and over."""

    recording: Recording

    def open(self) -> Playing:
        """Read it."""
        return _RecordedPlaying(self.recording)


class _RecordedPlaying:
    genre = Genre.OTHER.value
    bitrate_bps = BITRATE_BPS

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def blocks(self) -> Iterator[Audio]:
        """Yield the recording, again and again."""
        tape = Tape(self._recording, 1.0)
        position = 0
        while True:
            yield tape.read(position, HOP_SAMPLES)
            position += HOP_SAMPLES

    def truth(self, start_seconds: float, end_seconds: float) -> Truth:
        """Return the tempo."""
        return Truth(bpm=self._recording.bpm, beat=True)

    def transitions(self, end_seconds: float) -> tuple[TrueTransition, ...]:
        """Return none."""
        return ()

    def deeds(self, end_seconds: float) -> tuple[Deed, ...]:
        """Return none."""
        return ()


class Tape:
    """A recording at a speed, without end, at one loudness."""

    def __init__(self, recording: Recording, speed: float) -> None:
        samples = sound(Path(recording.path), speed)
        if not recording.loop:  # what comes round again must come on a bar
            bar = BEATS_PER_BAR * 60 * SAMPLE_RATE_HZ / (recording.bpm * speed)
            samples = samples[: round(max(1, len(samples) // bar) * bar)]
        rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) + 1e-9
        self._samples = samples * np.float32(TRACK_RMS / rms)
        self.peak = float(np.abs(self._samples).max())

    def read(self, start: int, count: int) -> Audio:
        """Return `count` samples from `start` on, silence before 0."""
        rows = np.arange(start, start + count)
        return np.where(
            (rows >= 0)[:, None], self._samples[rows % len(self._samples)], np.float32(0.0)
        )
