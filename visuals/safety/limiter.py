"""The flash limiter: no picture leaves without it, and what leaves it cannot flash.

It judges the picture that it is about to let out by the pictures that it has let out. Where an area
would swing once more than it may, the area is drawn nearer to the picture before, as far as needed;
drawn all the way nothing changes, and what does not change is safe. A harmless picture leaves as
the very array that came in.

An area that was held comes back step by step. A strobe is so turned not into a slower one but into
the grey that the eye would make of it.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from visuals.picture import Picture, PictureSize
from visuals.safety.blending import Blender, Shares, around
from visuals.safety.meter import Readings
from visuals.safety.patterns import PatternSoftener
from visuals.safety.watch import Allowed, Verdict, Watch

USUAL: Final = Allowed(of_fields=3, of_cells=5)
"""One flash and a half a second, and two and a half: the guidelines allow three, six swings."""

CALM: Final = Allowed(of_fields=2, of_cells=2)

LONGEST_PAUSE_SECONDS: Final = 0.5
"""Between two pictures; a clock that leaps further is not believed."""

RECOVERY_SECONDS: Final = 0.3
"""In which an area that was held moves e times more freely."""

_LEAST_EASE: Final = 0.02
"""Share of its way that an area goes at first when it is no longer held."""


class FlashLimiter:
    """Lets pictures through as they are, or as near to that as is safe (`visuals.picture.Limiter`).

    In any second at most three swings of luminance, and three of saturated red, come from the mean
    of any field of view or of the whole, and five from any cell beyond 15 % of a field; in calm
    mode two. Stripes of strong contrast lose some of it before that.
    """

    def __init__(self) -> None:
        self._watch: Watch | None = None
        self._softener = PatternSoftener()
        self._position_seconds = 0.0
        self._now_seconds = 0.0
        self._limited_pictures = 0

    @property
    def limited_pictures(self) -> int:
        """How many pictures were changed so far."""
        return self._limited_pictures

    def limit(self, picture: Picture, position_seconds: float, *, calm: bool) -> Picture:
        """Return the picture, changed as little as safety needs.

        Parameters
        ----------
        picture
            The next picture, of any size from `meter.LEAST` on.
        position_seconds
            Its moment on the media clock.
        calm
            Whether to allow less than the guidelines do.

        Raises
        ------
        BadInput
            Where the picture is smaller than that.
        """
        pause_seconds = position_seconds - self._position_seconds
        self._position_seconds = position_seconds
        pause_seconds = min(max(pause_seconds, 0.0), LONGEST_PAUSE_SECONDS)
        self._now_seconds += pause_seconds
        picture = self._softener.soften(picture, pause_seconds)
        if self._watch is None:
            self._begin(Watch(picture, self._now_seconds))
            return picture
        size = PictureSize(picture.shape[1], picture.shape[0])
        if self._watch.size != size:
            self._begin(self._watch.resized(size, self._now_seconds))
        self._recover(pause_seconds)
        allowed = CALM if calm else USUAL
        return self._let_out(self._watch, picture, allowed)

    def _begin(self, watch: Watch) -> None:
        """Go on with pictures of another size."""
        self._watch = watch
        self._blender = Blender(watch.size, watch.meter.block, watch.fields)
        self._ease: Shares = np.ones((watch.fields.down, watch.fields.across), np.float32)
        self._all_free = True

    def _recover(self, pause_seconds: float) -> None:
        if self._all_free:
            return
        np.maximum(self._ease, _LEAST_EASE, out=self._ease)
        self._ease *= math.exp(pause_seconds / RECOVERY_SECONDS)
        np.minimum(self._ease, 1.0, out=self._ease)
        self._all_free = bool(self._ease.min() >= 1.0)

    def _let_out(self, watch: Watch, picture: Picture, allowed: Allowed) -> Picture:
        now = self._now_seconds
        verdict = watch.judge(watch.meter.read(picture), now, allowed)
        if verdict.shares is None and self._all_free:
            watch.let_out(picture, verdict, now)
            return picture
        self._limited_pictures += 1
        self._all_free = False
        if verdict.shares is not None:
            np.minimum(self._ease, verdict.shares, out=self._ease)
        held, verdict = self._held(watch, picture, verdict.readings, allowed)
        watch.let_out(held, verdict, now)
        return held

    def _held(
        self, watch: Watch, picture: Picture, readings: Readings, allowed: Allowed
    ) -> tuple[Picture, Verdict]:
        """Draw the picture as near as it may be, and say how it was judged.

        What the shares promise is computed, not measured; so the outcome is judged like any
        picture, and where that fails, first its tiles stand still and then everything does.
        `readings` are those of the picture; only what is held is read anew.
        """
        for _ in range(2):
            held, part = self._blender.blend(watch.picture, picture, self._ease)
            measured = readings.copy()
            watch.meter.read_part(held, part, measured)
            verdict = watch.judge(measured, self._now_seconds, allowed)
            if verdict.shares is None:
                return held, verdict
            self._ease[around(verdict.shares < 1.0)] = 0.0
            if not self._ease.any():
                break
        self._ease[:] = 0.0
        return watch.picture.copy(), watch.stay()
