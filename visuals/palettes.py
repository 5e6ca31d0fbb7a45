"""Palettes: what colour each tone has at each light.

A palette is a way through the colour wheel (tone) from near black to near white (light). Its darks
have a hue of their own, its highlights lose colour: that is what makes a picture deep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visuals.catalogue import PALETTES
from visuals.oklab import srgb

TONES: Final = 128
LIGHTS: Final = 400
"""Steps of a table: finer than the eye tells apart, few enough for an index of 16 bits."""

MOST_LIGHT: Final = 1.8
"""Light that a table ends at: what is beyond is as bright as that."""

_SHOULDER: Final = 1.8
"""How early light crowds below white, as on film: nothing burns out at once."""

_COARSE_TONES: Final = 17
_COARSE_LIGHTS: Final = 65


@dataclass(frozen=True, slots=True)
class Palette:
    """How a palette is made, around a home hue; hues in degrees of Oklab."""

    hue: float  # of its middle tones
    span: tuple[float, float, float]  # hues from there: of tone 0, 0.5 and 1
    shadow: float  # hue of the darks, from there
    chroma: tuple[float, float, float]  # most colourfulness of tone 0, 0.5 and 1
    warmth: float  # -1 cool to 1 warm: what moods it suits
    fire: float  # 0 calm to 1 fierce: what energies it suits


RECIPES: Final[Mapping[str, Palette]] = {
    "ember": Palette(45, (-48, 4, 42), -75, (0.22, 0.21, 0.18), 1.0, 0.9),
    "gold": Palette(82, (-78, -8, 20), -105, (0.20, 0.18, 0.17), 0.9, 0.5),
    "meadow": Palette(128, (62, 12, -30), 105, (0.16, 0.20, 0.18), 0.5, 0.3),
    "jade": Palette(162, (65, 0, -75), 80, (0.13, 0.17, 0.16), 0.1, 0.4),
    "lagoon": Palette(195, (48, 0, -60), 60, (0.17, 0.14, 0.15), -0.3, 0.3),
    "glacier": Palette(232, (35, 0, -45), 30, (0.13, 0.13, 0.08), -1.0, 0.1),
    "abyss": Palette(264, (-30, 8, 125), -4, (0.22, 0.17, 0.16), -0.8, 0.6),
    "violet": Palette(292, (-22, 12, 62), -20, (0.24, 0.24, 0.20), -0.5, 0.7),
    "orchid": Palette(328, (-60, 0, 80), -60, (0.23, 0.24, 0.16), 0.2, 0.9),
    "rose": Palette(5, (-75, 0, 60), -90, (0.17, 0.19, 0.14), 0.7, 0.6),
}

if tuple(RECIPES) != PALETTES:
    raise RuntimeError("The catalogue lists other palettes than there are recipes for.")


def table(palette: Palette, turn: float, colour: float, depth: float) -> NDArray[np.float32]:
    """Return the sRGB of every tone and light, shape (TONES, LIGHTS, 3), 0-255.

    Parameters
    ----------
    palette
        The recipe.
    turn
        Degrees by which all hues are turned.
    colour
        Factor on colourfulness, around 1.
    depth
        How dark: -1 light, 0 usual, 1 dark.
    """
    tone, light = np.meshgrid(
        np.linspace(0, 1, _COARSE_TONES), np.linspace(0, 1, _COARSE_LIGHTS), indexing="ij"
    )
    light = 1 - np.exp(-_SHOULDER * MOST_LIGHT * light)
    lightness = 0.05 + 0.93 * light ** (0.95 + 0.12 * depth)
    path = [palette.hue + turn + each for each in palette.span]
    at = np.array([0.0, 0.5, 1.0])
    hue = np.interp(tone, at, path)
    in_shadow = np.clip(1 - light / 0.62, 0, 1) ** 1.3
    hue += in_shadow * _shorter(palette.hue + turn + palette.shadow - hue)
    most = np.interp(tone, at, palette.chroma) * colour
    chroma = most * np.sin(np.pi * np.clip(light, 0, 1) ** 0.85) ** 0.75
    chroma = np.maximum(chroma, 0.035 * colour * (1 - light))
    return _finer(srgb(lightness, chroma, hue))


def _shorter(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((degrees + 180) % 360 - 180)


def _finer(coarse: NDArray[np.float64]) -> NDArray[np.float32]:
    between = _between(coarse.astype(np.float32), TONES)
    fine = _between(between.transpose(1, 0, 2), LIGHTS).transpose(1, 0, 2)
    return np.multiply(fine, np.float32(255), order="C")  # as lookups walk through it


def _between(knots: NDArray[np.float32], steps: int) -> NDArray[np.float32]:
    """Return as many steps from the first to the last of `knots`, along their first axis."""
    at = np.linspace(0, len(knots) - 1, steps, dtype=np.float32)
    below = np.minimum(at.astype(np.intp), len(knots) - 2)
    share = (at - below.astype(np.float32))[:, None, None]
    fine: NDArray[np.float32] = knots[below] + (knots[below + 1] - knots[below]) * share
    return fine
