"""Opus as a DJ's encoder makes it: stereo music in packets of 20 ms."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ

OPUS_FRAME_SAMPLES: Final = 960
TIME_BASE: Final = Fraction(1, SAMPLE_RATE_HZ)


def opus_encoder(bitrate_bps: int, complexity: int = 5) -> AudioCodecContext:
    """Return an encoder for stereo music in 20 ms packets."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate = SAMPLE_RATE_HZ
    encoder.layout = "stereo"
    encoder.format = "flt"
    encoder.bit_rate = bitrate_bps
    encoder.time_base = TIME_BASE
    encoder.options = {
        "application": "audio",
        "compression_level": str(complexity),
        "frame_duration": "20",
    }
    encoder.open()
    return encoder


def opus_frames(block: NDArray[np.float32], position: int) -> Iterator[av.AudioFrame]:
    """Cut a block, a multiple of 20 ms, into frames for the encoder."""
    for start in range(0, len(block), OPUS_FRAME_SAMPLES):
        interleaved = np.ascontiguousarray(block[start : start + OPUS_FRAME_SAMPLES])
        frame = av.AudioFrame.from_ndarray(interleaved.reshape(1, -1), "flt", "stereo")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.pts = position + start
        frame.time_base = TIME_BASE
        yield frame
