"""When what the judge said late is told."""

import numpy as np

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Reading, Transition
from core.show import EMBEDDING_SIZE
from tests.visuals.hearing.told import beat, score
from visuals.film.hindsight import HeardHop, Hindsight

UNKNOWN = Reading(None, reason="not_measured")


class Noted:
    """An ear that notes what it is told."""

    def __init__(self):
        self.told = []

    def event(self, message):
        self.told.append(message)

    def embedding(self, end_sample, vector):
        self.told.append(end_sample)


def hop(number, *messages, embedding=None):
    samples = np.zeros((HOP_SAMPLES, 2), np.float32)
    return HeardHop(number * HOP_SAMPLES, samples, messages, embedding)


def told_at(hindsight, seconds):
    ear = Noted()
    hindsight.tell(ear, round(seconds * SAMPLE_RATE_HZ))
    return ear.told


def test_the_first_beat_and_score_are_told_early_and_later_ones_when_they_are_true():
    hindsight = Hindsight()
    first, second = beat(19.3, 120), beat(19.8, 120)
    scored, again = score(energy=0.5), score(energy=0.6)
    hindsight.take(hop(39, first, scored))
    hindsight.take(hop(40, second, again))
    assert told_at(hindsight, 9.2) == []
    assert told_at(hindsight, 10.0) == [first, scored]
    assert told_at(hindsight, 18.7) == []
    assert told_at(hindsight, 18.9) == [second]
    assert told_at(hindsight, 19.9) == []
    assert told_at(hindsight, 20.0) == [again]


def test_a_beat_that_comes_back_is_told_early_again():
    hindsight = Hindsight()
    hindsight.take(hop(39, beat(19.0, 120)))
    hindsight.take(hop(40))
    back = beat(20.5, 124)
    hindsight.take(hop(41, back))
    assert told_at(hindsight, 10.5)[-1] is back


def test_a_transition_is_told_where_it_begins_and_settled_when_it_was():
    hindsight = Hindsight()
    under_way = Transition(0, 480_000, 600_000, False, *[UNKNOWN] * 5)
    settled = Transition(0, 480_000, 720_000, True, *[UNKNOWN] * 5)
    hindsight.take(hop(30, under_way))
    hindsight.take(hop(60, settled))
    assert told_at(hindsight, 9.9) == []
    assert told_at(hindsight, 10.1) == [under_way]
    assert told_at(hindsight, 30.0) == []
    assert told_at(hindsight, 30.5) == [settled]


def test_embeddings_are_told_as_much_earlier_as_they_are_blended():
    hindsight, vector = Hindsight(), np.ones(EMBEDDING_SIZE, np.float32)
    hindsight.take(hop(0, embedding=vector))
    hindsight.take(hop(9, embedding=vector))
    assert told_at(hindsight, 0.0) == [HOP_SAMPLES]
    assert told_at(hindsight, 3.4) == []
    assert told_at(hindsight, 3.5) == [10 * HOP_SAMPLES]
