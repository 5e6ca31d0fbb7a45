"""Sets of the simulator as sources: their sound, and what is true of each of their moments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SECONDS, SAMPLE_RATE_HZ, WINDOW_SECONDS
from core.messages import Section, Technique
from training.evaluation.sources import BITRATE_BPS, Audio, Playing
from training.evaluation.styles import USUAL, Revision, StyleWords
from training.evaluation.traces import Deed, TrueTransition, Truth, on_scale
from training.recipes import Recipe, drawn
from training.simulator import SetRenderer
from training.simulator.channel import PlayedTrack
from training.simulator.courses import techniques
from training.simulator.labels import Labels
from training.simulator.nuisance import NuisanceChain
from training.simulator.transitions import TransitionPlan

BEAT_PULSE: Final = 0.5
"""How clearly every bar of a window must mark the beat, 0-1, for its tempo to be asked for."""

_OUTRO: Final = "outro"


@dataclass(frozen=True, slots=True)
class Simulated:
    """A set of the simulator's usual style, straight from the mixer.

    Attributes
    ----------
    revision
        What is changed in its transitions.
    """

    seed: int
    style: StyleWords = USUAL
    revision: Revision | None = None

    def open(self) -> Playing:
        """Render it from its beginning."""
        renderer = SetRenderer(self.seed, self.style.style(), revise=self.revision)
        return SimulatedPlaying(renderer, renderer.blocks(), BITRATE_BPS)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A set drawn as those that are trained on: its style, DJ, room, levels and bitrate.

    Attributes
    ----------
    style
        In what it differs from them.
    """

    seed: int
    style: StyleWords = USUAL

    def open(self) -> Playing:
        """Render it from its beginning."""
        draw = drawn(self.seed, Recipe())
        renderer = SetRenderer(self.seed, self.style.style(draw.style), revise=draw.revise)
        blocks = NuisanceChain(draw.nuisances, self.seed)(renderer.blocks())
        return SimulatedPlaying(renderer, blocks, draw.bitrate_bps)


class SimulatedPlaying:
    """A rendered set and its truth, in seconds from its first sound."""

    def __init__(self, renderer: SetRenderer, blocks: Iterator[Audio], bitrate_bps: int) -> None:
        self._renderer = renderer
        self._blocks = blocks
        self.bitrate_bps = bitrate_bps

    @cached_property
    def _labels(self) -> Labels:
        """The labels of what has been played by now, which must be all of it."""
        renderer = self._renderer
        return Labels(renderer.truth, renderer.stems, renderer.start_sample)

    @property
    def genre(self) -> str:
        """Genre of the first track."""
        return str(self._renderer.truth.tracks[0].plan.genre.value)

    def blocks(self) -> Iterator[Audio]:
        """Yield the set's sound."""
        return self._blocks

    def truth(self, start_seconds: float, end_seconds: float) -> Truth:
        """Return labels and facts of a window."""
        genre, labels = self.genre, self._labels
        alone = self._alone(start_seconds, end_seconds)
        now = self._alone(end_seconds - 0.5, end_seconds)
        return Truth(
            bpm=None if alone is None else float(alone.plan.bpm),
            key=None if alone is None else alone.plan.key.name,
            section=None if now is None else _section(now, self._sample(end_seconds)),
            genre=None if alone is None else str(alone.plan.genre.value),
            beat=alone is not None and _beats(alone, self._sample(end_seconds)),
            window=on_scale(
                np.asarray(self._labels.window(start_seconds, end_seconds)), self.genre
            ),
            whole=on_scale(labels.whole_set(end_seconds), genre),
        )

    def transitions(self, end_seconds: float) -> tuple[TrueTransition, ...]:
        """Return the transitions begun by a time."""
        tracks = self._renderer.truth.tracks
        return tuple(
            TrueTransition(
                start_seconds=self._seconds(plan.start_sample),
                end_seconds=self._seconds(plan.end_sample),
                kind=str(plan.kind.value),
                overlaps=bool(plan.overlaps),
                offset_ms=_offset_ms(plan, tracks[plan.index], tracks[plan.index + 1]),
            )
            for plan in self._renderer.truth.transitions
            if 0 <= self._seconds(plan.start_sample) < end_seconds
        )

    def deeds(self, end_seconds: float) -> tuple[Deed, ...]:
        """Return what was done by a time, within tracks and from one to the next."""
        renderer, hops = self._renderer, round(end_seconds / HOP_SECONDS)
        used = techniques(renderer.truth, renderer.start_sample, hops)
        return tuple(
            Deed(technique.value, start * HOP_SECONDS, end * HOP_SECONDS)
            for technique, column in zip(Technique, used.T, strict=True)
            for start, end in _runs(column)
        )

    def _sample(self, seconds: float) -> float:
        return self._renderer.start_sample + seconds * SAMPLE_RATE_HZ

    def _seconds(self, sample: float) -> float:
        return (sample - self._renderer.start_sample) / SAMPLE_RATE_HZ

    def _alone(self, start_seconds: float, end_seconds: float) -> PlayedTrack | None:
        """Return the one track that sounds throughout a stretch; None where there are two."""
        truth = self._renderer.truth
        start, end = self._sample(max(0.0, start_seconds)), self._sample(end_seconds)
        for track in truth.tracks:
            entered = truth.transitions[track.index - 1] if track.index else None
            before = -np.inf if entered is None else max(entered.end_sample, entered.switch_sample)
            later = truth.transitions[track.index : track.index + 1]
            after = later[0].start_sample if later else np.inf
            if before <= start and end <= after:
                return track
        return None


def _runs(column: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield first and after-last index of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], column.astype(np.int8), [0]])))
    for start, end in edges.reshape(-1, 2):
        yield int(start), int(end)


def _section(track: PlayedTrack, sample: float) -> str:
    """Return the section in the listener's words: an outro is as bare as an intro."""
    section = track.plan.arrangement.section_at(track.bar_at(sample))
    return Section.INTRO.value if section.kind.value == _OUTRO else str(section.kind.value)


def _beats(track: PlayedTrack, end_sample: float) -> bool:
    """Tell whether a beat sounds throughout the window."""
    pulse = np.asarray(track.plan.arrangement.pulse)
    times = np.linspace(end_sample - WINDOW_SECONDS * SAMPLE_RATE_HZ, end_sample - 1, 21)
    bars = np.floor((times - track.origin_sample) / track.plan.bar_samples).astype(int)
    inside = (bars >= 0) & (bars < len(pulse))
    return bool(inside.all() and (pulse[bars] >= BEAT_PULSE).all())


def _offset_ms(plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack) -> float | None:
    """Return how far the nearest beats lie apart in the middle of an overlap."""
    if not plan.overlaps:
        return None
    middle = (plan.start_sample + plan.end_sample) / 2
    phases = [
        (middle - each.origin_sample) / each.plan.beat_samples for each in (outgoing, incoming)
    ]
    apart = phases[0] - phases[1]
    return float(abs(apart - round(apart)) * outgoing.plan.beat_samples * 1000 / SAMPLE_RATE_HZ)
