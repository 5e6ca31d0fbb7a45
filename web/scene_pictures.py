"""Draw what the VJ's page shows of scenes and palettes: `python -m web.scene_pictures`.

A picture of each scene, as it looks half a minute into a lively passage, and a sheet with a swatch
of each palette, into `web/static/scenes`. To be run when a scene or a palette has changed; what it
writes is committed, so that the page needs no generator.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from core.messages import Section
from core.show import EMBEDDING_SIZE, ShowMode, ShowSettings
from visuals.catalogue import PALETTES, SCENES
from visuals.generator import ShowGenerator
from visuals.palettes import RECIPES, TONES, table
from visuals.picture import FRAMES_PER_SECOND, Picture, PictureSize
from visuals.senses import RESTING, Mode, Senses
from web.pages import STATIC_FOLDER

FOLDER: Final = STATIC_FOLDER / "scenes"
SIZE: Final = PictureSize(320, 180)
SHOWN: Final = (256, 144)
"""Pixels of the pictures on the page."""

SEED: Final = 7
PLAYED_SECONDS: Final = 30.0
BPM: Final = 124.0
MOST_BYTES: Final = 6_000
QUALITIES: Final = range(82, 20, -4)
STOPS: Final = 6
"""Colours of a swatch, evenly spaced through a palette's tones."""

BRIGHT: Final = 0.62
"""How bright those are, of the palette's lights."""


def senses_at(seconds: float) -> Senses:
    """Return a lively moment, `seconds` into a passage of four-to-the-floor."""
    beat = seconds * BPM / 60
    kick = math.exp(-4 * (beat % 1))
    voice = np.random.default_rng(SEED).normal(0, 1, EMBEDDING_SIZE)
    return replace(
        RESTING,
        position_seconds=seconds,
        beat=beat,
        bar=beat / 4,
        bpm=BPM,
        beat_confidence=0.95,
        low=0.7 + 0.9 * kick,
        mid=1.0 + 0.25 * math.sin(seconds),
        high=1.0 + 0.2 * math.sin(2.3 * seconds),
        level=1.1,
        onset=kick,
        energy=0.75,
        tonic=9,
        mode=Mode.MINOR,
        section=Section.DROP,
        score=7.5,
        hype=0.6,
        embedding=voice.astype(np.float32),
    )


def picture_of(scene: str, palette: str) -> Picture:
    """Return `scene` in `palette` after `PLAYED_SECONDS`."""
    settings = ShowSettings(mode=ShowMode.MANUAL, scene=scene, palette=palette)
    generator = ShowGenerator(SEED, SIZE)
    count = round(PLAYED_SECONDS * FRAMES_PER_SECOND)
    for number in range(count - 1):
        generator.draw(senses_at(number / FRAMES_PER_SECOND), settings)
    return generator.draw(senses_at((count - 1) / FRAMES_PER_SECOND), settings).picture


def write_picture(picture: Picture, path: Path) -> None:
    """Write a picture as WebP, as well as `MOST_BYTES` allow."""
    image = Image.fromarray(picture).resize(SHOWN, Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        image.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size <= MOST_BYTES:
            return


def swatch(palette: str) -> str:
    """Return a palette as a gradient of CSS."""
    colours = table(RECIPES[palette], turn=0.0, colour=1.0, depth=1.0)
    light = round(BRIGHT * (colours.shape[1] - 1))
    tones = np.linspace(0, TONES - 1, STOPS).round().astype(int)
    stops = [bytes(colours[tone, light].round().astype(np.uint8)).hex() for tone in tones]
    return f"linear-gradient(90deg, {', '.join(f'#{stop}' for stop in stops)})"


def main() -> None:
    """Write every picture and the sheet of swatches."""
    FOLDER.mkdir(exist_ok=True)
    for number, scene in enumerate(SCENES):
        palette = PALETTES[number * 3 % len(PALETTES)]
        write_picture(picture_of(scene, palette), FOLDER / f"{scene}.webp")
    rules = [f".palette-{palette} {{ --swatch: {swatch(palette)}; }}\n" for palette in PALETTES]
    sheet = "/* The palettes, as web/scene_pictures.py draws them. */\n\n" + "".join(rules)
    (FOLDER / "palettes.css").write_text(sheet)


if __name__ == "__main__":
    main()
