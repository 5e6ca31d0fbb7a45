"""Pictures as they go from the generator through the limiter to the encoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.show import ShowSettings
from visuals.senses import Senses

Picture: TypeAlias = NDArray[np.uint8]
"""Shape (height, width, 3), red, green and blue as sRGB."""


@dataclass(frozen=True, slots=True)
class PictureSize:
    """Of every picture, in pixels; both even, as video codecs want them."""

    width: int
    height: int


STANDARD: Final = PictureSize(320, 180)
"""What rooms are drawn at."""

FRAMES_PER_SECOND: Final = 20.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture and what is on it."""

    picture: Picture
    scene: str
    palette: str


class Generator(Protocol):
    """Draws a show, picture by picture; the same seed and senses give the same show."""

    @property
    def size(self) -> PictureSize:
        """Of the pictures."""
        ...

    def resize(self, size: PictureSize) -> None:
        """Draw at another size from the next picture on, without a visible break."""
        ...

    def draw(self, senses: Senses, settings: ShowSettings) -> Drawn:
        """Draw the picture of a moment; moments never run backwards."""
        ...


class Limiter(Protocol):
    """Makes pictures safe for photosensitive people; every picture goes through one."""

    def limit(self, picture: Picture, position_seconds: float, *, calm: bool) -> Picture:
        """Return the picture, changed as little as safety needs.

        Parameters
        ----------
        picture
            The next picture, of any size.
        position_seconds
            Its moment on the media clock; never earlier than the last one's.
        calm
            Whether to allow less than the guidelines do.
        """
        ...
