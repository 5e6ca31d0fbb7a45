"""What a transition shows as a whole replaces what was read in passing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from judge.evidence import EVIDENCE_FEATURES
from judge.hindsight import NOTE_FEATURES
from judge.hindsight.reader import HindsightReader, Told
from judge.scoring.looking_back import AGAIN_HOPS, LookingBack
from judge.scoring.tracking import Track


class Counting(HindsightReader):
    """Says how often it was asked."""

    def __init__(self) -> None:
        self.senses: list[np.ndarray] = []
        self.says: float | Exception | None = None

    def read(self, shown, senses) -> Told:
        self.senses.append(senses)
        if isinstance(self.says, Exception):
            raise self.says
        said = len(self.senses) / 100 if self.says is None else self.says
        return Told(np.full(10, said), np.full(10, 0.1), np.full(5, said))


def looking(hops: int) -> tuple[LookingBack, Counting]:
    reader = Counting()
    back = LookingBack(reader)
    for hop in range(hops):
        back.remember(
            hop, np.zeros(EVIDENCE_FEATURES, np.float32), np.zeros(NOTE_FEATURES, np.float32)
        )
    return back, reader


TRACK = Track(
    index=0,
    start_hop=20,
    end_hop=30,
    likelihood=0.9,
    heard_hops=0,
    parts=np.full((2, 10), 0.5),
    measures=np.arange(5.0),
    kinds=np.full(9, 1 / 9),
    settled=False,
)


def test_one_under_way_is_looked_at_now_and_then_and_keeps_what_was_said() -> None:
    back, reader = looking(40)
    said = [back.read(replace(TRACK, heard_hops=hop)).parts[0, 0] for hop in range(2 * AGAIN_HOPS)]
    assert said == [0.01] * AGAIN_HOPS + [0.02] * AGAIN_HOPS
    assert np.array_equal(reader.senses[0], np.concatenate((TRACK.parts[0], TRACK.measures)))


def test_a_settled_one_is_looked_at_once_more() -> None:
    back, reader = looking(40)
    back.read(TRACK)
    settled = back.read(replace(TRACK, heard_hops=1, settled=True))
    assert len(reader.senses) == 2
    assert settled.parts[0, 0] == settled.measures[0] == 0.02
    assert settled.parts[1, 0] == 0.1


def test_the_next_one_is_not_told_of_by_the_one_before() -> None:
    back, reader = looking(60)
    back.read(replace(TRACK, settled=True))
    fresh = replace(TRACK, index=1, start_hop=45, end_hop=50, heard_hops=0)
    assert back.read(fresh).parts[0, 0] == 0.02
    assert len(reader.senses) == 2


@pytest.mark.parametrize("says", [np.nan, np.inf, RuntimeError("broken")])
def test_what_makes_no_sense_is_not_said(says: float | Exception) -> None:
    back, reader = looking(40)
    reader.says = says
    settled = replace(TRACK, settled=True)
    assert back.read(settled) is settled
    assert len(reader.senses) == 1


def test_without_anything_before_it_there_is_nothing_to_look_back_on() -> None:
    back, reader = looking(40)
    early = replace(TRACK, start_hop=3)
    assert back.read(early) is early
    assert not reader.senses
