"""What sets the judge learns from: by seed, of every kind, without what is held back."""

from collections import Counter

import numpy as np
import pytest

from core.messages import Genre, TransitionKind
from training.recipes import (
    CLUMSY,
    MASTERLY,
    OPUS_BITRATES_BPS,
    SKILLS,
    WRECK_OFFSET_MS,
    WRECK_TEMPO_PERCENT,
    Recipe,
    drawn,
    order_of,
    seeds,
)
from training.simulator.flaws import Combinations, Flaws
from training.simulator.nuisance import Nuisances
from training.simulator.transitions import Draw

MANY = [drawn(seed, Recipe()) for seed in range(400)]


def test_a_seed_gives_the_same_set():
    one, again = drawn(7, Recipe()), drawn(7, Recipe())
    assert (one.seed, one.style, one.nuisances, one.bitrate_bps) == (
        again.seed, again.style, again.nuisances, again.bitrate_bps,
    )  # fmt: skip
    assert list(seeds(Recipe(sets=3, seed=5))) == [5, 6, 7]


def test_everything_is_drawn():
    assert {each.style.genre for each in MANY} == set(Genre) - {Genre.OTHER}
    assert {each.style.skill for each in MANY} == set(SKILLS)
    assert {each.bitrate_bps for each in MANY} == set(OPUS_BITRATES_BPS)
    assert len({each.style.tricks for each in MANY}) > 2
    assert len({each.style.pace for each in MANY}) > 1


@pytest.mark.parametrize(
    ("share", "of"),
    [
        (0.35, lambda each: each.nuisances == Nuisances.none()),
        (0.4, lambda each: each.revise is not None),
        (1 / 5, lambda each: each.style.skill == MASTERLY),
        (1 / 5, lambda each: each.style.skill == CLUMSY),
    ],
)
def test_as_often_as_it_says(share, of):
    found = np.mean([of(each) for each in MANY])
    assert found == pytest.approx(share, abs=4 * (share * (1 - share) / len(MANY)) ** 0.5)


def test_djs_of_all_skills_together_are_as_flawed_as_one_broad_one():
    levels = np.mean([(s.clean, s.mild, s.severe) for s in SKILLS], axis=0)
    assert levels.sum() == pytest.approx(1)
    assert levels == pytest.approx((0.35, 0.4, 0.25), abs=0.12)


def test_a_monotone_set_has_tracks_in_which_nothing_happens_and_others():
    made = [each.revise for each in MANY if each.revise is not None]
    draw = Draw(TransitionKind.CUT, Flaws())
    flat = Counter(revise(index, draw).flaws.monotone for revise in made for index in range(6))
    assert flat[True] > 100
    assert flat[False] > 100
    assert all(revise(2, draw) == revise(2, draw) for revise in made)


def test_a_wrecked_set_has_beats_that_do_not_match_and_nothing_that_is_kept_from_training():
    recipe = Recipe(wrecked=0.25)
    made = [drawn(seed, recipe) for seed in range(200)]
    wrecked = [
        one for one, usual in zip(made, MANY, strict=False) if one.revise and not usual.revise
    ]
    assert 15 <= len(wrecked) <= 50
    flaws = [
        one.revise(index, Draw(TransitionKind.BASS_SWAP, Flaws())).flaws
        for one in wrecked
        for index in range(10)
    ]
    tempi = [abs(each.tempo_difference_percent) for each in flaws if each.tempo_difference_percent]
    late = [abs(each.offset_ms) for each in flaws if each.offset_ms]
    assert 0.6 < len(tempi) / len(flaws) < 0.8
    assert 0.6 < len(late) / len(flaws) < 0.8
    for sizes, (low, high) in ((tempi, WRECK_TEMPO_PERCENT), (late, WRECK_OFFSET_MS)):
        assert low <= min(sizes) < max(sizes) <= high
    harmless = Flaws(clip_drive_db=2.0, key_fifths=3)
    draw = Draw(TransitionKind.BASS_SWAP, harmless)
    assert {one.revise(index, draw).flaws for one in wrecked for index in range(10)} == {harmless}


def test_all_other_sets_are_what_they_were():
    some = [(drawn(seed, Recipe(wrecked=0.25)), MANY[seed]) for seed in range(200)]
    assert all(one.style == usual.style for one, usual in some)
    assert all(one.nuisances == usual.nuisances for one, usual in some)
    assert all(one.bitrate_bps == usual.bitrate_bps for one, usual in some)
    untouched = sum(one.revise is None and usual.revise is None for one, usual in some)
    assert untouched > 60


def test_what_is_held_back_is_left_out():
    without = Recipe(without_genre=Genre.TECHNO)
    some = [drawn(seed, without) for seed in range(100)]
    assert Genre.TECHNO not in {each.style.genre for each in some}
    assert {each.style.genre_changes for each in some} == {0.0}
    held = drawn(1, Recipe(combinations=Combinations.UNSEEN)).style
    assert held.combinations is Combinations.UNSEEN
    assert drawn(1, Recipe()).style.combinations is Combinations.TRAINED


def test_the_order_is_the_same_every_time():
    one, other = (order_of(Recipe(seed=3)).permutation(50) for _ in range(2))
    assert np.array_equal(one, other)
    assert not np.array_equal(order_of(Recipe(seed=4)).permutation(50), one)
