"""MP3 as a file that a DJ would send: encoded, decoded, and back on time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from typing import Final, cast

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from core.media import CHANNELS, SAMPLE_RATE_HZ

Audio = NDArray[np.float32]

MP3_FRAME_SAMPLES: Final = 1_152


def through_mp3(blocks: Iterable[Audio], bitrate_bps: int) -> Iterator[Audio]:
    """Encode and decode a stream of stereo sound at 48 kHz.

    Parameters
    ----------
    blocks
        Each of shape (samples, 2), all of one length but perhaps the last.
    bitrate_bps
        Constant; 32,000 to 320,000.

    Yields
    ------
    Audio
        Blocks of the same lengths, aligned with those that went in to the sample.
    """
    codec = _Mp3(bitrate_bps)
    lengths: deque[int] = deque()
    decoded = np.zeros((0, CHANNELS), dtype=np.float32)
    for block in chain(blocks, (None,)):
        if block is not None:
            lengths.append(len(block))
        sound = codec.end() if block is None else codec.advance(block)
        decoded = np.concatenate([decoded, sound])
        while lengths and len(decoded) >= lengths[0]:
            length = lengths.popleft()
            yield decoded[:length]
            decoded = decoded[length:]


class _Mp3:
    """An encoder and a decoder in a row.

    LAME's delay is stated in its first packet, and the decoder leaves it out.
    """

    def __init__(self, bitrate_bps: int) -> None:
        self._encoder, self._decoder = _encoder(bitrate_bps), _decoder()
        self._waiting = np.zeros((0, CHANNELS), dtype=np.float32)
        self._position = 0

    def advance(self, block: Audio) -> Audio:
        """Take a block and return what has come out, shape (any number of samples, 2)."""
        waiting = np.concatenate([self._waiting, block])
        whole = len(waiting) // MP3_FRAME_SAMPLES * MP3_FRAME_SAMPLES
        self._waiting = waiting[whole:]
        packets = []
        for start in range(0, whole, MP3_FRAME_SAMPLES):
            frame = _frame(waiting[start : start + MP3_FRAME_SAMPLES], self._position)
            self._position += MP3_FRAME_SAMPLES
            packets += self._encoder.encode(frame)
        return self._decoded(packets)

    def end(self) -> Audio:
        """Return what was still inside."""
        tail = self.advance(np.zeros((2 * MP3_FRAME_SAMPLES, CHANNELS), dtype=np.float32))
        return np.concatenate([tail, self._decoded(self._encoder.encode(None))])

    def _decoded(self, packets: Iterable[av.Packet[AudioStream]]) -> Audio:
        sounds = [np.zeros((0, CHANNELS), dtype=np.float32)]
        for packet in packets:
            for frame in self._decoder.decode(packet):
                sounds.append(np.asarray(frame.to_ndarray().T, dtype=np.float32))
        return np.clip(np.concatenate(sounds), -1.0, 1.0)


def _encoder(bitrate_bps: int) -> AudioCodecContext:
    encoder = av.CodecContext.create("libmp3lame", "w")
    encoder.sample_rate = SAMPLE_RATE_HZ
    encoder.layout = "stereo"
    encoder.format = "fltp"
    encoder.bit_rate = bitrate_bps
    encoder.time_base = Fraction(1, SAMPLE_RATE_HZ)
    encoder.options = {"compression_level": "7"}  # half the time of LAME's default, as transparent
    encoder.open()
    return encoder


def _decoder() -> AudioCodecContext:
    # FFmpeg's other decoder, "mp3", rounds to 16 bits; the stubs know only that one's kind.
    decoder = cast(AudioCodecContext, av.CodecContext.create("mp3float", "r"))
    decoder.sample_rate = SAMPLE_RATE_HZ
    decoder.layout = "stereo"
    decoder.open()
    return decoder


def _frame(samples: Audio, position: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), "fltp", "stereo")
    frame.sample_rate = SAMPLE_RATE_HZ
    frame.pts = position
    frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
    return frame
