"""What every encoder takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.errors import BadInput
from visuals.picture import Picture, PictureSize


@dataclass(frozen=True, slots=True)
class EncodedChunk:
    """One picture, encoded."""

    payload: bytes
    key: bool  # decodable alone
    width: int
    height: int
    reconfigured: bool  # its size is another than that of the picture before


class Encoder(Protocol):
    """Encodes pictures one by one: one chunk for each, at once."""

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
        """
        ...


def size_of(picture: Picture) -> PictureSize:
    """Return the size of a picture that can be encoded.

    Raises
    ------
    BadInput
        Where its shape or type is not a picture's, or a side is odd: colour is coded for 2 by 2
        pixels.
    """
    if picture.dtype != "uint8" or picture.ndim != 3 or picture.shape[2] != 3:
        raise BadInput(
            f"A picture is (height, width, 3) of uint8, not {picture.shape} of {picture.dtype}.",
            code="picture_invalid",
        )
    height, width = picture.shape[:2]
    if not width or not height or width % 2 or height % 2:
        raise BadInput(
            f"A picture of {width} by {height} cannot be encoded; draw at even sizes.",
            code="picture_odd",
        )
    return PictureSize(width, height)
