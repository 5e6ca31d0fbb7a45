"""A little VP9 as the show's encoder makes it, and a decoder for what arrives of it."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from core.show import EncodedPicture, PictureFormat
from tests.web.viewers.material import PICTURE_SAMPLES

GROUP = 8  # pictures from one key picture to the next


def encoded(count: int, width: int = 64, height: int = 36) -> list[EncodedPicture]:
    """Return `count` pictures: a bar that moves, so that each depends on the one before."""
    encoder = av.CodecContext.create("libvpx-vp9", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 20)
    encoder.gop_size = GROUP
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    pictures: list[EncodedPicture] = []
    for number in range(count):
        image = np.full((height, width, 3), 40, np.uint8)
        image[:, 4 * number % width :][:, :8] = 200
        frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
        frame.pts = number
        for packet in encoder.encode(frame):
            pictures.append(
                EncodedPicture(
                    session="set-1",
                    format=PictureFormat.VP9,
                    start_sample=len(pictures) * PICTURE_SAMPLES,
                    duration_samples=PICTURE_SAMPLES,
                    key=packet.is_keyframe,
                    width=width,
                    height=height,
                    reconfigured=False,
                    payload=bytes(packet),
                )
            )
    return pictures


def decoded(units: list[bytes]) -> list[np.ndarray]:
    """Return the pictures that a fresh decoder makes of VP9 units, in RGB."""
    decoder = av.CodecContext.create("vp9", "r")
    frames = [frame for unit in units for frame in decoder.decode(av.Packet(unit))]
    return [frame.to_ndarray(format="rgb24") for frame in frames]
