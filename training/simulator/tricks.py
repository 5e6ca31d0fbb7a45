"""What a DJ adds within a track: rolls, sweeps, throws, scratches, stutters and backspins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.messages import Technique
from training.simulator.arrangement import PHRASE_BARS
from training.simulator.channel import PlayedTrack, Roll
from training.simulator.echoes import Echo
from training.simulator.filters import FILTER_OPEN_HZ
from training.simulator.gestures import sweep
from training.simulator.randomness import pick
from training.simulator.turntable import CLICK_SAMPLES, backspin, scratched

_SHARES: Final = {
    Technique.LOOP_ROLL: 0.25,
    Technique.FILTER_SWEEP: 0.25,
    Technique.ECHO_OUT: 0.15,
    Technique.STUTTER: 0.13,
    Technique.SCRATCH: 0.12,
    Technique.BACKSPIN: 0.1,
}
_BEATS: Final[dict[Technique, tuple[int, ...]]] = {
    Technique.LOOP_ROLL: (2, 4),
    Technique.FILTER_SWEEP: (8, 16),
    Technique.ECHO_OUT: (1, 2),
    Technique.STUTTER: (1, 2),
    Technique.SCRATCH: (2, 4),
    Technique.BACKSPIN: (1, 2),
}
"""How long each may take; it ends where the next phrase begins."""

AT_SECTIONS: Final = 0.5
AT_PHRASES: Final = 0.22
"""How often something is done at the end of a section, and at the end of another phrase."""

FUMBLED: Final = 0.08
"""Share of tricks that come off the beat."""

SPAM_PAUSE_BEATS: Final = (0.3, 3.0)


@dataclass(frozen=True, slots=True)
class Event:
    """Something done on purpose within a track.

    Attributes
    ----------
    kind
        What.
    start_sample, end_sample
        On the set's clock.
    on_grid
        Whether it keeps to the beat and ends with a phrase.
    """

    kind: Technique
    start_sample: float
    end_sample: float
    on_grid: bool = True


def play_tricks(
    played: PlayedTrack, start: float, end: float, rng: np.random.Generator, eagerness: float
) -> Iterator[Event]:
    """Play tricks at the ends of phrases, and say which.

    Parameters
    ----------
    played
        The track; its channel is changed.
    start, end
        When it has the floor to itself, in samples of the set's clock.
    rng
        Draws as many numbers for a phrase without a trick as for one with.
    eagerness
        Scales how many.
    """
    arrangement, beat = played.plan.arrangement, played.plan.beat_samples
    borders = {section.end_bar for section in arrangement.sections}
    free = start
    for bar in range(PHRASE_BARS, arrangement.outro_bar + 1, PHRASE_BARS):
        likely = AT_SECTIONS if bar in borders else AT_PHRASES
        wanted = rng.uniform() < eagerness * likely
        kind = pick(rng, tuple(_SHARES), tuple(_SHARES.values()))
        length = pick(rng, _BEATS[kind]) * beat
        fumble = rng.uniform(0.2, 0.45) * beat if rng.uniform() < FUMBLED else 0.0
        style = int(rng.integers(12))
        ends = played.sample_of_bar(bar) - fumble
        if wanted and ends - length >= free and ends <= end:
            _play(kind, played, ends - length, ends, style)
            yield Event(kind, ends - length, ends, on_grid=fumble == 0.0)
            free = ends + beat


def spam_tricks(
    played: PlayedTrack, start: float, end: float, rng: np.random.Generator
) -> Iterator[Event]:
    """Play one trick after the other, without regard to beat or phrase."""
    beat = played.plan.beat_samples
    position = max(start, played.origin_sample)
    while True:
        position += float(rng.uniform(*SPAM_PAUSE_BEATS)) * beat
        kind = pick(rng, tuple(_SHARES))
        length = float(rng.uniform(*_BEATS[kind])) * beat
        style = int(rng.integers(12))
        if position + length > end:
            return
        _play(kind, played, position, position + length, style)
        yield Event(kind, position, position + length, on_grid=False)
        position += length


def _play(kind: Technique, played: PlayedTrack, start: float, end: float, style: int) -> None:
    """Write a trick's gestures onto the channel; the record goes on underneath meanwhile."""
    channel, beat = played.channel, played.plan.beat_samples
    if kind is Technique.LOOP_ROLL:
        half = (start + end) / 2
        channel.rolls += [
            Roll(start, half, min(beat, half - start)),
            Roll(half, end, beat / (2, 4, 4)[style % 3]),
        ]
    elif kind is Technique.STUTTER:
        _stutter(played, start, end)
    elif kind is Technique.FILTER_SWEEP:
        _sweep_and_back(played, start, end, low=style % 3 == 0)
    elif kind is Technique.ECHO_OUT:
        channel.gate.add([(start - CLICK_SAMPLES, 1.0), (start, 0.0)])
        channel.gate.add([(end - CLICK_SAMPLES, 0.0), (end, 1.0)])
        channel.echoes.append(Echo(start, beat / 2, 0.6, 6))
    elif kind is Technique.BACKSPIN:
        channel.hands.append(backspin(start, end))
    else:
        hand, gate = scratched(start, end, start, beat, style=style)
        channel.hands.append(hand)
        channel.gate.add(gate)


def _stutter(played: PlayedTrack, start: float, end: float) -> None:
    """Repeat an eighth, and chop it on sixteenths."""
    chop = played.plan.beat_samples / 4
    played.channel.rolls.append(Roll(start, end, 2 * chop))
    for index in range(round((end - start) / chop)):
        if index % 2:
            shut = start + index * chop
            played.channel.gate.add([(shut - CLICK_SAMPLES, 1.0), (shut, 0.0)])
            played.channel.gate.add([(shut + chop - CLICK_SAMPLES, 0.0), (shut + chop, 1.0)])


def _sweep_and_back(played: PlayedTrack, start: float, end: float, *, low: bool) -> None:
    """Turn one filter over a stretch and let it go at the end."""
    kind = "lowpass" if low else "highpass"
    filters = played.channel.lowpass_hz if low else played.channel.highpass_hz
    closed_hz = 500.0 if low else 700.0
    release = 0.05 * played.plan.beat_samples
    filters.add([(start, FILTER_OPEN_HZ[kind])])
    filters.add(sweep(start, end - release, FILTER_OPEN_HZ[kind], closed_hz))
    filters.add([(end, FILTER_OPEN_HZ[kind])])
