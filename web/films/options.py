"""What was asked of a film, as written on the command line, checked and understood."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from core.errors import BadInput
from core.media import seconds_to_samples
from core.show import LONGEST_TEXT, ShowMode, ShowSettings
from visuals.catalogue import PALETTES, SCENES
from visuals.film.drawing import Cut
from visuals.picture import PictureSize
from web.films.plan import FilmPlan

SMALLEST: Final = PictureSize(160, 90)
LARGEST: Final = PictureSize(3840, 2160)

SLOWEST: Final = 10
FASTEST: Final = 60
"""Pictures a second."""

_SIZE: Final = re.compile(r"(\d{1,5})[xX](\d{1,5})")
_CLOCK: Final = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,2}):)?(\d{1,6}(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options as they were written."""

    size: str = "640x360"
    fps: str = "25"
    seed: int = 1
    scene: str | None = None
    palette: str | None = None
    intensity: float = 1.0
    calm: bool = False
    text: str = ""
    start: str = "0"
    length: str | None = None


def plan_of(wanted: Wanted) -> FilmPlan:
    """Return the film that is wanted.

    Raises
    ------
    core.errors.BadInput
        If an option makes no sense, with what it may be.
    """
    return FilmPlan(
        size=_size(wanted.size),
        frames_per_second=_frames_per_second(wanted.fps),
        seed=_seed(wanted.seed),
        settings=ShowSettings(
            mode=ShowMode.AUTO if wanted.scene is None else ShowMode.MANUAL,
            scene=_listed("--scene", wanted.scene, SCENES),
            palette=_listed("--palette", wanted.palette, PALETTES),
            intensity=_intensity(wanted.intensity),
            calm=wanted.calm,
            text=_text(wanted.text),
        ),
        cut=_cut(wanted.start, wanted.length),
    )


def _size(written: str) -> PictureSize:
    match = _SIZE.fullmatch(written.strip())
    size = PictureSize(int(match[1]), int(match[2])) if match else PictureSize(0, 0)
    fits = (
        SMALLEST.width <= size.width <= LARGEST.width
        and SMALLEST.height <= size.height <= LARGEST.height
    )
    if not fits or size.width % 2 or size.height % 2:
        smallest, largest = (f"{each.width}x{each.height}" for each in (SMALLEST, LARGEST))
        raise BadInput(
            f"--size takes two even numbers such as 1280x720, from {smallest} to {largest}.",
            code="film_size",
            smallest=smallest,
            largest=largest,
        )
    return size


def _frames_per_second(written: str) -> Fraction:
    try:
        rate = Fraction(written.strip()).limit_denominator(1001)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not SLOWEST <= rate <= FASTEST:
        raise BadInput(
            f"--fps takes a number from {SLOWEST} to {FASTEST}.",
            code="film_fps",
            slowest=SLOWEST,
            fastest=FASTEST,
        )
    return rate


def _seed(seed: int) -> int:
    if not 0 <= seed < 2**32:
        raise BadInput(
            "--seed takes a whole number from 0 to 4294967295.", code="film_seed", most=2**32 - 1
        )
    return seed


def _listed(option: str, named: str | None, known: Sequence[str]) -> str | None:
    if named is not None and named not in known:
        allowed = ", ".join(known)
        raise BadInput(
            f"{option} takes one of these: {allowed}.",
            code="usage_value_not_listed",
            parameter=option,
            allowed=allowed,
        )
    return named


def _intensity(intensity: float) -> float:
    if not 0.0 <= intensity <= 1.0:
        raise BadInput("--intensity takes a number from 0 to 1.", code="film_intensity")
    return intensity


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise BadInput(
            f"--text takes one line of at most {LONGEST_TEXT} characters.",
            code="film_text",
            most=LONGEST_TEXT,
        )
    return text


def _cut(start: str, length: str | None) -> Cut:
    start_samples = seconds_to_samples(_seconds("--start", start))
    if length is None:
        return Cut(start_samples)
    length_samples = seconds_to_samples(_seconds("--length", length))
    if length_samples <= 0:
        raise _no_time("--length")
    return Cut(start_samples, length_samples)


def _seconds(option: str, written: str) -> float:
    """Understand a time such as 90, 1:30 or 1:02:03.5."""
    match = _CLOCK.fullmatch(written.strip())
    if match is None:
        raise _no_time(option)
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    total = 3600.0 * hours + 60.0 * minutes + seconds
    if not math.isfinite(total):
        raise _no_time(option)
    return total


def _no_time(option: str) -> BadInput:
    return BadInput(
        f"{option} takes a time such as 90, 1:30 or 1:02:03.", code="film_time", parameter=option
    )
