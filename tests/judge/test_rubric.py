"""Energy and creativity of whole sets, against figures worked out by hand."""

import math

import numpy as np
import pytest

from core.messages import Genre, Technique, TransitionKind
from judge import rubric
from judge.rubric import creativity_aspects, energy_aspects, jumps, weighed

FIVE_MINUTES = 600


def blocks(*stretches):
    """Return levels from (hops, level) pairs."""
    return np.concatenate([np.full(hops, level, dtype=float) for hops, level in stretches])


def alive(drive):
    return np.full(len(drive), 0.9)


def test_a_drop_is_where_drive_arrives():
    drive = blocks((40, 0.2), (40, 0.9), (40, 0.2), (40, 0.9))
    found = jumps(drive)
    assert [abs(hop - at) <= rubric.JUMP_HOPS for hop, at in zip(found, (40, 120), strict=True)]
    assert jumps(blocks((200, 0.9))) == []
    assert jumps(blocks((40, 0.5), (60, 0.7))) == [], "a step that is no drop"
    assert jumps(np.ones(5)) == []


def test_a_flat_set_has_no_contrast_and_half_a_drop():
    drive = blocks((FIVE_MINUTES, 0.7))
    aspects = energy_aspects(drive, alive(drive), [], Genre.HOUSE)
    assert aspects["flat_energy"].share == 0
    assert aspects["few_drops"].share == pytest.approx(0.5 / 6.5)
    assert aspects["few_drops"].measured == 0
    assert aspects["lost_pulse"].share == 1
    assert aspects["energy_dip"].share == 1


def test_contrast_is_the_spread_of_steps_of_eight_seconds():
    drive = blocks((300, 0.2), (300, 0.65))
    aspect = energy_aspects(drive, alive(drive), [], Genre.HOUSE)["flat_energy"]
    assert aspect.share == pytest.approx(0.45 / 0.75)
    assert aspect.measured == pytest.approx(45)


@pytest.mark.parametrize("genre", list(Genre))
def test_as_many_drops_as_the_genre_has_are_enough(genre):
    wanted = int(rubric.JUMPS_A_FIVE_MINUTES[genre])
    drive = np.concatenate([blocks((30, 0.2), (FIVE_MINUTES // wanted - 30, 0.9))] * wanted)
    aspect = energy_aspects(drive, alive(drive), [], genre)["few_drops"]
    assert aspect.share == pytest.approx(1, abs=0.02)
    fewer = energy_aspects(drive[: len(drive) // wanted + 40], alive(drive), [], genre)
    assert fewer["few_drops"].measured > 0


def test_a_break_that_a_drop_ends_is_music_and_a_long_one_is_lost_pulse():
    drive = blocks((100, 0.8), (32, 0.1), (168, 0.9))
    resolved = np.where(drive < 0.2, 0.0, 0.9)
    assert energy_aspects(drive, resolved, [], Genre.HOUSE)["lost_pulse"].measured == 0
    flat = np.full(300, 0.8)
    unresolved = energy_aspects(flat, resolved, [], Genre.HOUSE)["lost_pulse"]
    assert unresolved.measured == pytest.approx((32 - 8) / 2)
    assert unresolved.share == pytest.approx((0.3 - 24 / 300) / 0.28)


def test_energy_that_falls_in_a_transition_must_come_back():
    span = (100, 120)
    fallen = blocks((110, 0.8), (190, 0.2))
    assert energy_aspects(fallen, alive(fallen), [span], Genre.HOUSE)["energy_dip"].share == 0
    back = blocks((110, 0.8), (40, 0.2), (150, 0.9))
    assert energy_aspects(back, alive(back), [span], Genre.HOUSE)["energy_dip"].share == 1
    both = energy_aspects(fallen, alive(fallen), [span, (10, 30)], Genre.HOUSE)["energy_dip"]
    assert (both.share, both.measured) == (0.5, 1)


def test_a_set_of_no_length_can_be_asked():
    nothing = np.zeros(0)
    aspects = energy_aspects(nothing, nothing, [], Genre.TECHNO)
    assert all(0 <= aspect.share <= 1 for aspect in aspects.values())


def test_creativity_by_hand():
    ideas = [("scratch", 1.0), ("blend", 0.2), ("scratch", 1.0), ("blend", 0.2)]
    aspects = creativity_aspects(ideas, [True, False, True, True], 180.0)
    assert aspects["few_ideas"].measured == pytest.approx(0.8)
    assert aspects["few_ideas"].share == pytest.approx(1 - math.exp(-1))
    assert aspects["one_trick"].share == pytest.approx(math.log(2) / math.log(4))
    assert aspects["thin_layers"].share == 0.75


def test_nothing_done_is_no_creativity_and_one_trick_no_variety():
    nothing = creativity_aspects([], [], 120.0)
    assert all(aspect.share == 0 for aspect in nothing.values())
    assert creativity_aspects([("cut", 0.2)] * 5, [], 120.0)["one_trick"].share == 0
    even = creativity_aspects([(kind, 0.5) for kind in "abcdef"], [], 120.0)
    assert even["one_trick"].share == 1


def test_the_first_half_minute_counts_as_one():
    early = creativity_aspects([("scratch", 1.0)], [], 1.0)["few_ideas"]
    assert early.measured == pytest.approx(2.0)


def test_ideas_count_where_they_are_noticed_and_those_told_apart_in_full():
    told = [("scratch", 1.0)] * 3
    for noticed, rate in ((None, 1.0), (0.4, 1.0), (2.5, 2.5)):
        aspect = creativity_aspects(told, [], 180.0, noticed)["few_ideas"]
        assert aspect.measured == pytest.approx(rate)
        assert aspect.share == pytest.approx(1 - math.exp(-rate / 0.8))


def test_a_windows_creativity_speaks_of_ideas_a_minute():
    assert rubric.ideas_a_minute(0.0) == 0
    assert rubric.ideas_a_minute(1 - math.exp(-1)) == pytest.approx(2.0)  # one in half a minute
    assert math.isfinite(rubric.ideas_a_minute(1.0))


@pytest.mark.parametrize("weights", [rubric.ENERGY_WEIGHTS, rubric.CREATIVITY_WEIGHTS])
def test_losses_are_weights_times_what_lacks_and_use_the_whole_range(weights):
    assert sum(weights.values()) == pytest.approx(1)
    worst = weighed({code: rubric.Aspect(0.0, 0.0) for code in weights}, weights)
    assert worst == dict(weights)
    half = weighed({code: rubric.Aspect(0.5, 0.0) for code in weights}, weights)
    assert sum(half.values()) == pytest.approx(0.5)


def test_every_way_and_every_technique_has_a_worth():
    assert set(rubric.TECHNIQUE_WORTH) == {technique.value for technique in Technique}
    assert set(rubric.TRANSITION_WORTH) == {kind.value for kind in TransitionKind}
    assert all(0 < worth <= 1 for worth in rubric.TECHNIQUE_WORTH.values())
