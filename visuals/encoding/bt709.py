"""Pictures as video keeps them: BT.709 in limited range, colours at half the size.

OpenCV multiplies by the matrix and halves; that takes half of swscale's time and is no less exact.
"""

from __future__ import annotations

from typing import Any, Final, cast

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from visuals.picture import Picture

CODE: Final = 1
"""Of BT.709's primaries, transfer and matrix, as ISO/IEC 23091-2 numbers them."""

_RED: Final = 0.2126
_BLUE: Final = 0.0722
_GREEN: Final = 1.0 - _RED - _BLUE
_LUMA_LEVELS: Final = 219.0  # from black to white
_CHROMA_LEVELS: Final = 224.0  # from the least to the most


def _matrix() -> NDArray[np.float32]:
    luma = np.array([_RED, _GREEN, _BLUE])
    blue = (np.array([0.0, 0.0, 1.0]) - luma) / (2.0 * (1.0 - _BLUE))
    red = (np.array([1.0, 0.0, 0.0]) - luma) / (2.0 * (1.0 - _RED))
    scaled = np.stack([_LUMA_LEVELS * luma, _CHROMA_LEVELS * blue, _CHROMA_LEVELS * red]) / 255.0
    return np.column_stack([scaled, [16.0, 128.0, 128.0]]).astype(np.float32)


_RGB_TO_YCBCR: Final = _matrix()
"""ITU-R BT.709-6, items 3.2 to 3.5, for 8 bits; shape (3, 4), the last column is added."""


def video_frame(picture: Picture) -> av.VideoFrame:
    """Return a picture as `yuv420p`.

    Parameters
    ----------
    picture
        Of even sides.
    """
    height, width = picture.shape[:2]
    full = cv2.transform(picture, _RGB_TO_YCBCR)
    half = cv2.resize(full, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    frame = av.VideoFrame(width, height, "yuv420p")
    for channel, (source, plane) in enumerate(zip((full, half, half), frame.planes, strict=True)):
        # A plane is a buffer, which PyAV's stubs do not say.
        rows = np.frombuffer(cast(Any, plane), np.uint8).reshape(plane.height, plane.line_size)
        rows[:, : plane.width] = source[..., channel]
    return frame
