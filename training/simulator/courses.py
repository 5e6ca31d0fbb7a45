"""What is true of a set hop by hop: how it drives, in which section it is, what is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Section, Technique, TransitionKind
from training.simulator.arrangement import SectionKind
from training.simulator.channel import PlayedTrack
from training.simulator.set_plan import SetTruth
from training.simulator.stems import StemLevels
from training.simulator.transitions import TransitionPlan
from training.simulator.verdicts import at_bars

_SECTIONS: Final = {
    SectionKind.INTRO: Section.INTRO,
    SectionKind.OUTRO: Section.INTRO,
    SectionKind.BREAK: Section.BREAK,
    SectionKind.BUILD: Section.BUILD,
    SectionKind.DROP: Section.DROP,
}
_OF_KINDS: Final = {
    TransitionKind.ECHO_OUT: Technique.ECHO_OUT,
    TransitionKind.FILTER: Technique.FILTER_SWEEP,
    TransitionKind.LOOP_ROLL: Technique.LOOP_ROLL,
    TransitionKind.DOUBLE_DROP: Technique.DOUBLE_DROP,
    TransitionKind.SCRATCH_IN: Technique.SCRATCH,
    TransitionKind.BACKSPIN: Technique.BACKSPIN,
}
LEAST_SHARE: Final = 0.15
"""A technique is used in a hop if it fills so much of it."""


def drive_and_pulse(truth: SetTruth, start_sample: float, hops: int) -> NDArray[np.float64]:
    """Return how hard each hop drives and how clearly it marks the beat, shape (2, hops), 0-1."""
    parts = 4
    times = start_sample + (np.arange(hops * parts) + 0.5) * HOP_SAMPLES / parts
    levels = np.zeros((2, hops * parts))
    for track in truth.tracks:
        arrangement, channel = track.plan.arrangement, track.channel
        trim = min(10 ** (track.trim_db / 20), 1.0)
        gain = trim * channel.fader.at(times) * channel.gate.at(times)
        bass = 0.5 + 0.5 * np.minimum(channel.bass.at(times), 1.0)
        drive = gain * bass * at_bars(track, arrangement.drive, times)
        pulse = gain * at_bars(track, arrangement.pulse, times)
        levels = np.maximum(levels, np.stack((drive, pulse)))
    means = levels.reshape(2, hops, parts).mean(axis=2)
    return np.asarray(np.clip(means, 0.0, 1.0))


def sections(
    truth: SetTruth, stems: StemLevels, start_sample: float, hops: int
) -> NDArray[np.int64]:
    """Return the section of the louder track in each hop, shape (hops,), an index of `Section`."""
    order = tuple(Section)
    found = np.zeros(hops, dtype=np.int64)
    for hop in range(hops):
        begin = start_sample + hop * HOP_SAMPLES
        levels = stems.between(begin, begin + HOP_SAMPLES)
        if not levels:
            continue
        louder = max(levels, key=lambda index: float(levels[index].wet.sum()))
        track: PlayedTrack = truth.tracks[louder]
        section = track.plan.arrangement.section_at(track.bar_at(begin + HOP_SAMPLES / 2))
        found[hop] = order.index(_SECTIONS[section.kind])
    return found


def techniques(truth: SetTruth, start_sample: float, hops: int) -> NDArray[np.bool_]:
    """Return which techniques each hop holds, shape (hops, techniques), as in `Technique`."""
    order = tuple(Technique)
    used = np.zeros((hops, len(order)), dtype=np.bool_)
    starts = start_sample + np.arange(hops) * HOP_SAMPLES
    for technique, begin, end in _uses(truth):
        overlap = np.minimum(starts + HOP_SAMPLES, end) - np.maximum(starts, begin)
        used[overlap >= LEAST_SHARE * HOP_SAMPLES, order.index(technique)] = True
    return used


def _uses(truth: SetTruth) -> Iterator[tuple[Technique, float, float]]:
    for event in truth.events:
        yield event.kind, event.start_sample, event.end_sample
    for plan in truth.transitions:
        technique = _OF_KINDS.get(plan.kind)
        if technique is not None:
            yield technique, plan.start_sample, _technique_end(plan)


def _technique_end(plan: TransitionPlan) -> float:
    """Return when a transition's own technique is over."""
    end = plan.end_sample
    if plan.kind in (TransitionKind.LOOP_ROLL, TransitionKind.SCRATCH_IN, TransitionKind.BACKSPIN):
        end = plan.switch_sample
    return max(end, plan.start_sample + 0.25 * SAMPLE_RATE_HZ)
