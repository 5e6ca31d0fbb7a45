"""Two sets that differ in one flaw must be the same set but for it."""

from dataclasses import replace

import numpy as np
import pytest

from core.messages import TransitionKind
from tests.training.simulator.staged import SECOND, staged
from training.simulator import Draw, Pace, SetStyle
from training.simulator.flaws import Skill
from training.simulator.set_plan import SetPlanner

LOOK_AHEAD_SAMPLES = 2_400
RED_RAMP_SAMPLES = 12_000

DOSES = {
    "offset_ms": 40.0,
    "tempo_difference_percent": 1.0,
    "key_fifths": 5,
    "level_db": -6.0,
    "clip_drive_db": 5.0,
    "bass_overlap": 0.8,
    "bass_hole_beats": 16,
    "monotone": True,
    "repeat": True,
}


@pytest.fixture(scope="module")
def flawless():
    return staged(TransitionKind.BASS_SWAP, 16)


@pytest.mark.parametrize("name", DOSES)
def test_the_sound_is_the_same_up_to_the_flaw(flawless, name):
    flawed = staged(TransitionKind.BASS_SWAP, 16, **{name: DOSES[name]})
    start, until = flawless.renderer.start_sample, flawless.plan.start_sample
    assert flawed.renderer.start_sample == start
    assert flawed.plan.start_sample == until
    until -= LOOK_AHEAD_SAMPLES + (RED_RAMP_SAMPLES if name == "clip_drive_db" else 0)
    np.testing.assert_array_equal(flawed.heard(start, until), flawless.heard(start, until))
    changed = flawed.heard(until, until + 11 * SECOND) - flawless.heard(until, until + 11 * SECOND)
    assert np.abs(changed).max() > 0.02


@pytest.mark.parametrize("name", [*DOSES, "phrase_error_beats"])
def test_the_music_of_the_rest_stays(name):
    style = SetStyle(pace=Pace.RAPID, skill=Skill(0.2, 0.4, 0.4))

    def revise(index, draw):
        if index != 2:
            return draw
        value = DOSES.get(name, 3)
        return Draw(draw.kind, replace(draw.flaws, **{name: value}))

    for seed in range(6):
        plain, revised = SetPlanner(seed, style), SetPlanner(seed, style, revise=revise)
        for planner in (plain, revised):
            for _ in range(6):
                planner.advance()
        for index, (one, other) in enumerate(
            zip(plain.truth.tracks, revised.truth.tracks, strict=True)
        ):
            if index == 3 and name == "repeat":
                assert other.plan.seed in {t.plan.seed for t in revised.truth.tracks[:3]}
                continue
            assert one.plan.seed == other.plan.seed
            if name != "repeat":
                assert one.plan.genre == other.plan.genre
        assert plain.truth.transitions[:2] == revised.truth.transitions[:2]
        assert getattr(revised.truth.transitions[2].flaws, name) in (DOSES.get(name, 3), 0)


def test_the_kind_can_be_revised_and_the_tracks_stay():
    style = SetStyle(pace=Pace.RAPID)
    plain = SetPlanner(5, style)
    plain.advance()
    for kind in TransitionKind:
        planner = SetPlanner(5, style, revise=lambda _, draw, kind=kind: Draw(kind, draw.flaws))
        plan = planner.advance()
        told = {kind, TransitionKind.BASS_SWAP} if kind is TransitionKind.DOUBLE_DROP else {kind}
        assert plan.kind in told
        assert planner.truth.tracks[1].plan.seed == plain.truth.tracks[1].plan.seed
        assert planner.truth.tracks[1].plan.genre == plain.truth.tracks[1].plan.genre


def test_the_worth_of_a_repeat_is_the_track_itself():
    planner = SetPlanner(
        7,
        SetStyle(pace=Pace.RAPID),
        revise=lambda index, draw: Draw(draw.kind, replace(draw.flaws, repeat=index == 3)),
    )
    for _ in range(4):
        planner.advance()
    *played, last, again = planner.truth.tracks
    original = next(track for track in played if track.plan.seed == again.plan.seed)
    assert original.plan.key == again.plan.key
    assert original.plan.genre is again.plan.genre
    assert again.plan.seed != last.plan.seed
