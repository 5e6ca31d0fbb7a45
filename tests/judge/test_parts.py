"""Parts and their losses, against figures worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages import Component
from judge.parts import (
    BASS_HOLE_BEATS,
    LIMITS,
    MEAN_SHARE,
    TRANSITION_PARTS,
    WEIGHTS,
    WORST_SHARE,
    Part,
    concluded,
    goodness,
    part_losses,
)

MIXED = (Component.TECHNICAL, Component.SELECTION)
SHARES = st.lists(st.floats(0, 1), min_size=len(Part), max_size=len(Part)).map(np.array)


@pytest.mark.parametrize(
    ("part", "size", "share"),
    [
        (Part.BEAT_OFFSET, 12.0, 1.0),
        (Part.BEAT_OFFSET, 36.0, 0.5),
        (Part.BEAT_OFFSET, 60.0, 0.0),
        (Part.BEAT_OFFSET, 150.0, 0.0),
        (Part.TEMPO_DRIFT, 5.5, 0.5),
        (Part.LEVEL, 2.0, 0.8),
        (Part.BASS, 2.0, 0.5),
        (Part.PHRASE, 1.0, 0.75),
        (Part.CLIPPING, 1.5, 0.75),
        (Part.SILENCE, 0.5, 0.75),
        (Part.HARMONY, 2.0, 0.75),
        (Part.TEMPO, 8.5, 0.5),
        (Part.TEMPO, 3.0, 1.0),
    ],
)
def test_a_share_is_straight_between_its_limits(part, size, share):
    assert goodness(size, LIMITS[part]) == pytest.approx(share)


def test_a_hole_of_two_bars_is_a_gesture_and_of_six_a_hole():
    assert goodness(8.0, BASS_HOLE_BEATS) == 1
    assert goodness(24.0, BASS_HOLE_BEATS) == 0


def test_every_part_has_limits_and_belongs_to_one_component():
    assert set(LIMITS) == set(Part)
    owned = [part for component in MIXED for part in WEIGHTS[component]]
    assert sorted(owned) == sorted(Part)
    assert all(sum(WEIGHTS[component].values()) == pytest.approx(1) for component in MIXED)
    assert pytest.approx(1) == MEAN_SHARE + WORST_SHARE


def test_losses_by_hand():
    shares = dict.fromkeys(Part, 1.0) | {Part.BEAT_OFFSET: 0.5, Part.LEVEL: 0.75}
    lost = part_losses(Component.TECHNICAL, shares)
    assert lost[Part.BEAT_OFFSET] == pytest.approx(0.7 * 0.28 * 0.5 + 0.3 * 0.5)
    assert lost[Part.LEVEL] == pytest.approx(0.7 * 0.16 * 0.25)
    assert sum(lost.values()) == pytest.approx(0.276)
    assert not any(loss for part, loss in lost.items() if shares[part] == 1)
    assert sum(part_losses(Component.SELECTION, shares).values()) == 0


def test_the_whole_range_is_used():
    for component in MIXED:
        assert sum(part_losses(component, dict.fromkeys(Part, 0.0)).values()) == pytest.approx(1)
        assert concluded(component, np.ones(10)) == 1
        assert concluded(component, np.zeros(10)) == pytest.approx(0)


@given(SHARES)
def test_losses_sum_to_what_the_component_lacks(shares):
    named = dict(zip(TRANSITION_PARTS, shares.tolist(), strict=True))
    for component in MIXED:
        lost = part_losses(component, named)
        assert all(loss >= 0 for loss in lost.values())
        assert 1 - sum(lost.values()) == pytest.approx(float(concluded(component, shares)))


@given(SHARES, st.sampled_from(tuple(Part)), st.floats(0, 1))
def test_no_part_that_gets_worse_makes_it_better(shares, part, worse):
    column = TRANSITION_PARTS.index(part)
    fallen = shares.copy()
    fallen[column] *= worse
    for component in MIXED:
        assert concluded(component, fallen) <= concluded(component, shares) + 1e-12


def test_many_things_are_concluded_at_once():
    table = np.random.default_rng(0).uniform(0, 1, (3, 4, 10))
    values = concluded(Component.TECHNICAL, table)
    assert values.shape == (3, 4)
    assert values[1, 2] == pytest.approx(float(concluded(Component.TECHNICAL, table[1, 2])))
