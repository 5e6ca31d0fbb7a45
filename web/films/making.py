"""A mix's file made into the film of its show."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from core.errors import BadInput
from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ, samples_to_seconds
from core.messages import AudioHop, SessionInfo
from inference.placement import Placement
from inference.providers import Provider
from judge.engine import Engine
from stream.files import MixFile, open_mix
from visuals.field import FieldModel
from visuals.film.drawing import Camera, Cut
from visuals.film.filming import film
from visuals.film.hindsight import HeardHop
from visuals.film.writing import FilmWriter
from visuals.generator import ShowGenerator
from visuals.picture import Generator
from visuals.safety.limiter import FlashLimiter
from web.films.caption import caption
from web.films.plan import FilmPlan
from web.report.storing import replacing

Progress = Callable[[float, float | None], None]
"""Told how many seconds are done, and of how many if that is known."""

HEARD_BEFORE_SAMPLES: Final = 60 * SAMPLE_RATE_HZ
"""Of a mix that is filmed from later on, so much before is judged: the show must know the music."""


@dataclass(frozen=True, slots=True)
class Filmed:
    """What film was made."""

    path: Path
    seconds: float  # of sound
    taken_seconds: float

    @property
    def speed(self) -> float:
        """How many times faster than the mix plays the film was made."""
        return self.seconds / max(self.taken_seconds, 1e-9)


def show_generator(
    plan: FilmPlan,
    providers: Sequence[str] = (Provider.CPU,),
    placement: Placement | None = None,
) -> Generator:
    """Return what draws the shows of rooms, for a film.

    Parameters
    ----------
    plan
        What film is wanted.
    providers, placement
        Where the network runs, as for `FieldModel.on_first_of`.

    Raises
    ------
    core.errors.ModelInvalid, core.errors.ConfigurationInvalid
        As `FieldModel.on_first_of` does.
    """
    field = FieldModel.on_first_of(providers, placement, plan.size)
    return ShowGenerator(plan.seed, plan.size, field, float(plan.frames_per_second))


def make_film(
    path: Path,
    out: Path,
    load: Callable[[], Engine],
    plan: FilmPlan,
    *,
    progress: Progress = lambda _, __: None,
    generator: Callable[[FilmPlan], Generator] = show_generator,
) -> Filmed:
    """Film a mix.

    Parameters
    ----------
    path
        The mix; it is looked at before the judge is loaded.
    out
        Where the film goes, once it is whole.
    load
        Loads the judge.
    plan
        What film is wanted.
    progress
        Told of every half second.
    generator
        Makes what draws.

    Raises
    ------
    core.errors.BadInput
        If the mix cannot be used, ends before the part that is to be filmed, or if nothing can be
        written to `out`; also what `load` raises.
    """
    mix = open_mix(path)
    total = _film_seconds(mix, plan.cut)
    engine = load()
    layer = caption(plan.settings.text, plan.size) if plan.settings.text.strip() else None
    camera = Camera(
        generator(plan), FlashLimiter(), plan.settings, float(plan.frames_per_second), plan.cut
    )
    began = time.monotonic()
    with replacing(out) as temporary:
        writer = FilmWriter(temporary, plan.size, plan.frames_per_second, title=_title(path))
        seconds = 0.0
        try:
            hops = judged_hops(engine, mix, plan.cut)
            seconds = film(hops, camera, writer, layer, lambda done: progress(done, total))
        finally:
            if not seconds:
                writer.abandon()
        if not seconds:
            raise _too_late(mix, plan.cut)
    return Filmed(out, seconds, time.monotonic() - began)


def judged_hops(engine: Engine, mix: MixFile, cut: Cut | None = None) -> Iterator[HeardHop]:
    """Judge a mix hop by hop, from shortly before the part that is wanted on.

    What lies before that is decoded at once, here, where it can be interrupted.
    """
    first = max((cut or Cut()).start_sample - HEARD_BEFORE_SAMPLES, 0) // HOP_SAMPLES
    hops = mix.hops()
    for hop in hops:
        if hop.index >= first:
            return _judged(engine, mix, chain([hop], hops))
    return iter(())


def _judged(engine: Engine, mix: MixFile, hops: Iterable[AudioHop]) -> Iterator[HeardHop]:
    session = engine.open(SessionInfo(mix.session, "file", mix.path.stem, 0.0))
    for hop in hops:
        (judged,) = engine.advance([(session, hop)])
        messages = tuple(message for message, _ in judged.messages)
        yield HeardHop(hop.start_sample, hop.samples, messages, judged.embedding)


def _title(mix: Path) -> str:
    """Return the mix's name as text: not every file's name is."""
    return mix.stem.encode(errors="replace").decode()


def _film_seconds(mix: MixFile, cut: Cut) -> float | None:
    """Return how long the film will be, as far as the file says.

    Raises
    ------
    core.errors.BadInput
        If it would have no length.
    """
    if mix.duration_seconds is None:
        return None
    left = mix.duration_seconds - samples_to_seconds(cut.start_sample)
    if left <= 0:
        raise _too_late(mix, cut)
    return left if cut.length_samples is None else min(left, cut.length_samples / SAMPLE_RATE_HZ)


def _too_late(mix: MixFile, cut: Cut) -> BadInput:
    start = samples_to_seconds(cut.start_sample)
    return BadInput(
        f"{mix.path.name} is over before {start:g} s, or shorter than half a second. Film it from "
        "an earlier moment on.",
        code="film_too_late",
        path=mix.path.name,
        start=f"{start:g}",
    )
