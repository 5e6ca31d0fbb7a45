"""What may happen to a set's sound without changing how it was mixed, and what a cheat would do.

All take and give a stream of blocks of shape (HOP_SAMPLES, 2) at 48 kHz.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from core.media import CHANNELS, HOP_SAMPLES, SAMPLE_RATE_HZ
from training.codecs import through_mp3
from training.opus import through_opus

Audio = NDArray[np.float32]
Treatment = Callable[[Iterator[Audio]], Iterator[Audio]]

HEADROOM_DB: Final = -6.0
"""Sets are played so far below full scale, so that 6 dB more clips nothing."""

SLICE_SAMPLES: Final = HOP_SAMPLES // 4
"""An eighth of a second: the stutter of who thinks that effects are creativity."""

SWEEP_HZ: Final = (300.0, 900.0, 2_400.0)


def gained(blocks: Iterable[Audio], *, gain_db: float) -> Iterator[Audio]:
    """Make a set louder or softer; what is beyond full scale is clipped, as an encoder does."""
    gain = np.float32(10 ** (gain_db / 20))
    for block in blocks:
        yield np.clip(block * gain, -1.0, 1.0)


def resampled(blocks: Iterable[Audio], *, rate_hz: int) -> Iterator[Audio]:
    """Convert to another rate and back, as a DJ's sound card and an encoder may."""
    there = av.AudioResampler(format="fltp", layout="stereo", rate=rate_hz)
    back = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE_HZ)
    pieces = (
        sound.to_ndarray().T.astype(np.float32)
        for block in blocks
        for lower in there.resample(_frame(block))
        for sound in back.resample(lower)
    )
    return in_hops(pieces)


def _frame(block: Audio) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.T), "fltp", "stereo")
    frame.sample_rate = SAMPLE_RATE_HZ
    return frame


def in_hops(pieces: Iterable[Audio]) -> Iterator[Audio]:
    """Cut a stream of pieces of any length into hops; the last one is filled up with silence."""
    pending = np.zeros((0, CHANNELS), np.float32)
    for piece in pieces:
        pending = np.concatenate([pending, piece])
        while len(pending) >= HOP_SAMPLES:
            yield pending[:HOP_SAMPLES]
            pending = pending[HOP_SAMPLES:]
    if len(pending):
        rest = np.zeros((HOP_SAMPLES - len(pending), CHANNELS), np.float32)
        yield np.concatenate([pending, rest])


def smeared(blocks: Iterable[Audio]) -> Iterator[Audio]:
    """Put effects on everything: every other half second stutters, the next one is filtered."""
    for number, block in enumerate(blocks):
        if number % 2:
            slices = block[:SLICE_SAMPLES]
            yield np.tile(slices, (HOP_SAMPLES // SLICE_SAMPLES, 1))
        else:
            cutoff_hz = SWEEP_HZ[number // 2 % len(SWEEP_HZ)]
            filtering = butter(2, cutoff_hz, "highpass", fs=SAMPLE_RATE_HZ, output="sos")
            yield sosfilt(filtering, block, axis=0).astype(np.float32)


TREATMENTS: Final[Mapping[str, Treatment]] = {
    "as played": partial(gained, gain_db=HEADROOM_DB),
    "6 dB louder": partial(gained, gain_db=HEADROOM_DB + 6.0),
    "6 dB softer": partial(gained, gain_db=HEADROOM_DB - 6.0),
    "Opus 96 kbit/s": lambda blocks: through_opus(
        gained(blocks, gain_db=HEADROOM_DB), bitrate_bps=96_000
    ),
    "MP3 128 kbit/s": lambda blocks: through_mp3(
        gained(blocks, gain_db=HEADROOM_DB), bitrate_bps=128_000
    ),
    "44.1 kHz and back": lambda blocks: resampled(
        gained(blocks, gain_db=HEADROOM_DB), rate_hz=44_100
    ),
    "effects over everything": lambda blocks: smeared(gained(blocks, gain_db=HEADROOM_DB)),
}
"""By the name that the report gives them."""
