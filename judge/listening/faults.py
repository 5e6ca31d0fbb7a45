"""Clipping and silence, straight from the samples."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

CLIP_LEVEL: Final = 0.97
"""Opus leaves ripple on a flat top, so clipped sound does not come back at exactly 1.0."""

CLIP_RUN_SAMPLES: Final = 192
"""A flat top shorter than 4 ms is what every limiter makes of a loud bass; longer is heard."""

CLIP_BRIDGE_SAMPLES: Final = 12
"""Ripple may dip under the level for a quarter of a millisecond without ending the run."""

SILENCE_BLOCK_SAMPLES: Final = 480
SILENCE_POWER: Final = 1e-6
"""Mean power of a 10 ms block below which a mix is silent: -60 dBFS."""


def _runs(flags: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each run of true values starts and ends (exclusive), short gaps bridged."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    starts, ends = edges[::2], edges[1::2]
    if len(starts) < 2:
        return starts, ends
    apart = starts[1:] - ends[:-1] > CLIP_BRIDGE_SAMPLES
    return starts[np.concatenate(([True], apart))], ends[np.concatenate((apart, [True]))]


class _FlatTops:
    """The clipped runs of one channel at one polarity, over the borders of hops."""

    def __init__(self) -> None:
        self._open_samples = 0  # of the run that reached the end of the last hop
        self._counted = False  # whether they were already long enough to be counted

    def end(self) -> None:
        """Note that the newest hop is not clipped at all."""
        self._open_samples = 0
        self._counted = False

    def hear(self, samples: NDArray[np.float32]) -> int:
        """Return how many newly heard samples belong to runs long enough to hear."""
        starts, ends = _runs(samples >= CLIP_LEVEL)
        lengths = ends - starts
        continues = len(starts) > 0 and starts[0] == 0
        already = 0
        if continues:
            lengths[0] += self._open_samples
            already = self._open_samples if self._counted else 0
        clipped = int(lengths[lengths >= CLIP_RUN_SAMPLES].sum()) - already
        reaches_end = len(ends) > 0 and ends[-1] == len(samples)
        self._open_samples = int(lengths[-1]) if reaches_end else 0
        self._counted = self._open_samples >= CLIP_RUN_SAMPLES
        return clipped


class ClipMeter:
    """Counts samples in clipped runs that are long enough to hear, in either channel."""

    def __init__(self) -> None:
        self._tops = tuple((channel, sign, _FlatTops()) for channel in (0, 1) for sign in (1, -1))

    def hear(self, samples: NDArray[np.float32]) -> int:
        """Return the clipped samples of this hop, shape (n, 2), in the channel that has more."""
        if float(np.abs(samples).max()) < CLIP_LEVEL:
            for _, _, tops in self._tops:
                tops.end()
            return 0
        clipped = [0, 0]
        for channel, sign, tops in self._tops:
            clipped[channel] += tops.hear(sign * samples[:, channel])
        return max(clipped)


def _loud_blocks(samples: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return which blocks of 10 ms are not silent."""
    blocks = samples.reshape(-1, SILENCE_BLOCK_SAMPLES * samples.shape[1])
    power = np.einsum("bs,bs->b", blocks, blocks)
    return np.flatnonzero(power >= SILENCE_POWER * blocks.shape[1])


def leading_silence_samples(samples: NDArray[np.float32]) -> int:
    """Return how long a hop, shape (n, 2), stays silent from its beginning."""
    loud = _loud_blocks(samples)
    return int(loud[0]) * SILENCE_BLOCK_SAMPLES if len(loud) else len(samples)


class SilenceMeter:
    """Length of the silence that lasts until now."""

    def __init__(self) -> None:
        self._run_samples = 0

    def hear(self, samples: NDArray[np.float32]) -> int:
        """Return the run of silence in samples that ends with `samples`, shape (n, 2)."""
        loud = _loud_blocks(samples)
        if len(loud):
            ended_at = (int(loud[-1]) + 1) * SILENCE_BLOCK_SAMPLES
            self._run_samples = len(samples) - ended_at
        else:
            self._run_samples += len(samples)
        return self._run_samples
