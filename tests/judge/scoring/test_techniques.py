"""Techniques begin at bounds of their own, end well below them, and rest."""

from __future__ import annotations

import pytest

from core.messages import Technique
from judge.scoring.techniques import BEGINS, GOES_ON_SHARE, REST_HOPS, Deed, TechniqueWatch
from tests.judge.scoring.parts import opinion


def watched(technique: Technique, course: list[float]) -> list[Deed]:
    """Return the deeds of a course of likelihoods."""
    watch = TechniqueWatch()
    return [
        deed
        for hop, likely in enumerate(course)
        for deed in watch.hear(hop, opinion(techniques={technique: likely}))
    ]


def test_each_technique_has_a_bound() -> None:
    assert set(BEGINS) == set(Technique)


@pytest.mark.parametrize("technique", list(Technique))
def test_one_begins_at_its_bound_and_ends_well_below(technique: Technique) -> None:
    bound = BEGINS[technique]
    below, above, hardly = bound - 0.01, bound + 0.01, GOES_ON_SHARE * bound + 0.01
    assert watched(technique, [below] * 20 + [0.0]) == []
    assert watched(technique, [0.0, above, hardly, hardly, 0.0]) == [Deed(technique, 1, 4)]


def test_what_comes_again_at_once_is_the_same_gesture() -> None:
    again = [0.9, 0.0, 0.9, 0.0] + [0.0] * REST_HOPS + [0.9, 0.0]
    starts = [deed.start_hop for deed in watched(Technique.SCRATCH, again)]
    assert starts == [0, 4 + REST_HOPS]
