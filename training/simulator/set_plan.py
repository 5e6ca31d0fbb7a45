"""A set without end: which tracks follow each other, how, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.messages import Genre, TransitionKind
from training.simulator.arrangement import PHRASE_BARS, Pace
from training.simulator.channel import PlayedTrack, channel_of
from training.simulator.effects import Effects, draw_mixer
from training.simulator.family import Family
from training.simulator.flaws import BROAD, Combinations, Skill, draw_flaws
from training.simulator.gestures import perform
from training.simulator.harmony import Key
from training.simulator.randomness import pick, stream
from training.simulator.track import TEMPO_RANGES_BPM, TrackPlan, draw_track, tempo_range_bpm
from training.simulator.transitions import (
    OVERLAPPING,
    Draw,
    Revise,
    TransitionPlan,
    double_drop_bars,
    planned_transition,
    time_transition,
)
from training.simulator.tricks import Event, play_tricks, spam_tricks

GENRES: Final = tuple(TEMPO_RANGES_BPM)
STRETCH: Final = 0.03
"""A track is played within so much of its genre's tempi."""

OPENING_SECONDS: Final = 10.0
"""So long nothing is done at the start of a set."""

RELATIVE_KEYS: Final = 0.15
"""Share of transitions to the relative key, which shares all notes."""

REPEATED_WITHIN: Final = 3
"""A track that comes again was one of so many before the last."""


@dataclass(slots=True)
class SetTruth:
    """What is true of a set; grows as the set is planned, which is before it sounds."""

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
    pace
        How long each track is played.
    skill
        How often what goes wrong.
    genre_changes
        Share of transitions into another genre.
    combinations
        Which flaws may come together.
    family
        Which studio made the records.
    effects
        Whose mixer the DJ plays on.
    tricks
        Scales how much is done within the tracks.
    spam
        One trick after the other, off the beat.
    """

    genre: Genre | None = None
    pace: Pace = Pace.BRISK
    skill: Skill = BROAD
    genre_changes: float = 0.1
    combinations: Combinations = Combinations.ALL
    family: Family = Family.STUDIO
    effects: Effects = Effects.FIRST
    tricks: float = 1.0
    spam: bool = False


class SetPlanner:
    """Plans a set, one track ahead of the playing.

    Parameters
    ----------
    seed
        Equal seeds and styles give equal sets.
    style
        What is drawn.
    revise
        May replace what was drawn for a transition; the music stays the same.
    """

    def __init__(self, seed: int, style: SetStyle, *, revise: Revise | None = None) -> None:
        self.truth = SetTruth()
        self._seed = seed
        self._style = style
        self._revise = revise or (lambda _, draw: draw)
        rng = stream(seed, "dj")
        self._leaning = float(rng.normal())
        self._inventiveness = float(rng.uniform())
        self._genre = style.genre or pick(rng, GENRES)
        self._mixer = draw_mixer(stream(seed, "mixer"), style.effects)
        self._first()

    @property
    def free_sample(self) -> float:
        """When the newest track has the floor to itself."""
        if not self.truth.transitions:
            return OPENING_SECONDS * SAMPLE_RATE_HZ
        entered = self.truth.transitions[-1]
        return max(entered.end_sample, entered.switch_sample)

    def _first(self) -> None:
        rng = stream(self._seed, "first")
        low, high = tempo_range_bpm(self._genre, self._style.family)
        key = Key(int(rng.integers(12)), bool(rng.uniform() < 0.8))
        plan = draw_track(
            int(rng.integers(2**31)),
            self._genre,
            bpm=float(rng.uniform(low, high)),
            key=key,
            pace=self._style.pace,
            family=self._style.family,
        )
        lead_in_bars = PHRASE_BARS if plan.bpm < 126 else pick(rng, (8, 16))
        origin = -(plan.arrangement.outro_bar - lead_in_bars) * plan.bar_samples
        self.truth.tracks.append(PlayedTrack(0, plan, origin, 0.0, channel_of(self._mixer)))

    def advance(self) -> TransitionPlan:
        """Plan the rest of the newest track, the next one and the way to it.

        All are added to the truth.
        """
        index, free = len(self.truth.transitions), self.free_sample
        outgoing = self.truth.tracks[-1]
        draw, plan = self._draw(index, outgoing, free)
        timing = time_transition(draw, outgoing, plan, free, stream(self._seed, "length", index))
        late = draw.flaws.offset_ms * SAMPLE_RATE_HZ / 1000
        origin = timing.cue_sample + late - timing.cue_bar * plan.bar_samples
        incoming = PlayedTrack(
            index + 1, plan, origin, draw.flaws.level_db, channel_of(self._mixer)
        )
        transition = planned_transition(index, draw, timing, outgoing, incoming)
        self._decorate(outgoing, free, transition.start_sample)
        perform(transition, outgoing, incoming)
        self.truth.tracks.append(incoming)
        self.truth.transitions.append(transition)
        return transition

    def _draw(self, index: int, outgoing: PlayedTrack, free: float) -> tuple[Draw, TrackPlan]:
        """Draw how the DJ goes on, and to which track.

        Whatever is revised, the same numbers are drawn, so that the music stays the same.
        """
        rng = stream(self._seed, "transition", index)
        genre = outgoing.plan.genre if rng.uniform() < 0.7 else self._genre
        if rng.uniform() < self._style.genre_changes:
            genre = pick(rng, GENRES)
        draw = self._drawn(index, outgoing, genre, free)
        low, high = tempo_range_bpm(genre, self._style.family)
        bpm = float(np.clip(outgoing.plan.bpm * rng.normal(1.0, 0.03), low, high))
        if draw.kind in OVERLAPPING:
            bpm = outgoing.plan.bpm * (1 + draw.flaws.tempo_difference_percent / 100)
        key = outgoing.plan.key.moved_by_fifths(draw.flaws.key_fifths)
        if rng.uniform() < RELATIVE_KEYS:
            key = Key((key.tonic + (3 if key.minor else 9)) % 12, not key.minor)
        seed = int(rng.integers(2**31))
        if draw.flaws.repeat:
            known = self._played_before(index)
            seed, genre, key = known.seed, known.genre, known.key
        plan = draw_track(
            seed,
            genre,
            bpm=bpm,
            key=key,
            pace=self._style.pace,
            monotone=draw.flaws.monotone,
            family=self._style.family,
        )
        return draw, plan

    def _drawn(self, index: int, outgoing: PlayedTrack, genre: Genre, free: float) -> Draw:
        low, high = tempo_range_bpm(genre, self._style.family)
        reachable = low * (1 - STRETCH) <= outgoing.plan.bpm <= high * (1 + STRETCH)
        joined = double_drop_bars(outgoing, free)
        kind = self._kind(
            stream(self._seed, "kind", index),
            reachable=reachable,
            drops=bool(joined) and joined[0] in outgoing.plan.arrangement.drop_bars,
        )
        flaws = draw_flaws(
            (self._seed, index),
            self._style.skill,
            self._leaning,
            overlapping=kind in OVERLAPPING,
            combinations=self._style.combinations,
        )
        revised = self._revise(index, Draw(kind, flaws))
        kind = revised.kind
        if kind is TransitionKind.DOUBLE_DROP and not joined:
            kind = TransitionKind.BASS_SWAP  # there is no drop left to join
        return Draw(kind, revised.flaws.possible(overlapping=kind in OVERLAPPING))

    def _played_before(self, index: int) -> TrackPlan:
        """Return a track that was played lately; the last one only where there is no other.

        Which one does not depend on keys, for those may be revised.
        """
        earlier = self.truth.tracks[-1 - REPEATED_WITHIN : -1] or self.truth.tracks
        return pick(stream(self._seed, "repeat", index), earlier).plan

    def _kind(self, rng: np.random.Generator, *, reachable: bool, drops: bool) -> TransitionKind:
        """Draw how; inventive DJs blend less often, and too far a tempo cannot be blended."""
        adventurous = self._inventiveness
        weights = {
            TransitionKind.BLEND: 0.36 - 0.22 * adventurous if reachable else 0.0,
            TransitionKind.BASS_SWAP: 0.34 - 0.16 * adventurous if reachable else 0.0,
            TransitionKind.FILTER: 0.07 + 0.08 * adventurous if reachable else 0.0,
            TransitionKind.DOUBLE_DROP: 0.08 + 0.17 * adventurous if reachable and drops else 0.0,
            TransitionKind.CUT: 0.08 + 0.04 * adventurous,
            TransitionKind.ECHO_OUT: 0.05 + 0.06 * adventurous,
            TransitionKind.LOOP_ROLL: 0.04 + 0.06 * adventurous,
            TransitionKind.SCRATCH_IN: 0.03 + 0.06 * adventurous,
            TransitionKind.BACKSPIN: 0.03 + 0.06 * adventurous,
        }
        return pick(rng, tuple(weights), tuple(weights.values()))

    def _decorate(self, played: PlayedTrack, start: float, end: float) -> None:
        """Play tricks while a track has the floor to itself."""
        rng = stream(self._seed, "events", played.index)
        if self._style.spam:
            tricks = spam_tricks(played, start, end, rng)
        else:
            eagerness = self._style.tricks * self._inventiveness
            tricks = play_tricks(played, start, end, rng, eagerness)
        self.truth.events.extend(tricks)
