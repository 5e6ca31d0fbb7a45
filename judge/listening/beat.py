"""Beat phase: where in time the pulse falls.

The onsets of the newest seconds are folded at the beat period through their Fourier coefficients
at its first harmonics, which is the least-squares fit of a periodic curve. Its peak is the beat,
found between frames. Kick and bass count double: hats love the off-beat.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ
from judge.listening.onsets import FRAME_RATE_HZ, FRAMES_PER_HOP
from judge.listening.periodicity import band_levels, peak_position

FIT_HARMONICS: Final = 8
PHASES: Final = 128
CRISP_FRAMES: Final = round(4 * FRAME_RATE_HZ)
BAND_WEIGHTS: Final = np.array([2.0, 1.0, 1.0, 0.7])
ONSET_DELAY_SECONDS: Final = 0.0085
"""From an attack to the end of the frame in which its onset strength peaks; from clicks."""

_SWITCH_EVIDENCE: Final = 5.4
"""Sum over hops of how much better another phase is, as a logarithm, before the beat jumps to it:
12 s where it is better by a quarter, 3 s where nothing speaks for the old one any more."""
_STRONGEST_DOUBT: Final = 0.9
_BETTER: Final = 0.1
_EVIDENCE_EACH_HOP: Final = 0.2
"""What is known for a short time is given up as easily."""

_REACH: Final = PHASES // 10
_COASTING_REACH: Final = PHASES // 40
"""How far from where it is expected the beat may lie; less while nothing marks it."""

_KICK_FRAMES: Final = round(4 * FRAME_RATE_HZ)
_KICK_FORGOTTEN: Final = 0.5 ** (1 / 120)
"""Each hop: half of what the kick usually is, is forgotten in a minute."""
_KICK_GONE: Final = 0.5

_LEAST_SHARPNESS: Final = 0.04
"""Onsets folded at the beat reach 0.1 to 0.5 in music; a drone's ripple 0.01."""
_MARKED_HOPS: Final = 16
"""A beat that stood out for 8 s may sink into a breakdown and is still believed."""

_NEW_TEMPO: Final = 0.02

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
    stands_out: bool = True  # of the onsets, now or for long before


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
        self._period_seconds = 0.0
        self._doubt = 0.0
        self._held_hops = 0
        self._marked_hops = 0
        self._usual_kick = 0.0

    def hear(
        self, flux: NDArray[np.float32], bpm: float | None, hop_seconds: float
    ) -> BeatFit | None:
        """Fit the beat to the newest onsets, or forget it where `bpm` is None."""
        self._now_seconds += hop_seconds
        self._usual_kick *= _KICK_FORGOTTEN
        if bpm is None:
            self._lose()
            return None
        period = 60.0 / bpm
        if abs(period / (self._period_seconds or period) - 1) > _NEW_TEMPO:
            self._lose()
        self._period_seconds = period
        folded = FoldedOnsets(weighted(flux), period)
        lines = folded.lines()
        curve = np.real(lines[1:] @ _STEER)
        phase = self._choose(curve, period, marked=self._hears_kick(flux))
        self._anchor_seconds = self._now_seconds - phase * period
        since = (phase * period + ONSET_DELAY_SECONDS) % period
        peak = float(np.interp(phase, _GRID, curve, period=1.0))
        sharpness = peak / (FIT_HARMONICS * max(float(lines[0].real), 1e-9))
        stands_out = sharpness >= _LEAST_SHARPNESS
        self._marked_hops += stands_out
        return BeatFit(
            since_beat_seconds=since,
            period_seconds=period,
            sharpness=min(max(sharpness, 0.0), 1.0),
            crispness=crispness(folded.lines(CRISP_FRAMES)),
            stands_out=stands_out or self._marked_hops >= _MARKED_HOPS,
        )

    def _lose(self) -> None:
        """Forget where the beat was."""
        self._anchor_seconds = None
        self._marked_hops = 0

    def _hears_kick(self, flux: NDArray[np.float32]) -> bool:
        """Tell whether the low band has onsets as strong as it usually has."""
        newest = flux[-_KICK_FRAMES:, 0]
        kick = math.sqrt(float(newest @ newest) / len(newest))
        self._usual_kick = max(self._usual_kick, kick)
        return kick >= _KICK_GONE * self._usual_kick

    def _choose(self, curve: NDArray[np.float64], period: float, *, marked: bool) -> float:
        """Return the phase (share of a period before now) of the beat.

        Where the beat is not `marked`, as in a breakdown, it goes on where it was: what plays on
        the off-beat then is louder than anything on the beat.
        """
        best = int(np.argmax(curve))
        if self._anchor_seconds is None:
            self._held_hops = 0
            return _around(curve, best)
        self._held_hops += 1
        predicted = (self._now_seconds - self._anchor_seconds) / period % 1.0
        reach = _REACH if marked else _COASTING_REACH
        near = (round(predicted * PHASES) + np.arange(-reach, reach + 1)) % PHASES
        local = int(near[np.argmax(curve[near])])
        if not marked:
            self._doubt = 0.0
            at_edge = local in (near[0], near[-1])
            return predicted if at_edge else _around(curve, local)
        better = math.log(float(curve[best]) / max(float(curve[local]), 1e-9))
        self._doubt = self._doubt + min(better, _STRONGEST_DOUBT) if better > _BETTER else 0.0
        if self._doubt >= min(_EVIDENCE_EACH_HOP * self._held_hops, _SWITCH_EVIDENCE):
            self._doubt = 0.0
            self._held_hops = 0
            return _around(curve, best)
        return _around(curve, local)


def _around(curve: NDArray[np.float64], position: int) -> float:
    """Return the peak near grid `position`, between grid points, as a share of a period."""
    around = curve[(position - 1) % PHASES], curve[position], curve[(position + 1) % PHASES]
    return (position + peak_position(np.array(around), 1.0, -1.0)) / PHASES % 1.0


def beat_sample(end_sample: int, fit: BeatFit) -> int:
    """Return the position of the most recent beat on the media clock."""
    return max(end_sample - round(fit.since_beat_seconds * SAMPLE_RATE_HZ), 0)
