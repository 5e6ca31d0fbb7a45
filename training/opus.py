"""Opus as a DJ's encoder makes it: stereo music in packets of 20 ms."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from core.media import CHANNELS, HOP_SAMPLES, SAMPLE_RATE_HZ

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


def through_opus(
    blocks: Iterator[NDArray[np.float32]], bitrate_bps: int
) -> Iterator[NDArray[np.float32]]:
    """Encode and decode a stream; hops of the same length come out, a few milliseconds late."""
    encoder = opus_encoder(bitrate_bps, complexity=0)
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate = SAMPLE_RATE_HZ
    decoder.layout = "stereo"
    decoder.open()
    pending = np.zeros((0, CHANNELS), dtype=np.float32)
    position = 0
    for block in blocks:
        decoded = [pending]
        for frame in opus_frames(block, position):
            for packet in encoder.encode(frame):
                decoded += [_stereo(sound) for sound in decoder.decode(packet)]
        position += len(block)
        pending = np.concatenate(decoded)
        while len(pending) >= HOP_SAMPLES:
            yield pending[:HOP_SAMPLES]
            pending = pending[HOP_SAMPLES:]
    if len(pending):
        yield np.concatenate(
            [pending, np.zeros((HOP_SAMPLES - len(pending), CHANNELS), np.float32)]
        )


def _stereo(sound: av.AudioFrame) -> NDArray[np.float32]:
    samples = sound.to_ndarray().reshape(-1, CHANNELS)
    if samples.dtype == np.int16:
        return np.asarray(samples / np.float32(32_768), dtype=np.float32)
    return np.asarray(samples, dtype=np.float32)
