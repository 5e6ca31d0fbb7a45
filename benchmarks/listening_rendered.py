"""The live listener on sets that are rendered, coded with Opus and true by construction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.listening_played import Played, grid, played, said_beats, said_bpm
from benchmarks.listening_rates import (
    PEER_TOLERANCE,
    BeatCount,
    Tally,
    key_relation,
    tempo_verdict,
)
from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Genre
from judge.listening.camelot import key_name
from training.opus import through_opus
from training.simulator import Pace, SetRenderer, SetStyle
from training.simulator.arrangement import Role
from training.simulator.channel import PlayedTrack
from training.simulator.family import Family
from training.simulator.nuisance import NuisanceChain, Nuisances, draw_nuisances
from training.simulator.randomness import stream

GENRES: Final = (Genre.HOUSE, Genre.TECHNO, Genre.TRANCE, Genre.DUBSTEP)
FIRST_SEED: Final = 770_000
HOPS: Final = 320
BITRATE_BPS: Final = 128_000
OPUS_DELAY_SECONDS: Final = 0.0065

FIRST_HOP: Final = 16
"""The tempo is given 8 s to begin with, as after a change of track."""
_CHANGE_HOPS: Final = 16
_WINDOW_HOPS: Final = 20
_KEY_HOPS: Final = 40
_GENRE_HOPS: Final = 40
_LEAST_PULSE: Final = 0.4
_TONAL: Final = (Role.PAD, Role.CHORDS, Role.LEAD)
_KEYS: Final = {key_name(key): key for key in range(24)}


@dataclass(frozen=True, slots=True)
class Condition:
    """One kind of rendered set."""

    name: str
    family: Family
    through_nuisances: bool


CONDITIONS: Final = (
    Condition("studio", Family.STUDIO, through_nuisances=False),
    Condition("nuisances", Family.STUDIO, through_nuisances=True),
    Condition("unseen_family", Family.UNSEEN, through_nuisances=False),
)


@dataclass(frozen=True, slots=True)
class RenderedSet:
    """A set as it was heard, and what is true of it hop by hop."""

    renderer: SetRenderer
    result: Played
    sounding: NDArray[np.bool_]  # shape (hops, tracks)
    pulse: NDArray[np.float64]  # shape (hops,): how clearly the beat is marked, 0-1

    def tracks_within(self, hop: int, hops: int) -> list[PlayedTrack]:
        """Return the tracks that sounded in the newest `hops` up to `hop`."""
        within = self.sounding[max(hop - hops + 1, 0) : hop + 1].any(axis=0)
        return [self.renderer.truth.tracks[at] for at in np.flatnonzero(within)]

    def bar_of(self, track: PlayedTrack, hop: int) -> int:
        """Return the track's bar in the middle of a hop."""
        sample = self.renderer.start_sample + (hop + 0.5) * HOP_SAMPLES
        return int(np.floor(track.bar_at(sample)))


def heard_set(condition: Condition, seed: int, genre: Genre) -> RenderedSet:
    """Render a set, code it and play it to the listener."""
    renderer = SetRenderer(seed, SetStyle(genre=genre, pace=Pace.BRISK, family=condition.family))
    nuisances = (
        draw_nuisances(stream(seed, "nuisances"))
        if condition.through_nuisances
        else Nuisances.none()
    )
    sound = NuisanceChain(nuisances, seed)(islice(renderer.blocks(), HOPS))
    result = played(islice(through_opus(sound, BITRATE_BPS), HOPS))
    sounding = _sounding(renderer, len(result.heard))
    return RenderedSet(renderer, result, sounding, _pulse(renderer, sounding))


def _sounding(renderer: SetRenderer, hops: int) -> NDArray[np.bool_]:
    truth = renderer.truth
    middles = renderer.start_sample + (np.arange(hops) + 0.5) * HOP_SAMPLES
    sounding = np.ones((hops, len(truth.tracks)), dtype=np.bool_)
    for plan in truth.transitions:
        sounding[middles > plan.end_sample, plan.index] = False
        sounding[middles < plan.start_sample, plan.index + 1] = False
    return sounding


def _pulse(renderer: SetRenderer, sounding: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the clearest pulse of any sounding track, mean over the window of 10 s."""
    pulse = np.zeros(len(sounding))
    for at, track in enumerate(renderer.truth.tracks):
        curve = track.plan.arrangement.pulse
        for hop in np.flatnonzero(sounding[:, at]):
            sample = renderer.start_sample + (hop + 0.5) * HOP_SAMPLES
            bar = int(np.floor(track.bar_at(sample)))
            if 0 <= bar < len(curve):
                pulse[hop] = max(pulse[hop], float(curve[bar]))
    sums = np.cumsum(np.concatenate(([0.0], pulse)))
    starts = np.maximum(np.arange(1, len(sums)) - _WINDOW_HOPS, 0)
    return np.asarray((sums[1:] - sums[starts]) / (np.arange(1, len(sums)) - starts))


def count_tempo(one: RenderedSet, tally: Tally) -> None:
    """Count windows with a beat, and breakdowns apart."""
    for hop in range(FIRST_HOP, len(one.result.heard)):
        truths = [track.plan.bpm for track in one.tracks_within(hop, _CHANGE_HOPS)]
        group = "beat" if one.pulse[hop] >= _LEAST_PULSE else "breakdown"
        tally.add(group, tempo_verdict(said_bpm(one.result.heard[hop]), truths))
        if group == "beat" and hop in one.result.peer_bpm:
            peer = one.result.peer_bpm[hop]
            tally.add("librosa", tempo_verdict(peer, truths))
            tally.add("librosa_within_4_percent", tempo_verdict(peer, truths, PEER_TOLERANCE))
            tally.add("always_128", tempo_verdict(128.0, truths))


def count_beats(one: RenderedSet, beats: BeatCount, bars: Tally) -> None:
    """Count beats and places in the bar where one track plays alone."""
    for hop in range(FIRST_HOP, len(one.result.heard)):
        alone = one.tracks_within(hop, _CHANGE_HOPS)
        if len(alone) != 1 or one.pulse[hop] < _LEAST_PULSE:
            continue
        plan = alone[0].plan
        origin = (alone[0].origin_sample - one.renderer.start_sample) / SAMPLE_RATE_HZ
        first, period = origin + OPUS_DELAY_SECONDS, 60 / plan.bpm
        heard = one.result.heard[hop]
        beats.add(said_beats(heard, hop), grid(first, period, hop))
        place = None if heard.beat is None else heard.beat.beat_in_bar
        if heard.beat is None or place is None:
            bars.add("downbeat", "not_said")
            continue
        true = round((heard.beat.sample / SAMPLE_RATE_HZ - first) / period) % 4
        bars.add("downbeat", "right" if place == true else "wrong")


def count_key(one: RenderedSet, tally: Tally) -> None:
    """Count windows with tonal sound in which one track has played for 20 s."""
    for hop in range(_KEY_HOPS, len(one.result.heard)):
        alone = one.tracks_within(hop, _KEY_HOPS)
        if len(alone) != 1:
            continue
        levels, bar = alone[0].plan.arrangement.levels, one.bar_of(alone[0], hop)
        newest = slice(max(bar - 6, 0), max(bar + 1, 0))
        if max(float(levels[role][newest].max(initial=0.0)) for role in _TONAL) < 0.2:
            continue
        truth = alone[0].plan.key
        true = truth.tonic + (12 if truth.minor else 0)
        said = one.result.heard[hop].key.value
        verdict = "not_said" if said is None else key_relation(_KEYS[str(said)], true)
        tally.add("listener", verdict)
        tally.add("always_a_minor", key_relation(21, true))


def count_genre(one: RenderedSet, tally: Tally) -> None:
    """Count windows in which one genre has played for 20 s."""
    for hop in range(2 * _GENRE_HOPS, len(one.result.heard)):
        genres = {track.plan.genre for track in one.tracks_within(hop, _GENRE_HOPS)}
        if len(genres) != 1:
            continue
        said, true = one.result.heard[hop].genre.value, genres.pop().value
        verdict = "not_said" if said is None else "right" if said == true else "wrong"
        for group in ("all", true):
            tally.add(group, verdict)


def measured(condition: Condition, sets: int) -> dict[str, Any]:
    """Judge sets of one kind."""
    tempo, bars, keys, genres, beats = Tally(), Tally(), Tally(), Tally(), BeatCount()
    counts: tuple[Callable[[RenderedSet], None], ...] = (
        lambda one: count_tempo(one, tempo),
        lambda one: count_beats(one, beats, bars),
        lambda one: count_key(one, keys),
        lambda one: count_genre(one, genres),
    )
    for index in range(sets):
        one = heard_set(condition, FIRST_SEED + index, GENRES[index % len(GENRES)])
        for count in counts:
            count(one)
    return {
        "sets": sets,
        "tempo": tempo.rows(),
        "beats": beats.row(),
        "downbeat": bars.rows(),
        "key": keys.rows(),
        "genre": {**genres.rows(), "chance": 1 / len(GENRES)},
    }
