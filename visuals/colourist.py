"""The colourist: which palette is on, and how it turns into the next one.

Keys lie around the colour wheel by fifths (as Scriabin had them), so that keys that mix well look
alike. Minor is darker and cooler, major lighter and warmer.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.show import ShowSettings
from visuals.colouring import packed
from visuals.motion import Moves
from visuals.palettes import RECIPES, table
from visuals.senses import Mode, Senses

CHANGE_SECONDS: Final = 3.0
MANUAL_CHANGE_SECONDS: Final = 0.6

_FARTHEST_TURN: Final = 24.0
"""Degrees that a palette is turned by to meet a key: it must stay what its name says."""

_STEP: Final = 1 / 25
"""Of a change: finer steps are not seen, and each packs a palette anew."""

_STEADY_SECONDS: Final = 3.0
"""A key must hold so long: detectors waver between relatives."""

_HOME_HUE: Final = 45.0  # of C: warm


@dataclass(frozen=True, slots=True)
class Look:
    """A palette as it is wanted."""

    palette: str
    turn: int  # degrees, in steps
    colour: int  # tenths of the usual
    depth: int  # tenths


class Colourist:
    """Chooses palettes.

    Parameters
    ----------
    seed
        Of the show.
    """

    def __init__(self, seed: int) -> None:
        rng = random.Random(f"colourist {seed}")  # noqa: S311 - no secret comes of it
        self._palette = rng.choice(list(RECIPES))
        self._taste = {slug: rng.uniform(-0.08, 0.08) for slug in RECIPES}
        self._measured: tuple[float, Mode] | None = None  # what palettes' distances are to
        self._away: dict[str, float] = {}
        self._key: tuple[int, Mode] | None = None
        self._heard: tuple[int, Mode] | None = None
        self._heard_seconds = 0.0
        self._look: Look | None = None
        self._from: NDArray[np.float32] | None = None
        self._to: NDArray[np.float32] | None = None
        self._progress = 1.0
        self._packed_progress = 1.0  # of the colours that are on
        self._change_seconds = CHANGE_SECONDS
        self._colours: NDArray[np.uint32] | None = None

    def colours(
        self, senses: Senses, settings: ShowSettings, moves: Moves
    ) -> tuple[str, NDArray[np.uint32]]:
        """Return the palette's slug, and its table packed for `visuals.colouring`."""
        self._listen(senses, moves.seconds)
        look = self._wanted(settings, moves)
        if look != self._look:
            self._turn_to(look, at_once=settings.palette is not None)
        if self._progress < 1:
            self._progress = min(1.0, self._progress + moves.seconds / self._change_seconds)
        if self._colours is None or self._is_seen():
            self._colours = packed(self._now())
            self._packed_progress = self._progress
        return look.palette, self._colours

    def _is_seen(self) -> bool:
        """Return whether colours went on by so much since they were packed that it shows."""
        step = self._progress - self._packed_progress
        return step >= _STEP or (step > 0 and self._progress >= 1)

    def _listen(self, senses: Senses, seconds: float) -> None:
        heard = None if senses.tonic is None else (senses.tonic, senses.mode or Mode.MINOR)
        if heard != self._heard:
            self._heard, self._heard_seconds = heard, 0.0
        self._heard_seconds += seconds
        if heard is not None and (self._key is None or self._heard_seconds >= _STEADY_SECONDS):
            self._key = heard

    def _wanted(self, settings: ShowSettings, moves: Moves) -> Look:
        mode = self._key[1] if self._key else None
        depth = {Mode.MINOR: 4, Mode.MAJOR: -4, None: 1}[mode]
        # Steps with a gap between them, so that no wavering value turns colours to and fro.
        openness = 0.55 * moves.richness + 0.45 * moves.energy
        colour = self._stepped(8.5 + 3.0 * openness)
        if settings.palette in RECIPES:
            return Look(settings.palette or self._palette, 0, colour, depth)
        if self._key is None:
            return Look(self._palette, 0, colour, depth)
        hue = hue_of(*self._key)
        self._palette = self._nearest(hue, self._key[1], moves.energy)
        turn = _shorter(hue - RECIPES[self._palette].hue)
        turn = max(-_FARTHEST_TURN, min(_FARTHEST_TURN, turn))
        return Look(self._palette, round(turn / 4) * 4, colour, depth)

    def _stepped(self, value: float) -> int:
        before = self._look.colour if self._look else round(value)
        return before if abs(value - before) < 0.8 else round(value)

    def _nearest(self, hue: float, mode: Mode, energy: float) -> str:
        """Return the palette near `hue` that suits the mood best; rather the one that is on."""
        if self._measured != (hue, mode):  # not for each picture
            self._measured = (hue, mode)
            self._away = {slug: self._distance(slug, hue, mode) for slug in RECIPES}

        def distance(slug: str) -> float:
            mood = 0.15 * abs(energy - RECIPES[slug].fire)
            return self._away[slug] + mood - (0.12 if slug == self._palette else 0)

        return min(RECIPES, key=distance)

    def _distance(self, slug: str, hue: float, mode: Mode) -> float:
        """Return how far a palette lies from a key, whatever is on and how lively it is."""
        recipe, warmth = RECIPES[slug], 0.5 if mode is Mode.MAJOR else -0.5
        away = abs(_shorter(hue - recipe.hue)) / 60
        return away + 0.12 * abs(warmth - recipe.warmth) + self._taste[slug]

    def _turn_to(self, look: Look, *, at_once: bool) -> None:
        recipe = RECIPES[look.palette]
        target = table(recipe, look.turn, look.colour / 10, look.depth / 10)
        named_anew = self._look is None or self._look.palette != look.palette
        self._change_seconds = MANUAL_CHANGE_SECONDS if at_once and named_anew else CHANGE_SECONDS
        first = self._to is None
        self._from = target if first else self._now()
        self._to = target
        self._progress = 1.0 if first else 0.0
        self._colours = None
        self._look = look

    def _now(self) -> NDArray[np.float32]:
        if self._to is None or self._from is None:
            raise RuntimeError("Colours are chosen before they are looked at.")
        if self._progress >= 1:
            return self._to
        share = _eased(self._progress)
        mixed = cv2.addWeighted(self._from, 1 - share, self._to, share, 0.0)
        return np.asarray(mixed, np.float32)


def hue_of(tonic: int, mode: Mode) -> float:
    """Return a key's hue in degrees: a fifth is a twelfth of the wheel; minor lies as its relative.

    A minor key shares its notes with the major key three semitones above, and its place with it,
    but for 20 degrees to the cool side.
    """
    if mode is Mode.MAJOR:
        return (_HOME_HUE + 30 * (tonic * 7 % 12)) % 360
    return (_HOME_HUE + 30 * ((tonic + 3) * 7 % 12) + 20) % 360


def _shorter(degrees: float) -> float:
    return math.remainder(degrees, 360)


def _eased(progress: float) -> float:
    return progress * progress * (3 - 2 * progress)
