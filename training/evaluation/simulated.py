"""Sets of the simulator as sources: their sound, and what is true of each of their moments.

The simulator's style is named by words here and looked up when a set is rendered: a recipe that
asks for what this simulator does not have is refused with the name of what is absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import Enum
from functools import cached_property
from typing import Any, Final, Protocol, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigurationInvalid
from core.media import HOP_SAMPLES, HOP_SECONDS, SAMPLE_RATE_HZ, WINDOW_SECONDS
from core.messages import Section, Technique, TransitionKind
from training.evaluation.traces import Deed, TrueTransition, Truth, on_scale
from training.recipes import Recipe, drawn
from training.simulator import Draw, Flaws, SetRenderer, SetStyle
from training.simulator.channel import Channel, PlayedTrack
from training.simulator.courses import techniques
from training.simulator.deck import Deck
from training.simulator.labels import Labels
from training.simulator.nuisance import NuisanceChain
from training.simulator.track import render_track
from training.simulator.transitions import TransitionPlan

Audio = NDArray[np.float32]

BITRATE_BPS: Final = 192_000
"""Of what is not drawn with a bitrate: all sound goes through Opus, as on its way to a server."""

BEAT_PULSE: Final = 0.5
"""How clearly every bar of a window must mark the beat, 0-1, for its tempo to be asked for."""

_OUTRO: Final = "outro"


class Source(Protocol):
    """Where a set's sound comes from, and what is true of it."""

    def open(self) -> Playing:
        """Begin to play."""
        ...


class Playing(Protocol):
    """A set while it plays. What is true of it can be asked for once it has been played."""

    bitrate_bps: int
    """Of the Opus stream in which it reaches the server."""

    @property
    def genre(self) -> str:
        """Main genre, a `core.messages.Genre`."""
        ...

    def blocks(self) -> Iterator[Audio]:
        """Yield blocks of shape (HOP_SAMPLES, 2) at 48 kHz."""
        ...

    def truth(self, start_seconds: float, end_seconds: float) -> Truth:
        """Return what is true of a window; seconds from the first sound."""
        ...

    def transitions(self, end_seconds: float) -> tuple[TrueTransition, ...]:
        """Return the transitions begun by a time."""
        ...

    def deeds(self, end_seconds: float) -> tuple[Deed, ...]:
        """Return what was done on purpose by a time."""
        ...


@dataclass(frozen=True, slots=True)
class StyleWords:
    """Fields of the simulator's `SetStyle` by word; None leaves what the recipe draws."""

    genre: str | None = None
    family: str | None = None
    effects: str | None = None
    combinations: str | None = None
    spam: bool | None = None

    def style(self, drawn: SetStyle | None = None) -> SetStyle:
        """Return a style, or one that was drawn, with these fields.

        Raises
        ------
        ConfigurationInvalid
            If the simulator lacks a field or a value.
        """
        hints = get_type_hints(SetStyle)
        chosen: dict[str, Any] = {}
        for field in fields(self):
            word = getattr(self, field.name)
            if word is None:
                continue
            if field.name not in hints:
                raise ConfigurationInvalid(
                    f"The simulator's SetStyle has no field `{field.name}`, which this recipe "
                    f"sets to {word!r}: examine it with a simulator that has."
                )
            chosen[field.name] = _valued(field.name, word, hints[field.name])
        return replace(drawn or SetStyle(), **chosen)


def _valued(name: str, word: str | bool, hint: Any) -> object:  # noqa: ANN401 - an annotation
    """Return the value that a field of such a type has under a word."""
    for kind in (hint, *get_args(hint)):
        if isinstance(word, str) and isinstance(kind, type) and issubclass(kind, Enum):
            if word in [member.value for member in kind]:
                return kind(word)
            if word.upper() in kind.__members__:
                return kind[word.upper()]
            raise ConfigurationInvalid(f"The simulator's SetStyle.{name} cannot be {word!r}.")
    return word


@dataclass(frozen=True, slots=True)
class Revision:
    """Makes every transition of a set flawless, all but one flaw of one of them.

    Attributes
    ----------
    kind
        Of all transitions; None leaves each as drawn.
    flaw
        Field of the simulator's `Flaws`; None leaves the set flawless.
    size
        Its value, a truth value being 1 or 0.
    transition
        Which one gets it.
    """

    kind: str | None = None
    flaw: str | None = None
    size: float = 0.0
    transition: int = 0

    def __call__(self, index: int, draw: Draw) -> Draw:
        """Return the draw of transition `index`, revised."""
        flaws = Flaws()
        if self.flaw is not None and index == self.transition:
            usual = getattr(flaws, self.flaw)
            size: dict[str, Any] = {self.flaw: type(usual)(self.size)}
            flaws = replace(flaws, **size)
        return Draw(draw.kind if self.kind is None else TransitionKind(self.kind), flaws)


@dataclass(frozen=True, slots=True)
class Simulated:
    """A set of the simulator's usual style, straight from the mixer.

    Attributes
    ----------
    revision
        What is changed in its transitions.
    """

    seed: int
    style: StyleWords = StyleWords()
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
    style: StyleWords = StyleWords()

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


@dataclass(frozen=True, slots=True)
class TrackAlone:
    """The first track of a set from its own beginning, over and over, without any mixing.

    Attributes
    ----------
    intro_only
        Of its sections the intro alone.
    """

    seed: int
    style: StyleWords = StyleWords()
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
