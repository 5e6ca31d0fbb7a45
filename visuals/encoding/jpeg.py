"""JPEG for browsers without a video decoder: each picture alone, cheap, and some times the bits.

Colours are BT.601 in full range, as the file format (JFIF) fixes them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from visuals.encoding.chunk import EncodedChunk, size_of
from visuals.picture import FRAMES_PER_SECOND, Picture, PictureSize

SCALE: Final = 6
"""Of the quantiser, 2 (fine) to 31; as fine as quality 50 to 60 elsewhere."""


class JpegEncoder:
    """Still pictures, each one a file."""

    def __init__(self, scale: int = SCALE) -> None:
        self._scale = scale
        self._reformatter = VideoReformatter()
        self._codec: av.VideoCodecContext | None = None
        self._size: PictureSize | None = None
        self._count = 0

    def encode(self, picture: Picture, start_sample: int, *, key: bool = False) -> EncodedChunk:
        """Encode a picture.

        Parameters
        ----------
        picture
            Of any even size.
        start_sample
            Its moment on the media clock; makes no difference to a still.
        key
            Every still is decodable alone, asked or not.

        Raises
        ------
        BadInput
            Where it is no picture, or a side is odd.
        """
        size = size_of(picture)
        reconfigured = self._codec is None or size != self._size
        if self._codec is None or reconfigured:
            self._codec, self._size = self._opened(size), size
        frame = self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(picture), format="rgb24"),
            format="yuvj420p",
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.JPEG,
            dst_colorspace=Colorspace.ITU601,
        )
        frame.pts = self._count
        self._count += 1
        (packet,) = self._codec.encode(frame)
        return EncodedChunk(bytes(packet), True, size.width, size.height, reconfigured)

    def _opened(self, size: PictureSize) -> av.VideoCodecContext:
        codec = av.CodecContext.create("mjpeg", "w")
        codec.width, codec.height, codec.pix_fmt = size.width, size.height, "yuvj420p"
        codec.time_base = 1 / Fraction(FRAMES_PER_SECOND)
        codec.thread_count = 1
        codec.color_range = ColorRange.JPEG
        codec.options = {"qmin": str(self._scale), "qmax": str(self._scale)}
        return codec
