"""Transitions: what a DJ's hands do from one track to the next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from core.media import SAMPLE_RATE_HZ
from training.simulator.channel import Echo, PlayedTrack
from training.simulator.filters import FILTER_OPEN_HZ
from training.simulator.flaws import Flaws


class TransitionKind(StrEnum):
    """Ways from one track to the next."""

    BLEND = "blend"
    CUT = "cut"
    ECHO_OUT = "echo_out"
    FILTER = "filter"

    @property
    def overlaps(self) -> bool:
        """Whether both tracks play together for bars."""
        return self in (TransitionKind.BLEND, TransitionKind.FILTER)


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
        From the first sound of the incoming to the last of the outgoing track.
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


FADE_SAMPLES: Final = 240
SWEEP_HIGH_HZ: Final = 1_400.0
SWEEP_LOW_HZ: Final = 280.0
SWEEP_POINTS: Final = 12


def perform(plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack) -> None:
    """Write a transition's gestures onto both channels."""
    if plan.kind is TransitionKind.BLEND:
        _blend(plan, outgoing, incoming)
    elif plan.kind is TransitionKind.FILTER:
        _filter(plan, outgoing, incoming)
    else:
        _switch(plan, outgoing, incoming)


def _blend(plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack) -> None:
    start, end, swap = plan.start_sample, plan.end_sample, plan.switch_sample
    length = end - start
    beat = outgoing.plan.beat_samples
    if plan.flaws.bass_overlap:
        incoming.channel.fader.add([(start, 0.0), (start + 0.15 * length, 0.95), (swap, 1.0)])
        outgoing.channel.fader.add([(end - 0.15 * length, 1.0), (end, 0.0)])
        return
    incoming.channel.fader.add([(start, 0.0), (start + 0.35 * length, 0.85), (swap, 1.0)])
    outgoing.channel.fader.add([(swap, 1.0), (start + 0.7 * length, 0.8), (end, 0.0)])
    incoming.channel.bass.add([(start, 0.0), (swap - beat, 0.0), (swap, 1.0)])
    outgoing.channel.bass.add([(swap - beat, 1.0), (swap, 0.0), (end, 0.0)])


def _filter(plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack) -> None:
    start, end = plan.start_sample, plan.end_sample
    length = end - start
    incoming.channel.fader.add([(start, 0.0), (start + 0.3 * length, 0.9), (end, 1.0)])
    outgoing.channel.fader.add([(start + 0.6 * length, 1.0), (end, 0.0)])
    incoming.channel.lowpass_hz.add(
        _sweep(start, start + 0.8 * length, SWEEP_LOW_HZ, FILTER_OPEN_HZ["lowpass"])
    )
    outgoing.channel.highpass_hz.add(_sweep(start, end, FILTER_OPEN_HZ["highpass"], SWEEP_HIGH_HZ))
    if not plan.flaws.bass_overlap:
        swap, beat = plan.switch_sample, outgoing.plan.beat_samples
        incoming.channel.bass.add([(start, 0.0), (swap - beat, 0.0), (swap, 1.0)])
        outgoing.channel.bass.add([(swap - beat, 1.0), (swap, 0.0)])


def _switch(plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack) -> None:
    cut, entry = plan.start_sample, plan.switch_sample
    outgoing.channel.fader.add([(cut - FADE_SAMPLES, 1.0), (cut, 0.0)])
    incoming.channel.fader.add([(entry - FADE_SAMPLES, 0.0), (entry, 1.0)])
    if plan.kind is TransitionKind.ECHO_OUT:
        outgoing.channel.echo = Echo(
            cut_sample=cut,
            length_samples=0.75 * outgoing.plan.beat_samples,
            feedback=0.62,
            repeats=7,
        )


def sweep_up_and_back(played: PlayedTrack, start: float, end: float) -> None:
    """Turn the high-pass up over a stretch and let it fall at the end."""
    played.channel.highpass_hz.add(
        _sweep(start, end - 0.02 * SAMPLE_RATE_HZ, FILTER_OPEN_HZ["highpass"], 700.0)
    )
    played.channel.highpass_hz.add([(end, FILTER_OPEN_HZ["highpass"])])


def _sweep(start: float, end: float, from_hz: float, to_hz: float) -> list[tuple[float, float]]:
    """Return points of a sweep that is even in octaves."""
    samples = np.linspace(start, end, SWEEP_POINTS)
    values = np.geomspace(from_hz, to_hz, SWEEP_POINTS)
    return [(float(sample), float(value)) for sample, value in zip(samples, values, strict=True)]
