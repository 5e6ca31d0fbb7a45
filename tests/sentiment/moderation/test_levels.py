"""The table of levels, and the model's word."""

import pytest

from core.crowd import LEVEL_MOST, Axis, ChatRules
from sentiment.moderation.levels import (
    LIMITS,
    MODEL_LEAST,
    NEVER,
    STRENGTHS,
    level_of,
    model_scores,
    together,
)
from tests.sentiment.moderation.conversation import opinion


def test_every_axis_has_every_level() -> None:
    assert set(LIMITS) == set(Axis)
    assert all(len(levels) == LEVEL_MOST + 1 for levels in LIMITS.values())


@pytest.mark.parametrize("axis", Axis)
def test_stricter_levels_are_no_milder(axis: Axis) -> None:
    for milder, stricter in zip(LIMITS[axis], LIMITS[axis][1:], strict=False):
        assert stricter.hold <= milder.hold
        assert stricter.delete <= milder.delete
        assert stricter.model_hold <= milder.model_hold
        assert stricter.model_delete <= milder.model_delete


@pytest.mark.parametrize("axis", Axis)
def test_level_0_does_nothing_and_the_model_deletes_at_the_strictest_alone(axis: Axis) -> None:
    levels = LIMITS[axis]
    assert (levels[0].hold, levels[0].delete, levels[0].model_hold) == (NEVER, NEVER, NEVER)
    assert all(limits.model_delete == NEVER for limits in levels[:LEVEL_MOST])
    assert all(limits.model_hold >= MODEL_LEAST for limits in levels)


def test_a_room_that_names_no_level_has_the_usual_one() -> None:
    assert level_of(ChatRules(levels={}), Axis.HATE) == ChatRules().levels["hate"]
    assert level_of(ChatRules(levels={"hate": 9}), Axis.HATE) == LEVEL_MOST
    assert level_of(ChatRules(levels={"hate": -1}), Axis.HATE) == 0


def test_two_witnesses_are_surer_than_one() -> None:
    assert together(0.7, 0.0) == pytest.approx(0.7)
    assert together(0.7, 0.9) > 0.9
    assert together(STRENGTHS[1], 1.0) < 0.9  # a mild word is never made a grave one
    assert together(0.0, 1.0) == 0.0


def test_toxicity_goes_to_whom_it_is_aimed_at() -> None:
    at_a_person = model_scores(opinion(toxicity=0.9, target_person=0.9))
    at_a_group = model_scores(opinion(toxicity=0.9, target_group=0.9))
    at_nobody = model_scores(opinion(toxicity=0.9, target_person=0.1, target_group=0.05))
    assert at_a_person[Axis.INSULT] == pytest.approx(0.9)
    assert at_a_person[Axis.HATE] == 0.0
    assert at_a_group[Axis.HATE] == pytest.approx(0.9)
    assert max(at_nobody[Axis.INSULT], at_nobody[Axis.HATE]) < 0.2
