"""The contact sheet of the scenes: each at two moments of a made-up set, with its name.

`python -m benchmarks.scenes_sheet` writes docs/screenshots/scenes.jpg.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.messages import Section
from core.show import EMBEDDING_SIZE, ShowMode, ShowSettings
from visuals.catalogue import PALETTES, SCENES
from visuals.field import FieldModel
from visuals.generator import ShowGenerator
from visuals.picture import FRAMES_PER_SECOND, PictureSize
from visuals.senses import RESTING, Mode, Senses

SHEET: Final = Path(__file__).parent.parent / "docs" / "screenshots" / "scenes.jpg"

_DRAWN: Final = PictureSize(1280, 720)
_SHOWN: Final = PictureSize(480, 270)
_COLUMNS: Final = 4
_GAP: Final = 6
_BPM: Final = 126.0
_SETTLE_PICTURES: Final = 30
_PALETTES: Final = (
    *(("orchid", "lagoon"), ("violet", "jade"), ("gold", "abyss"), ("jade", "violet")),
    *(("meadow", "rose"), ("rose", "glacier"), ("abyss", "orchid"), ("glacier", "ember")),
    *(("violet", "ember"), ("lagoon", "rose"), ("ember", "lagoon"), ("abyss", "meadow")),
)
"""Two for each scene of the catalogue, so that the sheet shows them all."""


def moment(seconds: float, section: Section, heard: int) -> Senses:
    """Return a moment of a made-up set."""
    beat = seconds * _BPM / 60
    sound = np.abs(np.random.default_rng(heard).standard_normal(EMBEDDING_SIZE))
    return replace(
        RESTING,
        position_seconds=seconds,
        beat=beat,
        bar=beat / 4,
        bpm=_BPM,
        beat_confidence=1.0,
        low=0.4 + 1.2 * math.exp(-4 * (beat % 1)),
        mid=1.0,
        high=0.6 + 0.8 * math.exp(-5 * ((beat + 0.5) % 1)),
        level=1.0,
        energy=0.85 if section is Section.DROP else 0.5,
        tonic=9,
        mode=Mode.MINOR,
        section=section,
        score=8.0,
        hype=0.7,
        embedding=sound.astype(np.float32),
    )


def stills(field: FieldModel) -> Iterator[tuple[str, Image.Image]]:
    """Yield each scene's name with a picture, twice: in a break and after a drop."""
    for index, scene in enumerate(SCENES):
        looks = zip(_PALETTES[index], (Section.BREAK, Section.DROP), (5.1, 23.4), strict=True)
        for number, (palette, section, seconds) in enumerate(looks):
            settings = ShowSettings(mode=ShowMode.MANUAL, scene=scene, palette=palette)
            show = ShowGenerator(3 + number, _DRAWN, field)
            for past in range(_SETTLE_PICTURES, -1, -1):
                at = seconds - past / FRAMES_PER_SECOND
                drawn = show.draw(moment(at, section, number), settings)
            picture = Image.fromarray(drawn.picture)
            yield scene, picture.resize((_SHOWN.width, _SHOWN.height), Image.Resampling.LANCZOS)


def sheet(pictures: list[tuple[str, Image.Image]]) -> Image.Image:
    """Return the pictures side by side, each over its name."""
    name_height = 30
    rows = -(-len(pictures) // _COLUMNS)
    cell = (_SHOWN.width + _GAP, _SHOWN.height + name_height)
    page = Image.new("RGB", (_COLUMNS * cell[0] + _GAP, rows * cell[1] + _GAP), (10, 10, 14))
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(17)
    for index, (name, picture) in enumerate(pictures):
        left = _GAP + index % _COLUMNS * cell[0]
        top = _GAP + index // _COLUMNS * cell[1]
        page.paste(picture, (left, top))
        pen.text((left + 4, top + _SHOWN.height + 3), name, (200, 200, 210), font)
    return page


def main() -> None:
    """Write the sheet."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scenes_sheet", description=__doc__)
    parser.add_argument("--to", type=Path, default=SHEET)
    target = parser.parse_args().to
    missing = set(PALETTES) - {each for pair in _PALETTES for each in pair}
    if missing:
        raise SystemExit(f"No picture shows the palettes {', '.join(sorted(missing))}.")
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet(list(stills(FieldModel.load()))).save(target, quality=84, optimize=True)
    print(f"{target}: {target.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
