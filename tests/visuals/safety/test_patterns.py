"""Regular bars lose their contrast; everything else keeps it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.visuals.safety.films import calm_gradient, noise
from visuals.picture import STANDARD
from visuals.safety.limiter import FlashLimiter
from visuals.safety.patterns import PatternSoftener

Y, X = np.mgrid[0 : STANDARD.height, 0 : STANDARD.width].astype(float)
FAR = np.hypot(X - 160, Y - 90)
ROUND = np.arctan2(Y - 90, X - 160)


def grey(levels):
    return np.repeat(np.clip(levels, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


STRIPED = {
    "upright": grey(255 * (X // 10 % 2)),
    "lying": grey(255 * (Y // 8 % 2)),
    "fine": grey(255 * (X // 4 % 2)),
    "slanted": grey(255 * ((X + Y) // 14 % 2)),
    "waves": grey(128 + 100 * np.sin(X / 4)),
    "rings": grey(255 * (FAR // 12 % 2)),
    "spiral": grey(128 + 127 * np.sin(8 * ROUND + FAR / 10)),
    "rays": grey(128 + 127 * np.sign(np.sin(20 * ROUND))),
    "checkerboard": grey(255 * ((X // 12 + Y // 12) % 2)),
    "half of the picture": grey(np.where(X < 160, 255 * (X // 10 % 2), 90)),
}
HARMLESS = {
    "gradient": calm_gradient(STANDARD)(0),
    "steep gradient": grey(X * 0.8),
    "noise": noise(3, 1, STANDARD)(0),
    "blobs": grey(128 + 127 * np.sin(X / 40) * np.sin(Y / 30)),
    "disk": grey(255.0 * (FAR < 60)),
    "five pairs": grey(255 * (X // 32 % 2)),
    "faint": grey(128 + 20 * np.sin(X / 4)),
    "a tenth of the picture": grey(np.where((X < 100) & (Y < 60), 255 * (X // 8 % 2), 90)),
}


def shown(picture, seconds=2.0):
    softener = PatternSoftener()
    return [softener.soften(picture, 0.05) for _ in range(round(20 * seconds))]


@pytest.mark.parametrize("picture", STRIPED.values(), ids=STRIPED.keys())
def test_stripes_are_softened(picture):
    assert shown(picture)[-1].std() < 0.75 * picture.std()


@pytest.mark.parametrize("picture", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_is_not_striped_leaves_as_it_came(picture):
    assert all(out is picture for out in shown(picture))


def test_contrast_goes_and_comes_slowly():
    softener = PatternSoftener()
    pictures = [STRIPED["upright"]] * 40 + [HARMLESS["gradient"]] * 40
    contrasts = []
    for picture in pictures:
        softener.soften(picture, 0.05)
        contrasts.append(softener.contrast)
    assert np.abs(np.diff(contrasts)).max() < 0.1
    assert min(contrasts) < 0.5
    assert contrasts[-1] == 1


def test_the_limiter_softens_stripes_that_stand_still():
    limiter = FlashLimiter()
    for number in range(60):
        out = limiter.limit(STRIPED["upright"], number / 20, calm=False)
    assert out.std() < 0.75 * STRIPED["upright"].std()
