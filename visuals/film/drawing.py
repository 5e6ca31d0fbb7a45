"""From judged hops to pictures and sound, half a second at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SECONDS, SAMPLE_RATE_HZ, samples_to_seconds
from core.show import ShowSettings
from visuals.film.hindsight import AHEAD_SECONDS, HeardHop, Hindsight
from visuals.hearing.ear import Ear
from visuals.picture import Drawn, Generator, Limiter

AHEAD_HOPS: Final = round(AHEAD_SECONDS / HOP_SECONDS)


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of a mix is filmed."""

    start_sample: int = 0
    length_samples: int | None = None  # None: to the end

    @property
    def end_sample(self) -> int | None:
        """Position right behind the part; None where it goes on to the end of the mix."""
        return None if self.length_samples is None else self.start_sample + self.length_samples


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of the film, or sound; both come in order, each by itself."""

    position_samples: int  # on the mix's media clock
    drawn: Drawn | None = None  # made safe
    sound: NDArray[np.float32] | None = None  # shape (n, 2), full scale is 1.0


class Camera:
    """Draws a mix's show.

    Parameters
    ----------
    generator, limiter
        Draw the pictures and make them safe.
    settings
        What is wanted of the show.
    frames_per_second
        Of the film.
    cut
        What is filmed. Hops before it are heard, so that the show knows the music by then.
    """

    def __init__(
        self,
        generator: Generator,
        limiter: Limiter,
        settings: ShowSettings,
        frames_per_second: float,
        cut: Cut | None = None,
    ) -> None:
        self._generator = generator
        self._limiter = limiter
        self._settings = settings
        self._samples_each = SAMPLE_RATE_HZ / frames_per_second
        self._cut = cut or Cut()
        self._ear = Ear()
        self._hindsight = Hindsight()
        self._frames = 0

    def shoot(self, hops: Iterable[HeardHop]) -> Iterator[Shot]:
        """Yield the film; it holds no more than `AHEAD_HOPS` hops at a time."""
        waiting: deque[HeardHop] = deque()
        for hop in hops:
            self._hindsight.take(hop)
            waiting.append(hop)
            if len(waiting) > AHEAD_HOPS:
                yield from self._shoot(waiting.popleft())
            if self._over(waiting[0].start_sample):
                return
        while waiting:
            yield from self._shoot(waiting.popleft())

    def _over(self, position_samples: int) -> bool:
        end = self._cut.end_sample
        return end is not None and position_samples >= end

    def _shoot(self, hop: HeardHop) -> Iterator[Shot]:
        self._ear.hear(hop.samples, hop.start_sample)
        end = hop.end_sample if self._cut.end_sample is None else self._cut.end_sample
        first = max(self._cut.start_sample - hop.start_sample, 0)
        sound = hop.samples[first : max(end - hop.start_sample, 0)]
        if len(sound):
            yield Shot(hop.start_sample + first, sound=sound)
        while (position := self._next_frame()) < min(hop.end_sample, end):
            yield self._draw(position)
        self._hindsight.tell(self._ear, hop.end_sample)
        self._ear.senses(hop.end_sample)

    def _next_frame(self) -> int:
        return self._cut.start_sample + round(self._frames * self._samples_each)

    def _draw(self, position_samples: int) -> Shot:
        self._frames += 1
        self._hindsight.tell(self._ear, position_samples)
        senses = self._ear.senses(position_samples)
        drawn = self._generator.draw(senses, self._settings)
        safe = self._limiter.limit(
            drawn.picture, samples_to_seconds(position_samples), calm=self._settings.calm
        )
        return Shot(position_samples, drawn=Drawn(safe, drawn.scene, drawn.palette))
