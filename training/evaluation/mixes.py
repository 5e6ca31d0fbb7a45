"""Two real recordings mixed, well or badly, as sources.

A mix is made as a DJ would: the second recording is brought to the first one's tempo, starts on a
bar, comes in without its bass, takes the bass over in the middle of the overlap. What may go wrong
is injected, so that it is known. That labels the technical part; nobody knows the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from core.media import CHANNELS, HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Component, Genre, TransitionKind
from judge.parts import LIMITS, Part, goodness, part_losses
from training.evaluation.recordings import Recording
from training.evaluation.sources import BITRATE_BPS, Audio, Playing
from training.evaluation.tapes import BEATS_PER_BAR, Tape
from training.evaluation.traces import SCORED, Deed, TrueTransition, Truth, on_scale

HIGHEST_PEAK: Final = 0.95
"""Where both peak together; a clean mix clips nothing."""

BASS_HZ: Final = 160.0
FADE_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class MixFlaws:
    """What goes wrong in a mix of two recordings; the defaults are a clean one.

    Attributes
    ----------
    offset_ms
        How late the second recording's beat falls.
    tempo_percent
        How much faster it runs than the first.
    level_db
        Its gain.
    silence_seconds
        A hole instead of an overlap.
    clip_db
        How far both are driven beyond full scale during the overlap.
    """

    offset_ms: float = 0.0
    tempo_percent: float = 0.0
    level_db: float = 0.0
    silence_seconds: float = 0.0
    clip_db: float = 0.0

    def technical(self, bpm: float) -> float:
        """Return the technical label on 0-1, by the curves of the rubric."""
        sizes = {
            Part.BEAT_OFFSET: abs(self.offset_ms),
            Part.TEMPO_DRIFT: 10 * abs(self.tempo_percent),  # ms/s
            Part.LEVEL: abs(self.level_db),
            Part.SILENCE: max(0.0, self.silence_seconds - 60 / bpm),
        }
        if self.silence_seconds > 0:  # two that never meet cannot clash
            sizes[Part.BEAT_OFFSET] = sizes[Part.TEMPO_DRIFT] = 0.0
        shares = dict.fromkeys(Part, 1.0) | {
            part: goodness(size, LIMITS[part]) for part, size in sizes.items()
        }
        shares[Part.CLIPPING] = goodness(self.clip_db, CLIP_DRIVE_DB)
        return 1.0 - sum(part_losses(Component.TECHNICAL, shares).values())


CLIP_DRIVE_DB: Final = (0.0, 6.0)
"""Where driven clipping begins to cost and where it costs all, as in the simulator's labels."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """Two recordings, the second mixed into the first.

    Attributes
    ----------
    solo_seconds
        How long the first plays alone, rounded to bars.
    overlap_seconds
        How long both play, rounded to bars; 0 cuts.
    """

    first: Recording
    second: Recording
    solo_seconds: float
    overlap_seconds: float
    flaws: MixFlaws = MixFlaws()

    def open(self) -> Playing:
        """Read both and mix them."""
        return _MixedPlaying(self)


class _MixedPlaying:
    genre = Genre.OTHER.value
    bitrate_bps = BITRATE_BPS

    def __init__(self, mix: Mixed) -> None:
        self._mix = mix
        self._bpm = mix.first.bpm
        bar = BEATS_PER_BAR * 60 * SAMPLE_RATE_HZ / self._bpm
        flaws = mix.flaws
        self._start = round(max(1, round(mix.solo_seconds * SAMPLE_RATE_HZ / bar)) * bar)
        overlap = max(1, round(mix.overlap_seconds * SAMPLE_RATE_HZ / bar)) * bar
        hole = flaws.silence_seconds > 0
        self._entry = self._start + round(flaws.silence_seconds * SAMPLE_RATE_HZ)
        self._end = self._entry if hole else self._start + round(overlap)

    def blocks(self) -> Iterator[Audio]:
        """Yield the mix, without end."""
        mix, flaws = self._mix, self._mix.flaws
        ratio = folded(self._bpm / mix.second.bpm) * (1 + flaws.tempo_percent / 100)
        first, second = Tape(mix.first, 1.0), Tape(mix.second, ratio)
        gain = np.float32(HIGHEST_PEAK / (first.peak + second.peak))
        red = np.float32(10 ** (flaws.clip_db / 20) / (gain * max(first.peak, second.peak)))
        late = self._entry + round(flaws.offset_ms * SAMPLE_RATE_HZ / 1000)
        knobs = _Bass(), _Bass()
        level = np.float32(10 ** (flaws.level_db / 20))
        position = 0
        while True:
            times = np.arange(position, position + HOP_SAMPLES)
            out, into = self._faders(times)
            swapped = _ramp(times, (self._start + self._end) // 2, FADE_SECONDS)
            leaving = knobs[0](first.read(position, HOP_SAMPLES), 1 - swapped) * out[:, None]
            coming = knobs[1](second.read(position - late, HOP_SAMPLES), swapped) * into[:, None]
            both = gain * (leaving + level * coming)
            if flaws.clip_db > 0:
                within = (times >= self._start) & (times < self._end)
                both *= np.where(within, red, np.float32(1.0))[:, None]
            yield np.asarray(np.clip(both, -1.0, 1.0), dtype=np.float32)
            position += HOP_SAMPLES

    def _faders(self, times: NDArray[np.int64]) -> tuple[Audio, Audio]:
        """Return the gains of both channels, shape (samples,)."""
        if self._mix.flaws.silence_seconds > 0:
            return 1 - _ramp(times, self._start, 0.005), _ramp(times, self._entry, 0.005)
        length = max(1, self._end - self._start)
        progress = np.clip((times - self._start) / length, 0.0, 1.0)
        out = np.clip(2 - 2 * progress, 0.0, 1.0)
        into = np.clip(2 * progress, 0.0, 1.0)
        return out.astype(np.float32), into.astype(np.float32)

    def truth(self, start_seconds: float, end_seconds: float) -> Truth:
        """Return the technical label once the second recording has come in."""
        if end_seconds * SAMPLE_RATE_HZ <= self._entry:
            return Truth(bpm=self._bpm, beat=True)
        label = np.full(len(Component), np.nan)
        label[0] = self._mix.flaws.technical(self._bpm)
        points = on_scale(label, self.genre)[:1] + (None,) * (len(SCORED) - 1)
        return Truth(window=points, whole=points)

    def transitions(self, end_seconds: float) -> tuple[TrueTransition, ...]:
        """Return the one transition."""
        overlaps = self._mix.flaws.silence_seconds <= 0
        kind = TransitionKind.BASS_SWAP if overlaps else TransitionKind.CUT
        if end_seconds * SAMPLE_RATE_HZ <= self._start:
            return ()
        return (
            TrueTransition(
                self._start / SAMPLE_RATE_HZ,
                self._end / SAMPLE_RATE_HZ,
                kind.value,
                overlaps,
                None,
            ),
        )

    def deeds(self, end_seconds: float) -> tuple[Deed, ...]:
        """Return none."""
        return ()


class _Bass:
    """A channel's bass knob: gain of what lies below 160 Hz."""

    def __init__(self) -> None:
        self._filter = butter(2, BASS_HZ, "lowpass", fs=SAMPLE_RATE_HZ, output="sos")
        self._state = np.zeros((len(self._filter), 2, CHANNELS))

    def __call__(self, block: Audio, gain: Audio) -> Audio:
        low, self._state = sosfilt(self._filter, block, axis=0, zi=self._state)
        return np.asarray(block + low * (gain - 1)[:, None], dtype=np.float32)


def _ramp(times: NDArray[np.int64], at: int, seconds: float) -> Audio:
    """Return a gain that goes from 0 to 1 within `seconds` from sample `at` on."""
    return np.clip((times - at) / (seconds * SAMPLE_RATE_HZ), 0.0, 1.0).astype(np.float32)


def folded(ratio: float) -> float:
    """Return a tempo ratio at the octave nearest to 1: 70 and 140 BPM mix."""
    return float(ratio * 2.0 ** -round(float(np.log2(ratio))))
