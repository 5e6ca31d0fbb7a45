"""Beat phase: where in time the pulse falls.

The onsets of the newest seconds are folded at the beat period through their Fourier coefficients
at its first harmonics, which is the least-squares fit of a periodic curve. Its peak is the beat,
found between frames. Kick and bass count double: hats love the off-beat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ
from judge.listening.onsets import FRAME_RATE_HZ, FRAMES_PER_HOP
from judge.listening.tempo import band_levels, peak_position

FIT_HARMONICS: Final = 8
PHASES: Final = 128
CRISP_FRAMES: Final = round(4 * FRAME_RATE_HZ)
BAND_WEIGHTS: Final = np.array([2.0, 1.0, 1.0, 0.7])
ONSET_DELAY_SECONDS: Final = 0.0085
"""From an attack to the end of the frame in which its onset strength peaks; from clicks."""

_SWITCH_ADVANTAGE: Final = 1.25
_SWITCH_HOPS: Final = 6
"""Another phase must be this much better for 3 s before the beat jumps to it."""

_HARMONIC_NUMBERS: Final = np.arange(1, FIT_HARMONICS + 1)
_GRID: Final = np.arange(PHASES) / PHASES
_BLOCK_FRAMES: Final = FRAMES_PER_HOP // 2
_BLOCK_AGES: Final = np.arange(_BLOCK_FRAMES)[::-1]
_STEER: Final = np.exp(2j * np.pi * np.outer(_HARMONIC_NUMBERS, _GRID))


@dataclass(frozen=True, slots=True)
class BeatFit:
    """The beat as fitted at one hop; times count from the end of the hop."""

    since_beat_seconds: float  # 0 <= this < period
    period_seconds: float
    sharpness: float  # 0-1, peak of the folded onsets over what a perfect click track reaches
    crispness: float  # 0-1, how sharply the newest 4 s repeat within the beat


def weighted(flux: NDArray[np.float32]) -> NDArray[np.float64]:
    """Blend onset bands, shape (n, ONSET_BANDS), each over its own mean, kick and bass double."""
    return np.asarray(np.einsum("fb,b->f", flux, BAND_WEIGHTS / band_levels(flux)))


class FoldedOnsets:
    """Onsets folded at a beat period: their Fourier coefficients at its first harmonics.

    Phase is measured backwards from the end of the newest frame, which comes last. Each frame
    turns with its age; blocks of frames are turned alike within, then as wholes, which takes some
    hundred complex exponentials instead of one for each frame and harmonic.

    Parameters
    ----------
    strength
        Onsets, shape (n,), n a multiple of `_BLOCK_FRAMES`.
    period_seconds
        Of the beat.
    """

    def __init__(self, strength: NDArray[np.float64], period_seconds: float) -> None:
        self._blocks = strength.reshape(-1, _BLOCK_FRAMES)
        turn = -2j * np.pi / (FRAME_RATE_HZ * period_seconds) * _HARMONIC_NUMBERS
        within = np.exp(np.outer(_BLOCK_AGES, turn))
        apart = np.exp(np.outer(_BLOCK_FRAMES * np.arange(len(self._blocks))[::-1], turn))
        self._turned = (self._blocks @ within) * apart

    def lines(self, frames: int | None = None) -> NDArray[np.complex128]:
        """Return the mean and the coefficients at harmonics 1 to `FIT_HARMONICS`.

        Of the newest `frames`, a multiple of `_BLOCK_FRAMES`; of all by default.
        """
        count = len(self._blocks) if frames is None else frames // _BLOCK_FRAMES
        newest, turned = self._blocks[-count:], self._turned[-count:]
        return np.concatenate(([newest.mean()], turned.sum(axis=0) / newest.size))


def crispness(lines: NDArray[np.complex128]) -> float:
    """Return the mean of R2, R4 and R8, each a coefficient's magnitude over the mean.

    Two kicks side by side blur the higher harmonics, so a mix that is out of time reads lower
    than either track alone.
    """
    magnitudes = np.abs(lines[[2, 4, 8]])
    return min(float(magnitudes.mean()) / max(float(lines[0].real), 1e-9), 1.0)


class BeatTracker:
    """Keeps the beat where it was unless another place is clearly better for seconds."""

    def __init__(self) -> None:
        self._anchor_seconds: float | None = None  # a past beat, on the hop clock
        self._now_seconds = 0.0
        self._doubt_hops = 0

    def hear(
        self, flux: NDArray[np.float32], bpm: float | None, hop_seconds: float
    ) -> BeatFit | None:
        """Fit the beat to the newest onsets, or forget it where `bpm` is None."""
        self._now_seconds += hop_seconds
        if bpm is None:
            self._anchor_seconds = None
            return None
        period = 60.0 / bpm
        folded = FoldedOnsets(weighted(flux), period)
        lines = folded.lines()
        curve = np.real(lines[1:] @ _STEER)
        phase = self._choose(curve, period)
        self._anchor_seconds = self._now_seconds - phase * period
        since = (phase * period + ONSET_DELAY_SECONDS) % period
        peak = float(np.interp(phase, _GRID, curve, period=1.0))
        sharpness = peak / (FIT_HARMONICS * max(float(lines[0].real), 1e-9))
        crisp = crispness(folded.lines(CRISP_FRAMES))
        return BeatFit(since, period, min(max(sharpness, 0.0), 1.0), crisp)

    def _choose(self, curve: NDArray[np.float64], period: float) -> float:
        """Return the phase (share of a period before now) of the beat."""
        best = int(np.argmax(curve))
        if self._anchor_seconds is None:
            return _around(curve, best)
        predicted = (self._now_seconds - self._anchor_seconds) / period % 1.0
        reach = PHASES // 10
        near = (round(predicted * PHASES) + np.arange(-reach, reach + 1)) % PHASES
        local = int(near[np.argmax(curve[near])])
        better = curve[best] > _SWITCH_ADVANTAGE * max(float(curve[local]), 0.0)
        self._doubt_hops = self._doubt_hops + 1 if better else 0
        if self._doubt_hops >= _SWITCH_HOPS:
            self._doubt_hops = 0
            return _around(curve, best)
        return _around(curve, local)


def _around(curve: NDArray[np.float64], position: int) -> float:
    """Return the peak near grid `position`, between grid points, as a share of a period."""
    around = curve[(position - 1) % PHASES], curve[position], curve[(position + 1) % PHASES]
    return (position + peak_position(np.array(around), 1.0, -1.0)) / PHASES % 1.0


def beat_sample(end_sample: int, fit: BeatFit) -> int:
    """Return the position of the most recent beat on the media clock."""
    return max(end_sample - round(fit.since_beat_seconds * SAMPLE_RATE_HZ), 0)
