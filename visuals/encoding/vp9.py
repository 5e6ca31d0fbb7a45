"""VP9 for WebCodecs: few bits, no delay, one thread.

The settings were chosen by measurement (`docs/decisions/0102-how-pictures-are-encoded.md`). Colours
are BT.709 in limited range, which is what the codec string stands for; the stream says so, too.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av
from av.video.frame import PictureType
from av.video.reformatter import ColorRange

from core.media import SAMPLE_RATE_HZ
from visuals.encoding import bt709
from visuals.encoding.chunk import EncodedChunk, size_of
from visuals.picture import FRAMES_PER_SECOND, Picture, PictureSize

TARGET_BITS_PER_SECOND: Final = 420_000

KEY_SECONDS: Final = 2.0
"""A key picture comes at least this often: so long a viewer waits for one, at most."""

_TIME_BASE: Final = Fraction(1, SAMPLE_RATE_HZ)
_BUFFER_SECONDS: Final = 0.3  # that the rate may run ahead, so that no second is far over it
_NEVER: Final = 1_000_000  # pictures: keys are asked for by time

_OPTIONS: Final = {
    "deadline": "realtime",
    "cpu-used": "8",  # the fastest
    "lag-in-frames": "0",  # a chunk for each picture, at once
    "auto-alt-ref": "0",
    "aq-mode": "0",  # smooth pictures have no busy parts to take bits from
    "qmin": "22",  # finer is not seen, and costs three times the bits
    "max-intra-rate": "200",  # percent of a usual picture's share for a key picture
}


class Vp9Encoder:
    """A stream of VP9 pictures: profile 0, 8 bits, a key picture every two seconds.

    Parameters
    ----------
    bits_per_second
        At most; smooth pictures take far less.
    """

    def __init__(self, bits_per_second: int = TARGET_BITS_PER_SECOND) -> None:
        self._bits_per_second = bits_per_second
        self._codec: av.VideoCodecContext | None = None
        self._size: PictureSize | None = None
        self._start_sample = 0
        self._moment = 0  # samples, as the codec sees it: always later than the one before
        self._key_moment = 0
        self._key_wanted = False

    def force_key(self) -> None:
        """Make the next picture decodable alone."""
        self._key_wanted = True

    def encode(self, picture: Picture, start_sample: int, *, key: bool = False) -> EncodedChunk:
        """Encode the next picture.

        Parameters
        ----------
        picture
            Of any even size; a new size begins with a key picture.
        start_sample
            Its moment on the media clock.
        key
            Whether it must be decodable alone.

        Raises
        ------
        BadInput
            Where it is no picture, or a side is odd.
        """
        size = size_of(picture)
        reconfigured = self._codec is None or size != self._size
        if reconfigured:
            self._codec, self._size = self._opened(size), size
        self._advance(start_sample)
        due = self._moment - self._key_moment >= KEY_SECONDS * SAMPLE_RATE_HZ
        wanted = key or due or self._key_wanted or reconfigured
        payload, is_key = self._encoded(picture, wanted)
        if is_key:
            self._key_moment, self._key_wanted = self._moment, False
        return EncodedChunk(payload, is_key, size.width, size.height, reconfigured)

    def _advance(self, start_sample: int) -> None:
        """Step the codec's own clock: the rate it keeps must survive a clock that leaps."""
        step = start_sample - self._start_sample
        self._start_sample = start_sample
        self._moment += min(max(step, SAMPLE_RATE_HZ // 100), SAMPLE_RATE_HZ)

    def _encoded(self, picture: Picture, key: bool) -> tuple[bytes, bool]:
        assert self._codec is not None  # noqa: S101 - opened by the one caller
        frame = bt709.video_frame(picture)
        frame.pts, frame.time_base = self._moment, _TIME_BASE
        frame.pict_type = PictureType.I if key else PictureType.NONE
        (packet,) = self._codec.encode(frame)
        return bytes(packet), packet.is_keyframe

    def _opened(self, size: PictureSize) -> av.VideoCodecContext:
        codec = av.CodecContext.create("libvpx-vp9", "w")
        codec.width, codec.height, codec.pix_fmt = size.width, size.height, "yuv420p"
        codec.time_base, codec.framerate = _TIME_BASE, Fraction(FRAMES_PER_SECOND)
        codec.thread_count, codec.gop_size = 1, _NEVER
        codec.color_range, codec.colorspace = ColorRange.MPEG, bt709.CODE
        codec.color_primaries, codec.color_trc = bt709.CODE, bt709.CODE
        codec.bit_rate = self._bits_per_second
        rate = str(self._bits_per_second)
        buffered = str(round(self._bits_per_second * _BUFFER_SECONDS))
        codec.options = _OPTIONS | {"minrate": rate, "maxrate": rate, "bufsize": buffered}
        return codec
