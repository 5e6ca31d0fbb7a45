"""A set without end: which tracks follow each other, how, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.messages import Genre
from training.simulator.arrangement import PHRASE_BARS, SectionKind
from training.simulator.channel import Channel, PlayedTrack, Roll
from training.simulator.flaws import (
    BROAD,
    Flaws,
    Skill,
    draw_flaws,
    without_overlap,
    without_silence,
)
from training.simulator.harmony import Key, key_distance
from training.simulator.randomness import pick, stream
from training.simulator.track import TEMPO_RANGES_BPM, TrackPlan, draw_track
from training.simulator.transitions import (
    TransitionKind,
    TransitionPlan,
    perform,
    sweep_up_and_back,
)

GENRES: Final = tuple(TEMPO_RANGES_BPM)
STRETCH: Final = 0.03
"""A track is played within so much of its genre's tempi."""


class EventKind(StrEnum):
    """What a DJ adds within a track."""

    ROLL = "roll"
    SWEEP = "sweep"


@dataclass(frozen=True, slots=True)
class Event:
    """Something done on purpose within a track."""

    kind: EventKind
    start_sample: float
    end_sample: float


@dataclass(slots=True)
class SetTruth:
    """What is true of a set; grows as the set is planned."""

    tracks: list[PlayedTrack] = field(default_factory=list)
    transitions: list[TransitionPlan] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SetStyle:
    """What kind of set is drawn.

    Attributes
    ----------
    genre
        The set's main genre; drawn where None.
    brisk
        Short edits with a transition every 60-90 s, rather than full tracks.
    skill
        How often what goes wrong.
    genre_changes
        Share of transitions into another genre.
    """

    genre: Genre | None = None
    brisk: bool = True
    skill: Skill = BROAD
    genre_changes: float = 0.1


class SetPlanner:
    """Plans a set, one track ahead of the playing.

    Parameters
    ----------
    seed
        Equal seeds and styles give equal sets.
    style
        What is drawn.
    """

    def __init__(self, seed: int, style: SetStyle) -> None:
        self.truth = SetTruth()
        self._seed = seed
        self._style = style
        rng = stream(seed, "dj")
        self._leaning = float(rng.normal())
        self._inventiveness = float(rng.uniform())
        self._genre = style.genre or pick(rng, GENRES)
        self._first()

    def _first(self) -> None:
        rng = stream(self._seed, "first")
        low, high = TEMPO_RANGES_BPM[self._genre]
        key = Key(int(rng.integers(12)), bool(rng.uniform() < 0.8))
        plan = draw_track(
            int(rng.integers(2**31)),
            self._genre,
            bpm=float(rng.uniform(low, high)),
            key=key,
            brisk=self._style.brisk,
        )
        lead_in_bars = PHRASE_BARS if plan.bpm < 126 else pick(rng, (8, 16))
        origin = -(plan.arrangement.outro_bar - lead_in_bars) * plan.bar_samples
        self.truth.tracks.append(PlayedTrack(0, plan, origin, 0.0, Channel()))

    def advance(self) -> TransitionPlan:
        """Plan the next track and the way to it; both are added to the truth."""
        index = len(self.truth.transitions)
        outgoing = self.truth.tracks[-1]
        kind, flaws, plan = self._draw(index, outgoing)
        start = outgoing.sample_of_bar(outgoing.plan.arrangement.outro_bar)
        start += flaws.phrase_error_beats * outgoing.plan.beat_samples
        entry_bar = 0 if kind.overlaps else plan.arrangement.first_drop_bar
        switch = start + flaws.silence_seconds * SAMPLE_RATE_HZ
        origin = switch + flaws.offset_ms * SAMPLE_RATE_HZ / 1000 - entry_bar * plan.bar_samples
        incoming = PlayedTrack(index + 1, plan, origin, flaws.level_db, Channel())
        transition = _timed(index, kind, flaws, outgoing, incoming, start)
        perform(transition, outgoing, incoming)
        self.truth.tracks.append(incoming)
        self.truth.transitions.append(transition)
        self._decorate(incoming, transition)
        return transition

    def _draw(self, index: int, outgoing: PlayedTrack) -> tuple[TransitionKind, Flaws, TrackPlan]:
        rng = stream(self._seed, "transition", index)
        genre = outgoing.plan.genre if rng.uniform() < 0.7 else self._genre
        if rng.uniform() < self._style.genre_changes:
            genre = pick(rng, GENRES)
        low, high = TEMPO_RANGES_BPM[genre]
        reachable = low * (1 - STRETCH) <= outgoing.plan.bpm <= high * (1 + STRETCH)
        kind = self._kind(rng, reachable=reachable)
        flaws = draw_flaws(stream(self._seed, "flaws", index), self._style.skill, self._leaning)
        flaws = without_silence(flaws) if kind.overlaps else without_overlap(flaws)
        if kind.overlaps:
            bpm = outgoing.plan.bpm * (1 + flaws.tempo_difference_percent / 100)
        else:
            bpm = float(np.clip(outgoing.plan.bpm * rng.normal(1.0, 0.03), low, high))
        key = outgoing.plan.key.moved_by_fifths(flaws.key_fifths)
        if rng.uniform() < 0.15:  # to the relative key, which shares all notes
            key = Key((key.tonic + (3 if key.minor else 9)) % 12, not key.minor)
        plan = draw_track(
            int(rng.integers(2**31)),
            genre,
            bpm=bpm,
            key=key,
            brisk=self._style.brisk,
            monotone=flaws.monotone,
        )
        return kind, flaws, plan

    def _kind(self, rng: np.random.Generator, *, reachable: bool) -> TransitionKind:
        """Draw how; inventive DJs blend less often, and too far a tempo cannot be blended."""
        adventurous = self._inventiveness
        weights = {
            TransitionKind.BLEND: 0.75 - 0.45 * adventurous if reachable else 0.0,
            TransitionKind.FILTER: 0.08 + 0.2 * adventurous if reachable else 0.0,
            TransitionKind.CUT: 0.1 + 0.1 * adventurous,
            TransitionKind.ECHO_OUT: 0.07 + 0.2 * adventurous,
        }
        return pick(rng, tuple(weights), tuple(weights.values()))

    def _decorate(self, played: PlayedTrack, entered: TransitionPlan) -> None:
        """Add rolls and sweeps into the ends of sections."""
        rng = stream(self._seed, "events", played.index)
        for section in played.plan.arrangement.sections[:-1]:
            end = played.sample_of_bar(section.end_bar)
            if section.kind is SectionKind.INTRO or rng.uniform() > 0.55 * self._inventiveness:
                continue
            kind = pick(rng, tuple(EventKind))
            bars = 1 if kind is EventKind.ROLL else 4
            start = end - bars * played.plan.bar_samples
            if start < max(entered.end_sample, entered.switch_sample):
                continue
            self.truth.events.append(Event(kind, start, end))
            if kind is EventKind.ROLL:
                half = start + 2 * played.plan.beat_samples
                beat = played.plan.beat_samples
                played.channel.rolls += [Roll(start, half, beat), Roll(half, end, beat / 4)]
            else:
                sweep_up_and_back(played, start, end)


def _timed(  # noqa: PLR0917 - the caller has just drawn all six
    index: int,
    kind: TransitionKind,
    flaws: Flaws,
    outgoing: PlayedTrack,
    incoming: PlayedTrack,
    start: float,
) -> TransitionPlan:
    bar = outgoing.plan.bar_samples
    arrangement = outgoing.plan.arrangement
    if kind.overlaps:
        left = arrangement.bars - outgoing.bar_at(start)
        bars = min(incoming.plan.arrangement.intro_bars, left)
        if kind is TransitionKind.FILTER:
            bars = min(bars, 2 * PHRASE_BARS)
        end, switch = start + bars * bar, start + round(0.5 * bars) * bar
    else:
        echo = 0.75 * 7 * outgoing.plan.beat_samples if kind is TransitionKind.ECHO_OUT else 0.0
        switch = start + flaws.silence_seconds * SAMPLE_RATE_HZ
        end = max(switch, start + echo)
    ratio = incoming.plan.bpm / outgoing.plan.bpm
    return TransitionPlan(
        index=index,
        kind=kind,
        start_sample=start,
        end_sample=end,
        switch_sample=switch,
        flaws=replace(flaws, clip_drive_db=flaws.clip_drive_db if kind.overlaps else 0.0),
        key_distance=key_distance(outgoing.plan.key, incoming.plan.key),
        tempo_ratio=float(2 ** ((np.log2(ratio) + 0.5) % 1 - 0.5)),
        level_step_db=incoming.trim_db - outgoing.trim_db,
    )
