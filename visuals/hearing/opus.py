"""Opus packets to sound, placed on the media clock to the sample.

Ingest decodes the same packets for the judge, with concealment of what was lost. A picture needs
none: a loss of 20 ms is silence here, and nobody sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from core.media import CHANNELS, SAMPLE_RATE_HZ
from core.messages import EncodedAudio

LONGEST_PACKET_SAMPLES: Final = SAMPLE_RATE_HZ * 120 // 1000
"""No Opus packet is longer than 120 ms (RFC 6716, requirement R5)."""

LONGEST_SILENCE_SAMPLES: Final = 10 * SAMPLE_RATE_HZ
"""Of a longer gap no more than this is given as silence; the position of what follows tells."""

_PIECE: Final = np.zeros((SAMPLE_RATE_HZ // 2, CHANNELS), np.float32)
_PIECE.flags.writeable = False


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch of sound."""

    start_sample: int  # on the media clock
    samples: NDArray[np.float32]  # shape (n, 2), full scale is 1.0; read only


class SoundDecoder:
    """Decodes one set's packets, in order; it may begin in the middle of the set.

    Notes
    -----
    Packets of a live set have no pre-skip: the first one's sound lies at its own position, as it
    does for the judge. A packet that cannot be decoded is silence as long as it says it is, and
    what overlaps sound already given is cut off.
    """

    def __init__(self) -> None:
        self._codec = _open()
        self._end_sample: int | None = None
        self.broken_packets = 0

    @property
    def end_sample(self) -> int | None:
        """Position right behind the last sample given; None before the first packet."""
        return self._end_sample

    def decode(self, packet: EncodedAudio) -> list[Sound]:
        """Return the sound of the next packet, after the silence of what is missing before it."""
        start = packet.start_sample
        end = start if self._end_sample is None else self._end_sample
        overlap = max(0, end - start)
        if not 0 < packet.duration_samples <= LONGEST_PACKET_SAMPLES:
            return []
        if overlap >= packet.duration_samples:
            return []
        sounds = _silence(end, start)
        if packet.discontinuity and start > end:
            self._codec = _open()  # what it remembers belongs to other sound
        samples = self._samples(packet)
        sounds.append(Sound(start + overlap, samples[overlap:]))
        self._end_sample = start + packet.duration_samples
        return sounds

    def _samples(self, packet: EncodedAudio) -> NDArray[np.float32]:
        """Return what a packet holds, exactly as long as it claims to be."""
        decoded = np.zeros((CHANNELS, packet.duration_samples), np.float32)
        try:
            # An empty payload would tell the decoder that the stream is over.
            frames = self._codec.decode(av.Packet(packet.payload)) if packet.payload else []
        except (av.FFmpegError, ValueError):
            frames = []
            self._codec = _open()
        filled = 0
        for frame in frames:
            length = min(frame.samples, packet.duration_samples - filled)
            for channel, plane in zip(decoded, frame.planes, strict=True):
                channel[filled : filled + length] = np.frombuffer(
                    memoryview(plane), np.float32, length
                )
            filled += length
        self.broken_packets += filled == 0
        # Damaged packets decode to anything, and a burst of thousands would be what is usual in
        # this set for minutes.
        np.clip(decoded, -1.0, 1.0, out=decoded)
        return decoded.T


def _open() -> av.AudioCodecContext:
    """Return FFmpeg's own decoder: it gives planes of float32, and takes 3/4 of libopus' time."""
    codec = av.AudioCodecContext.create("opus", "r")
    codec.sample_rate = SAMPLE_RATE_HZ
    codec.layout = "stereo"
    return codec


def _silence(start_sample: int, end_sample: int) -> list[Sound]:
    """Return the silence between two positions in pieces, up to the longest that is given."""
    end_sample = min(end_sample, start_sample + LONGEST_SILENCE_SAMPLES)
    return [
        Sound(position, _PIECE[: end_sample - position])
        for position in range(start_sample, end_sample, len(_PIECE))
    ]
