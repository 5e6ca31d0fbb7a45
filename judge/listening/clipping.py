"""Clipping at any gain: flat tops from which everything else has been shaved off.

A clipped mix that was turned down is still clipped, and Opus leaves ripple on its tops; a distorted
bass has flat tops of its own. What tells them apart is the rest of the mix. Hats and voices ride on
the tops of a distorted bass as they ride on its slopes, and a limiter leaves them there too; a
converter that clips cuts them off. So a top counts where it lies at the level at which the samples
of the hop pile up and is quieter in the treble than the sound right before and after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

CLIP_RUN_SAMPLES: Final = 192
"""A flat top shorter than 4 ms is what every limiter makes of a loud bass; longer is heard."""

FULL_SCALE: Final = 0.97
"""At the converter's own limit a flat top needs no other witness."""

_LEAST_PEAK: Final = 0.03
_NEAR_LEVEL: Final = 0.94
"""Share of the level that ripple leaves on a top."""
_BRIDGE_SAMPLES: Final = 12
"""Ripple may dip under that for a quarter of a millisecond without ending the top."""

_LOWEST_LEVEL: Final = 0.55
"""Of the peak: on tops at half of full scale Opus overshoots by up to three quarters."""
_BINS: Final = 90
_PILE: Final = 1.15
"""How much denser the level must be than what lies right below it."""

_BESIDE_SAMPLES: Final = 168
_EDGE_SAMPLES: Final = 48
_TREBLE_SAMPLES: Final = 12
"""What a mean over a quarter of a millisecond leaves over is treble, from some 2 kHz."""
_SHAVED: Final = 0.5
_LEAST_TREBLE: Final = 0.002
_FLAT: Final = 0.06

_TAIL_SAMPLES: Final = 2_400
_AHEAD_SAMPLES: Final = _EDGE_SAMPLES + _BESIDE_SAMPLES


@dataclass(frozen=True, slots=True)
class _Top:
    """A candidate: where samples stay near the level."""

    start: int
    end: int  # exclusive

    @property
    def length(self) -> int:
        return self.end - self.start


def _piled_level(magnitudes: NDArray[np.float32]) -> float | None:
    """Return the level at which the highest samples, shape (n,), pile up, if they do."""
    peak = float(magnitudes.max())
    if peak < _LEAST_PEAK:
        return None
    high = magnitudes[magnitudes > _LOWEST_LEVEL * peak]
    places = ((high / peak - _LOWEST_LEVEL) * (_BINS / (1 - _LOWEST_LEVEL))).astype(np.intp)
    counts = np.bincount(places.clip(max=_BINS - 1), minlength=_BINS)
    dense = np.convolve(counts, np.ones(5), mode="same")
    best = int(np.argmax(dense[12:])) + 12
    if dense[best] < CLIP_RUN_SAMPLES or dense[best] < _PILE * dense[best - 12 : best - 6].mean():
        return None
    return peak * (_LOWEST_LEVEL + (best + 0.5) * (1 - _LOWEST_LEVEL) / _BINS)


def _tops(signal: NDArray[np.float32], level: float) -> list[_Top]:
    """Return where `signal`, shape (n,), stays near `level` long enough, short gaps bridged."""
    flags = np.zeros(len(signal) + 2, dtype=np.int8)
    flags[1:-1] = signal >= _NEAR_LEVEL * level
    edges = np.flatnonzero(np.diff(flags))
    starts, ends = edges[::2], edges[1::2]
    if len(starts) == 0:
        return []
    apart = starts[1:] - ends[:-1] > _BRIDGE_SAMPLES
    starts = starts[np.concatenate(([True], apart))]
    ends = ends[np.concatenate((apart, [True]))]
    lasting = ends - starts >= CLIP_RUN_SAMPLES
    pairs = zip(starts[lasting].tolist(), ends[lasting].tolist(), strict=True)
    return [_Top(start, end) for start, end in pairs]


def _treble(signal: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the magnitude of what is left once a moving mean was taken off twice.

    Twice, because the slopes of a bass are steep: what they leave falls with the fourth power of
    their frequency.
    """
    rest = np.asarray(signal, dtype=np.float64)
    for _ in range(2):
        sums = np.cumsum(np.concatenate(([0.0], rest)))
        means = (sums[_TREBLE_SAMPLES:] - sums[:-_TREBLE_SAMPLES]) / _TREBLE_SAMPLES
        half = _TREBLE_SAMPLES // 2
        rest = rest[half : half + len(means)] - means
    return np.abs(rest)


def _is_shaved(signal: NDArray[np.float32], top: _Top, level: float) -> bool:
    """Tell whether the mix was cut off at this top."""
    inner = signal[top.start + _EDGE_SAMPLES : top.end - _EDGE_SAMPLES]
    if abs(float(inner.mean()) / level - 1) > _FLAT or float(inner.std()) > _FLAT * level:
        return False
    before = signal[top.start - _AHEAD_SAMPLES : top.start - _EDGE_SAMPLES]
    after = signal[top.end + _EDGE_SAMPLES : top.end + _AHEAD_SAMPLES]
    around = min(float(np.median(_treble(part))) for part in (before, after))
    if around < _LEAST_TREBLE * level:
        return level >= FULL_SCALE
    return float(np.median(_treble(inner))) < _SHAVED * around


class ClipMeter:
    """Counts samples in clipped tops that are long enough to hear, in either channel."""

    def __init__(self) -> None:
        self._tail = np.zeros((_TAIL_SAMPLES, 2), dtype=np.float32)
        self.runs = 0
        """Clipped tops that the newest hop brought to an end."""

    def hear(self, samples: NDArray[np.float32]) -> int:
        """Return the clipped samples of this hop, shape (n, 2), in the channel that has more.

        A top is judged once what follows it was heard, so the last 4.5 ms wait for the next hop.
        """
        heard = np.concatenate((self._tail, samples))
        self._tail = heard[-_TAIL_SAMPLES:]
        clipped = [self._in_channel(heard[:, channel]) for channel in (0, 1)]
        self.runs = max(len(tops) for tops in clipped)
        return max(sum(top.length for top in tops) for tops in clipped)

    @staticmethod
    def _in_channel(signal: NDArray[np.float32]) -> list[_Top]:
        signal = np.ascontiguousarray(signal)
        level = _piled_level(np.abs(signal))
        if level is None:
            return []
        newly_ended = range(_TAIL_SAMPLES - _AHEAD_SAMPLES + 1, len(signal) - _AHEAD_SAMPLES + 1)
        return [
            top
            for side in (signal, -signal)
            for top in _tops(side, level)
            if top.start >= _AHEAD_SAMPLES
            and top.end in newly_ended
            and _is_shaved(side, top, level)
        ]
