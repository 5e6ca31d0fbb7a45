"""One track and no mixing: what a DJ who presses play once would send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.media import HOP_SAMPLES
from training.evaluation.sources import BITRATE_BPS, Audio, Playing
from training.evaluation.styles import USUAL, StyleWords
from training.evaluation.traces import Deed, TrueTransition, Truth
from training.simulator import SetRenderer
from training.simulator.channel import Channel, PlayedTrack
from training.simulator.deck import Deck
from training.simulator.track import render_track


@dataclass(frozen=True, slots=True)
class TrackAlone:
    """The first track of a set from its own beginning, over and over, without any mixing.

    Attributes
    ----------
    intro_only
        Of its sections the intro alone.
    """

    seed: int
    style: StyleWords = USUAL
    intro_only: bool = False

    def open(self) -> Playing:
        """Put the track on a deck."""
        return _TrackAlonePlaying(self)


class _TrackAlonePlaying:
    bitrate_bps = BITRATE_BPS

    def __init__(self, source: TrackAlone) -> None:
        self._source = source
        planned = SetRenderer(source.seed, source.style.style()).truth.tracks[0]
        self._plan = planned.plan

    @property
    def genre(self) -> str:
        return str(self._plan.genre.value)

    def blocks(self) -> Iterator[Audio]:
        """Yield the track, or its intro, again and again."""
        once = self._rendered()
        position = 0
        while True:
            rows = np.arange(position, position + HOP_SAMPLES) % len(once)
            yield once[rows]
            position += HOP_SAMPLES

    def _rendered(self) -> Audio:
        arrangement = self._plan.arrangement
        bars = arrangement.intro_bars if self._source.intro_only else arrangement.bars
        samples = round(bars * self._plan.bar_samples)
        deck = Deck(PlayedTrack(0, self._plan, 0.0, 0.0, Channel()), render_track(self._plan))
        blocks = [deck.render(start, HOP_SAMPLES)[0] for start in range(0, samples, HOP_SAMPLES)]
        return np.concatenate(blocks)[:samples]

    def truth(self, start_seconds: float, end_seconds: float) -> Truth:
        """Return tempo and key: nothing was mixed, so nothing is labelled."""
        return Truth(bpm=float(self._plan.bpm), key=self._plan.key.name, genre=self.genre)

    def transitions(self, end_seconds: float) -> tuple[TrueTransition, ...]:
        """Return none."""
        return ()

    def deeds(self, end_seconds: float) -> tuple[Deed, ...]:
        """Return none."""
        return ()
