"""The blackout, as gentle as a hand is quick: it fades, and comes at most once a second."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from visuals.picture import Picture

FADE_SECONDS: Final = 0.15

LEAST_CYCLE_SECONDS: Final = 1.0
"""Between the beginnings of two fades to black, and of two fades back."""

LONGEST_PAUSE_SECONDS: Final = 0.05
"""Between two pictures, that a fade goes on for: it takes steps even where pictures are rare."""

_WHOLE: Final = 256


class Blackout:
    """Fades pictures to black while it is held, and back; belongs before the flash limiter."""

    def __init__(self) -> None:
        self._light = 1.0  # 0-1: black to untouched
        self._dark = False  # where the fade goes
        self._began_seconds = {True: -math.inf, False: -math.inf}  # the last fade to dark, and back
        self._position_seconds = 0.0
        self._now_seconds = 0.0

    @property
    def black(self) -> bool:
        """Whether nothing is to be seen."""
        return self._light <= 0.0

    def apply(self, picture: Picture, position_seconds: float, *, held: bool) -> Picture:
        """Return the picture, darker where that is wanted.

        Parameters
        ----------
        picture
            The next picture; it comes back itself while there is nothing to darken.
        position_seconds
            Its moment on the media clock.
        held
            Whether the blackout is held at that moment.
        """
        pause_seconds = max(0.0, position_seconds - self._position_seconds)
        self._position_seconds = position_seconds
        self._now_seconds += pause_seconds
        self._turn(held)
        self._fade(min(pause_seconds, LONGEST_PAUSE_SECONDS))
        if self._light >= 1.0:
            return picture
        darker = picture.astype(np.uint16)
        darker *= np.uint16(round(self._light * _WHOLE))
        darker >>= 8
        return darker.astype(np.uint8)

    def _turn(self, held: bool) -> None:
        """Begin a fade to where the hand wants it, unless the last one like it is too fresh."""
        if held is self._dark:
            return
        if self._now_seconds - self._began_seconds[held] >= LEAST_CYCLE_SECONDS:
            self._dark = held
            self._began_seconds[held] = self._now_seconds

    def _fade(self, pause_seconds: float) -> None:
        way = pause_seconds / FADE_SECONDS
        light = self._light - way if self._dark else self._light + way
        self._light = min(1.0, max(0.0, light))
