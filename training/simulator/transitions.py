"""Transitions: which way leads from one track to the next, and when what happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.messages import TransitionKind
from training.simulator.arrangement import PHRASE_BARS, SectionKind
from training.simulator.channel import PlayedTrack
from training.simulator.flaws import Flaws
from training.simulator.harmony import key_distance
from training.simulator.track import TrackPlan

OVERLAPPING: Final = (
    TransitionKind.BLEND,
    TransitionKind.BASS_SWAP,
    TransitionKind.FILTER,
    TransitionKind.DOUBLE_DROP,
)
"""In these both tracks play together for bars; in the others one ends and the next begins."""

BLEND_BARS: Final = (8, 16, 32, 64)
ECHO_BEATS: Final = 0.75
ECHO_REPEATS: Final = 7
ROLL_BARS: Final = (4, 2, 1)
SPIN_BEATS: Final = 2
DOUBLE_DROP_LEAD_BARS: Final = 4
LEAST_HEARD_BARS: Final = 4
"""So long a track is heard alone, at least, before it double-drops."""

CLIPPED_BARS: Final = 4
"""So long the mixer stays in the red after a switch."""


@dataclass(frozen=True, slots=True)
class Draw:
    """How the DJ goes on to the next track, and what goes wrong."""

    kind: TransitionKind
    flaws: Flaws


Revise: TypeAlias = Callable[[int, Draw], Draw]
"""From the index of a transition and what was drawn for it to what shall be played instead."""


@dataclass(frozen=True, slots=True)
class TransitionPlan:
    """One transition and everything that is true of it.

    Attributes
    ----------
    index
        Counted from 0 within the set; it leads from track `index` to track `index + 1`.
    kind
        How it is done.
    start_sample, end_sample
        From the first gesture of it to the last sound of the outgoing track.
    switch_sample
        When the incoming track takes over.
    flaws
        What goes wrong.
    key_distance
        Of the two tracks, in fifths.
    tempo_ratio
        Incoming over outgoing tempo as played, folded to within an octave.
    level_step_db
        Incoming over outgoing level.
    clip_end_sample
        From the start up to here the mixer is in the red, if at all.
    """

    index: int
    kind: TransitionKind
    start_sample: float
    end_sample: float
    switch_sample: float
    flaws: Flaws
    key_distance: int
    tempo_ratio: float
    level_step_db: float
    clip_end_sample: float

    @property
    def overlaps(self) -> bool:
        """Whether both tracks play together for bars."""
        return self.kind in OVERLAPPING


@dataclass(frozen=True, slots=True)
class Timing:
    """When a transition happens, in samples of the set's clock.

    Attributes
    ----------
    start, switch, end
        As in `TransitionPlan`.
    cue_sample, cue_bar
        The incoming track's bar `cue_bar` should begin at `cue_sample`.
    """

    start: float
    switch: float
    end: float
    cue_sample: float
    cue_bar: int


def double_drop_bars(outgoing: PlayedTrack, free_sample: float) -> tuple[int, ...]:
    """Return the bars of a track at which another drop could join its own, the best first.

    Parameters
    ----------
    outgoing
        The track that plays.
    free_sample
        When the way into it is over.
    """
    earliest = free_sample + (LEAST_HEARD_BARS + DOUBLE_DROP_LEAD_BARS) * outgoing.plan.bar_samples
    bars = [
        bar
        for section in outgoing.plan.arrangement.sections
        if section.kind is SectionKind.DROP
        for bar in range(section.start_bar, section.end_bar, PHRASE_BARS)
        if outgoing.sample_of_bar(bar) >= earliest
    ]
    starts = outgoing.plan.arrangement.drop_bars
    return tuple(sorted(bars, key=lambda bar: (bar not in starts, -bar)))


def time_transition(
    draw: Draw,
    outgoing: PlayedTrack,
    incoming: TrackPlan,
    free_sample: float,
    rng: np.random.Generator,
) -> Timing:
    """Decide when everything happens.

    Parameters
    ----------
    draw
        The kind, and the flaws that move it.
    outgoing, incoming
        The two tracks.
    free_sample
        When the way into the outgoing track is over; nothing begins before.
    rng
        Draws the length.
    """
    patience = float(rng.uniform())
    late = draw.flaws.phrase_error_beats * outgoing.plan.beat_samples
    if draw.kind is TransitionKind.DOUBLE_DROP:
        return _double_drop(outgoing, incoming, free_sample, late)
    one = outgoing.sample_of_bar(outgoing.plan.arrangement.outro_bar) + late
    if draw.kind in OVERLAPPING:
        return _overlap(draw.kind, outgoing, incoming, one, patience)
    return _switch(draw, outgoing, incoming, one, free_sample)


def _double_drop(
    outgoing: PlayedTrack, incoming: TrackPlan, free_sample: float, late: float
) -> Timing:
    arrangement, bar_samples = outgoing.plan.arrangement, outgoing.plan.bar_samples
    bar = double_drop_bars(outgoing, free_sample)[0]
    together = min(2 * PHRASE_BARS, arrangement.section_at(bar).end_bar - bar)
    one = outgoing.sample_of_bar(bar) + late
    return Timing(
        start=one - DOUBLE_DROP_LEAD_BARS * bar_samples,
        switch=one + together // 2 * bar_samples,
        end=one + together * bar_samples,
        cue_sample=one,
        cue_bar=incoming.arrangement.first_drop_bar,
    )


def _overlap(
    kind: TransitionKind,
    outgoing: PlayedTrack,
    incoming: TrackPlan,
    one: float,
    patience: float,
) -> Timing:
    bar_samples = outgoing.plan.bar_samples
    intro_bars = incoming.arrangement.intro_bars
    longest = min(intro_bars, outgoing.plan.arrangement.bars - outgoing.plan.arrangement.outro_bar)
    if kind is TransitionKind.FILTER:
        longest = min(longest, 2 * PHRASE_BARS)
    lengths = [bars for bars in BLEND_BARS if bars <= longest]
    planned = lengths[-1] if patience < 0.7 else lengths[int(patience * 997) % len(lengths)]
    bars = min(planned, outgoing.plan.arrangement.bars - outgoing.bar_at(one))
    return Timing(
        start=one,
        switch=one + round(0.5 * bars) * bar_samples,
        end=one + bars * bar_samples,
        cue_sample=one,
        cue_bar=intro_bars - planned,  # so that its drop comes when the mix is done
    )


def _switch(
    draw: Draw, outgoing: PlayedTrack, incoming: TrackPlan, one: float, free_sample: float
) -> Timing:
    bar_samples, beat_samples = outgoing.plan.bar_samples, outgoing.plan.beat_samples
    switch = one + draw.flaws.silence_seconds * SAMPLE_RATE_HZ
    start, end = one, switch
    if draw.kind is TransitionKind.LOOP_ROLL:
        rolls = [bars for bars in ROLL_BARS if one - bars * bar_samples >= free_sample]
        start = one - (rolls or [ROLL_BARS[-1]])[0] * bar_samples
    elif draw.kind is TransitionKind.SCRATCH_IN:
        start = one - bar_samples
    elif draw.kind is TransitionKind.BACKSPIN:
        start = one - SPIN_BEATS * beat_samples
    elif draw.kind is TransitionKind.ECHO_OUT:
        end = max(switch, one + ECHO_BEATS * ECHO_REPEATS * beat_samples)
    return Timing(start, switch, end, switch, incoming.arrangement.first_drop_bar)


def planned_transition(
    index: int, draw: Draw, timing: Timing, outgoing: PlayedTrack, incoming: PlayedTrack
) -> TransitionPlan:
    """Return all that is true of a transition whose tracks and times are known."""
    ratio = incoming.plan.bpm / outgoing.plan.bpm
    red_end = timing.end
    if draw.kind not in OVERLAPPING:
        red_end = max(red_end, timing.switch + CLIPPED_BARS * incoming.plan.bar_samples)
    return TransitionPlan(
        index=index,
        kind=draw.kind,
        start_sample=timing.start,
        end_sample=timing.end,
        switch_sample=timing.switch,
        flaws=draw.flaws,
        key_distance=key_distance(outgoing.plan.key, incoming.plan.key),
        tempo_ratio=float(2 ** ((np.log2(ratio) + 0.5) % 1 - 0.5)),
        level_step_db=incoming.trim_db - outgoing.trim_db,
        clip_end_sample=red_end,
    )
