"""Made-up sets, as the generator senses them, and films of what it draws."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.messages import Section
from core.show import EMBEDDING_SIZE, ShowMode, ShowSettings
from visuals.field import FieldModel
from visuals.generator import ShowGenerator
from visuals.picture import Picture, PictureSize
from visuals.senses import RESTING, Mode, Senses

RATE = 20
SMALL = PictureSize(128, 72)
CALM = ShowSettings(calm=True)


@cache
def embedding(seed: int) -> NDArray[np.float32]:
    """Return what the judge's network might say of some track."""
    drawn = np.abs(np.random.default_rng(seed).standard_normal(EMBEDDING_SIZE))
    return np.asarray(drawn, np.float32)


def heard(seconds: float, bpm: float = 128.0, **known: object) -> Senses:
    """Return a moment of a four-to-the-floor track: kicks on beats, hats between them."""
    beat = seconds * bpm / 60
    phase = beat % 1
    music = {
        "position_seconds": seconds,
        "beat": beat,
        "bar": beat / 4,
        "bpm": bpm,
        "beat_confidence": 1.0,
        "low": 0.4 + 1.2 * math.exp(-4 * phase),
        "mid": 1.0,
        "high": 0.6 + 0.8 * math.exp(-5 * ((beat + 0.5) % 1)),
        "level": 1.0,
        "onset": math.exp(-12 * phase),
        "energy": 0.6,
        "tonic": 9,
        "mode": Mode.MINOR,
        "section": Section.DROP,
        "score": 7.0,
        "hype": 0.5,
        "embedding": embedding(1),
    }
    return replace(RESTING, **(music | known))


def moments(seconds: float, bpm: float = 128.0, **known: object) -> Iterator[Senses]:
    """Yield a track's moments, a picture apart."""
    for index in range(round(seconds * RATE)):
        yield heard(index / RATE, bpm, **known)


def manual(scene: str, **settings: object) -> ShowSettings:
    """Return settings of a VJ who has chosen a scene."""
    return replace(ShowSettings(mode=ShowMode.MANUAL, scene=scene), **settings)


def generator(field: FieldModel, seed: int = 3, size: PictureSize = SMALL) -> ShowGenerator:
    """Return a generator of small pictures."""
    return ShowGenerator(seed, size, field, RATE)


def filmed(show: ShowGenerator, senses: Iterator[Senses], settings: ShowSettings) -> list[Picture]:
    """Return what a show draws of some moments."""
    return [show.draw(each, settings).picture for each in senses]


def luminance(picture: Picture) -> NDArray[np.float64]:
    """Return relative luminance, 0-1, by pixel (WCAG 2)."""
    value = picture / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def brightness(film: list[Picture]) -> NDArray[np.float64]:
    """Return each picture's mean luminance."""
    return np.array([luminance(each).mean() for each in film])
