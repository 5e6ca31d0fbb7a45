"""What a DJ's hands do on the two channels of a transition."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.messages import TransitionKind
from training.simulator.channel import PlayedTrack, Roll
from training.simulator.echoes import Echo
from training.simulator.filters import FILTER_OPEN_HZ
from training.simulator.transitions import (
    ECHO_BEATS,
    ECHO_REPEATS,
    SPIN_BEATS,
    TransitionPlan,
)
from training.simulator.turntable import backspin, scratched

FADE_SAMPLES: Final = 240
SWEEP_HIGH_HZ: Final = 1_400.0
SWEEP_LOW_HZ: Final = 280.0
SWEEP_POINTS: Final = 12
FADE_POINTS: Final = 9

Points = list[tuple[float, float]]


def perform(plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack) -> None:
    """Write a transition's gestures onto both channels."""
    if not plan.overlaps:
        _switch(plan, outgoing, incoming)
    elif plan.kind is TransitionKind.BLEND:
        _blend(plan, outgoing, incoming)
    elif plan.kind is TransitionKind.BASS_SWAP:
        _bass_swap(plan, outgoing, incoming)
    elif plan.kind is TransitionKind.FILTER:
        _filter(plan, outgoing, incoming)
    else:
        _double_drop(plan, outgoing, incoming)


def _blend(plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack) -> None:
    start, end = plan.start_sample, plan.end_sample
    length = end - start
    incoming.channel.fader.add(_faded_in(start, start + 0.7 * length))
    outgoing.channel.fader.add(_faded_out(start + 0.3 * length, end))
    _share_bass(plan, outgoing, incoming, ramp=0.4 * length)


def _bass_swap(plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack) -> None:
    start, end = plan.start_sample, plan.end_sample
    length = end - start
    incoming.channel.fader.add(_faded_in(start, start + 0.25 * length))
    outgoing.channel.fader.add(_faded_out(start + 0.75 * length, end))
    _share_bass(plan, outgoing, incoming, ramp=outgoing.plan.beat_samples)


def _filter(plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack) -> None:
    start, end = plan.start_sample, plan.end_sample
    length = end - start
    incoming.channel.fader.add(_faded_in(start, start + 0.3 * length))
    outgoing.channel.fader.add(_faded_out(start + 0.6 * length, end))
    incoming.channel.lowpass_hz.add(
        sweep(start, start + 0.8 * length, SWEEP_LOW_HZ, FILTER_OPEN_HZ["lowpass"])
    )
    outgoing.channel.highpass_hz.add(sweep(start, end, FILTER_OPEN_HZ["highpass"], SWEEP_HIGH_HZ))
    _share_bass(plan, outgoing, incoming, ramp=outgoing.plan.beat_samples)


def _double_drop(plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack) -> None:
    start, end = plan.start_sample, plan.end_sample
    beat = outgoing.plan.beat_samples
    one = incoming.sample_of_bar(incoming.plan.arrangement.first_drop_bar)
    incoming.channel.fader.add([(start, 0.0), (one - beat, 0.6), (one, 1.0)])
    outgoing.channel.fader.add(_faded_out(end - 8 * beat, end))
    _share_bass(plan, outgoing, incoming, ramp=beat)


def _share_bass(
    plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack, ramp: float
) -> None:
    """Hand the bass over at the switch: one at a time, unless the flaws say otherwise."""
    start, end, swap = plan.start_sample, plan.end_sample, plan.switch_sample
    beat, second = outgoing.plan.beat_samples, plan.flaws.bass_overlap
    hole = min(plan.flaws.bass_hole_beats * beat, end - start)
    if hole <= 0:
        begins, ends = swap - ramp, swap
        incoming.channel.bass.add([(start, second), (begins, second), (ends, 1.0)])
        outgoing.channel.bass.add([(begins, 1.0), (ends, second), (end, second)])
        return
    begins = max(start + FADE_SAMPLES, min(swap, end - FADE_SAMPLES) - hole)
    ends = min(begins + hole, end)
    fall = [(begins, 0.0), (ends - FADE_SAMPLES, 0.0)]
    incoming.channel.bass.add([(start, second), (begins - FADE_SAMPLES, second), *fall])
    incoming.channel.bass.add([(ends, 1.0)])
    outgoing.channel.bass.add([(begins - FADE_SAMPLES, 1.0), *fall, (ends, second)])


def _switch(plan: TransitionPlan, outgoing: PlayedTrack, incoming: PlayedTrack) -> None:
    """Let one track end and the other begin, with a flourish before or after."""
    beat = outgoing.plan.beat_samples
    released = incoming.sample_of_bar(incoming.plan.arrangement.first_drop_bar)
    cut = plan.switch_sample - plan.flaws.silence_seconds * SAMPLE_RATE_HZ
    opens, fade = min(plan.switch_sample, released), float(FADE_SAMPLES)
    if plan.kind is TransitionKind.ECHO_OUT:
        outgoing.channel.echoes.append(Echo(cut, ECHO_BEATS * beat, 0.62, ECHO_REPEATS))
    elif plan.kind is TransitionKind.LOOP_ROLL:
        outgoing.channel.rolls += closing_rolls(plan.start_sample, cut)
        outgoing.channel.highpass_hz.add(
            sweep(plan.start_sample, cut, FILTER_OPEN_HZ["highpass"], 400.0)
        )
    elif plan.kind is TransitionKind.BACKSPIN:
        fade = 0.4 * beat
        outgoing.channel.hands.append(backspin(cut - SPIN_BEATS * beat, cut))
    elif plan.kind is TransitionKind.SCRATCH_IN:
        opens = plan.start_sample
        hand, gate = scratched(opens, min(cut, released), released, beat, style=plan.index)
        incoming.channel.hands.append(hand)
        incoming.channel.gate.add(gate)
    outgoing.channel.fader.add([(cut - fade, 1.0), (cut, 0.0)])
    incoming.channel.fader.add([(opens - FADE_SAMPLES, 0.0), (opens, 1.0)])
    if plan.flaws.bass_hole_beats > 0:
        back = plan.switch_sample + plan.flaws.bass_hole_beats * incoming.plan.beat_samples
        incoming.channel.bass.add([(opens, 0.0), (back - FADE_SAMPLES, 0.0), (back, 1.0)])


def closing_rolls(start: float, end: float) -> list[Roll]:
    """Return a loop that is halved three times: twice each of a 1, 1/2, 1/4 and 1/8.

    Over four bars the first loop is one bar long; over less, everything is shorter.
    """
    rolls = []
    length, position = (end - start) / 4, start
    for _ in range(3):
        rolls.append(Roll(position, position + 2 * length, length, start))
        position += 2 * length
        length /= 2
    rolls.append(Roll(position, end, length, start))
    return rolls


def sweep(start: float, end: float, from_hz: float, to_hz: float) -> Points:
    """Return points of a sweep that is even in octaves."""
    samples = np.linspace(start, end, SWEEP_POINTS)
    values = np.geomspace(from_hz, to_hz, SWEEP_POINTS)
    return [(float(sample), float(value)) for sample, value in zip(samples, values, strict=True)]


def _faded_in(start: float, end: float) -> Points:
    """Return a fade along a quarter of a sine: with its mirror it keeps the power."""
    samples = np.linspace(start, end, FADE_POINTS)
    values = np.sin(np.linspace(0, np.pi / 2, FADE_POINTS))
    return [(float(sample), float(value)) for sample, value in zip(samples, values, strict=True)]


def _faded_out(start: float, end: float) -> Points:
    rising = _faded_in(start, end)
    samples = [sample for sample, _ in rising]
    values = [value for _, value in reversed(rising)]
    return list(zip(samples, values, strict=True))
