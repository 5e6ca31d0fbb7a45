from itertools import islice

import numpy as np
import pytest

from core.messages import Genre, TransitionKind
from training.simulator import BLOCK_SAMPLES, SetRenderer, SetStyle
from training.simulator.flaws import Skill
from training.simulator.mastering import loudness_lufs
from training.simulator.set_plan import SetPlanner
from training.simulator.track import TEMPO_RANGES_BPM

FLAWLESS = Skill(1.0, 0.0, 0.0)


def rendered(seed, style, blocks):
    return np.concatenate(list(islice(SetRenderer(seed, style).blocks(), blocks)))


def test_equal_seeds_give_equal_samples_and_others_do_not():
    style = SetStyle(genre=Genre.HOUSE)
    first, again, other = (rendered(seed, style, 6) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


@pytest.mark.parametrize("genre", sorted(TEMPO_RANGES_BPM))
def test_sounds_like_a_mastered_record(genre):
    audio = rendered(11, SetStyle(genre=genre, skill=FLAWLESS), 20)
    assert audio.shape == (20 * BLOCK_SAMPLES, 2) and audio.dtype == np.float32
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() <= 0.88
    assert -19 < loudness_lufs(audio) < -13  # with headroom
    spectrum = np.abs(np.fft.rfft(audio.sum(axis=1))) ** 2
    hertz = np.fft.rfftfreq(len(audio), 1 / 48_000)
    share_db = [
        10 * np.log10(spectrum[(hertz >= low) & (hertz < high)].sum() / spectrum.sum())
        for low, high in ((30, 150), (150, 2_000), (2_000, 16_000))
    ]
    assert share_db[0] > -6  # carried by the bass,
    assert share_db[1] > -14  # with harmony
    assert share_db[2] > -28  # and cymbals
    left, right = audio.T
    assert 0.3 < np.corrcoef(left, right)[0, 1] < 0.9999  # wide, and safe in mono


def test_first_transition_comes_soon_and_the_next_ones_follow():
    for seed in range(30):
        planner = SetPlanner(seed, SetStyle())
        starts = [planner.advance().start_sample / 48_000 for _ in range(4)]
        assert 8 < starts[0] < 42
        assert all(25 < gap < 140 for gap in np.diff(starts))


def test_the_truth_is_that_of_the_sound():
    for seed in range(8):
        planner = SetPlanner(seed, SetStyle())
        for _ in range(6):
            plan = planner.advance()
            outgoing, incoming = planner.truth.tracks[plan.index : plan.index + 2]
            if plan.overlaps:
                ratio = incoming.plan.bpm / outgoing.plan.bpm
                assert ratio - 1 == pytest.approx(
                    plan.flaws.tempo_difference_percent / 100, abs=1e-9
                )
                beats = (plan.start_sample - incoming.origin_sample) / incoming.plan.beat_samples
                beats += plan.flaws.offset_ms * 48 / incoming.plan.beat_samples
                if plan.kind is not TransitionKind.DOUBLE_DROP:  # it meets bars later
                    assert beats == pytest.approx(round(beats), abs=1e-6)
            else:
                drop = incoming.plan.arrangement.first_drop_bar
                lag_ms = (incoming.sample_of_bar(drop) - plan.switch_sample) / 48
                assert lag_ms == pytest.approx(plan.flaws.offset_ms, abs=1e-6)
            assert plan.level_step_db == incoming.trim_db - outgoing.trim_db


def test_flaws_do_not_change_the_music():
    careful, careless = (
        SetPlanner(8, SetStyle(skill=skill)) for skill in (FLAWLESS, Skill(0.0, 0.0, 1.0))
    )
    for planner in (careful, careless):
        planner.advance()
    for clean, flawed in zip(careful.truth.tracks, careless.truth.tracks, strict=True):
        assert clean.plan.seed == flawed.plan.seed
        assert clean.plan.genre == flawed.plan.genre


def test_a_set_can_be_entered_late_and_is_the_same_set():
    late = SetRenderer(6, skip_transitions=3, lead_in_seconds=12.0)
    planner = SetPlanner(6, SetStyle())
    for _ in range(4):
        planner.advance()
    next(late.blocks())
    assert late.truth.transitions[:3] == planner.truth.transitions[:3]
    last, coming = planner.truth.transitions[2:4]
    assert last.end_sample < late.start_sample < coming.start_sample
    assert coming.start_sample - late.start_sample <= 12.0 * 48_000
