"""What is done within a track must be where the truth says, and on the grid unless it is spam."""

from itertools import pairwise

import numpy as np
import pytest

from core.messages import Genre, Technique
from tests.training.simulator.staged import FLAWLESS
from training.simulator import Pace, SetStyle
from training.simulator.arrangement import PHRASE_BARS
from training.simulator.channel import Channel, PlayedTrack
from training.simulator.deck import Deck
from training.simulator.harmony import Key
from training.simulator.set_plan import SetPlanner
from training.simulator.track import draw_track, render_track
from training.simulator.tricks import _play

BRISK = SetStyle(pace=Pace.BRISK, skill=FLAWLESS, tricks=3.0)


def events_of(style, seeds=range(20), transitions=5):
    for seed in seeds:
        planner = SetPlanner(seed, style)
        for _ in range(transitions):
            planner.advance()
        for event in planner.truth.events:
            track = next(
                track
                for track, plan in zip(
                    planner.truth.tracks, planner.truth.transitions, strict=False
                )
                if event.end_sample <= plan.start_sample + 1
            )
            yield event, track, planner


def test_tricks_end_with_a_phrase_and_in_time():
    kinds, fumbled, count = set(), 0, 0
    for event, track, _ in events_of(BRISK):
        bars = track.bar_at(event.end_sample) / PHRASE_BARS
        on_phrase = bars == pytest.approx(round(bars), abs=1e-6)
        assert on_phrase == event.on_grid
        kinds.add(event.kind)
        fumbled += not event.on_grid
        count += 1
    assert kinds == set(Technique) - {Technique.DOUBLE_DROP}
    assert 0 < fumbled < 0.2 * count


def test_tricks_do_not_meet_transitions_or_each_other():
    for seed in range(20):
        planner = SetPlanner(seed, BRISK)
        for _ in range(5):
            planner.advance()
        busy = [(event.start_sample, event.end_sample) for event in planner.truth.events]
        busy += [(plan.start_sample, plan.end_sample) for plan in planner.truth.transitions]
        busy.sort()
        assert all(end <= start + 1 for (_, end), (start, _) in pairwise(busy))


def test_how_many_tricks_can_be_said():
    none = list(events_of(SetStyle(tricks=0.0)))
    usual, many = (len(list(events_of(SetStyle(tricks=tricks)))) for tricks in (1.0, 3.0))
    spam = list(events_of(SetStyle(spam=True)))
    assert not none
    assert len(spam) > 3 * many > 3 * usual > 0
    assert not any(event.on_grid for event, _, _ in spam)


@pytest.fixture(scope="module")
def record():
    plan = draw_track(5, Genre.TECHNO, bpm=131.7, key=Key(9, minor=True), pace=Pace.BRISK)
    return plan, render_track(plan)


@pytest.mark.parametrize("kind", sorted(set(Technique) - {Technique.DOUBLE_DROP}))
@pytest.mark.parametrize("style", range(3))
def test_a_trick_is_heard_and_then_over(record, kind, style):
    plan, sound = record
    origin = -plan.arrangement.first_drop_bar * plan.bar_samples

    def played():
        return PlayedTrack(0, plan, origin, 0.0, Channel())

    start, end = 2 * plan.bar_samples, 3 * plan.bar_samples
    tricked = played()
    _play(kind, tricked, start, end, style)
    length = -(-round(8 * plan.bar_samples) // 24_000)
    audios = []
    for track in (played(), tricked):
        deck = Deck(track, sound)
        audios.append(np.concatenate([deck.render(24_000 * n, 24_000)[0] for n in range(length)]))
    change = np.abs(audios[1] - audios[0]).max(axis=1)
    touched = start // 24_000 * 24_000 if kind is Technique.FILTER_SWEEP else start - 200
    assert change[: round(touched)].max() < 1e-5  # a filter comes in softly, with its block
    assert change[round(start) : round(end)].max() > 0.1
    quiet_from = end + 4 * plan.beat_samples if kind is Technique.ECHO_OUT else end + 24_480
    assert change[round(quiet_from) :].max() < 2e-2
