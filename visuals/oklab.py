"""Colours by lightness, colourfulness and hue, as the eye orders them (Oklab, Ottosson 2020).

https://bottosson.github.io/posts/oklab/
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_TO_CONES: Final = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_TO_RGB: Final = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)

_HALVINGS: Final = 10  # of what a colour may lose: a thousandth of its colourfulness

REDDEST: Final = 0.72
"""Largest share of red in a colour's light: from 0.8 on, flashes of it are dangerous by themselves.

WCAG 2.3.1 calls a colour saturated red where R / (R + G + B) is at least 0.8 in linear light.
"""


def srgb(
    lightness: NDArray[np.float64], chroma: NDArray[np.float64], hue: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return sRGB, 0-1, of colours; those that no screen shows lose colourfulness, not lightness.

    Parameters
    ----------
    lightness, chroma
        In Oklab, lightness 0-1 and chroma 0 to about 0.3; arrays of one shape.
    hue
        Degrees.
    """
    outside = ~_is_shown(_linear(lightness, chroma, hue))
    if outside.any():
        chroma = np.where(outside, _most_shown(lightness, chroma, hue), chroma)
    linear = _less_red(np.clip(_linear(lightness, chroma, hue), 0, 1))
    bent = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(bent)


def _is_shown(linear: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((linear.min(-1) >= -1e-4) & (linear.max(-1) <= 1 + 1e-4))


def _most_shown(
    lightness: NDArray[np.float64], chroma: NDArray[np.float64], hue: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the most of `chroma` that a screen shows, halving what is uncertain each time.

    To the bit that counts: were neighbours cut by coarse steps, each at its own, their colours
    would go to and fro, which shows as contours in what should be smooth.
    """
    least, most = np.zeros_like(chroma), np.ones_like(chroma)
    for _ in range(_HALVINGS):
        share = (least + most) / 2
        shown = _is_shown(_linear(lightness, chroma * share, hue))
        least, most = np.where(shown, share, least), np.where(shown, most, share)
    return chroma * least


def _linear(
    lightness: NDArray[np.float64], chroma: NDArray[np.float64], hue: NDArray[np.float64]
) -> NDArray[np.float64]:
    turned = np.radians(hue)
    lab = np.stack([lightness, chroma * np.cos(turned), chroma * np.sin(turned)], -1)
    return np.asarray((lab @ _TO_CONES.T) ** 3 @ _TO_RGB.T)


def _less_red(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Raise green and blue where red is too much of a colour."""
    red = linear[..., 0]
    lacking = np.maximum(0, red * (1 / REDDEST - 1) - linear[..., 1] - linear[..., 2])
    linear[..., 1] += lacking * 0.6
    linear[..., 2] += lacking * 0.4
    return linear
