import math
import random

import pytest

from sentiment.moments.lag import LagLearner

PRIOR_SECONDS, SPREAD_SECONDS = 13.0, 5.0


def hype(position: float, events: list[float], lag_seconds: float, draw: random.Random) -> float:
    bump = sum(math.exp(-0.5 * ((position - at - lag_seconds) / 5) ** 2) for at in events)
    return 27 + 60 * min(1.0, bump) + draw.gauss(0, 6)


def learnt(lag_seconds: float, count: int, answered: bool = True) -> LagLearner:
    learner, draw = LagLearner(PRIOR_SECONDS, SPREAD_SECONDS), random.Random(4)
    events = [60.0 + 90.0 * place for place in range(count)]
    for position in range(1, int(60 + 90 * count)):
        for at in events:
            if at == position:
                learner.expect(at, 0.8)
        learner.hear(position, hype(position, events if answered else [], lag_seconds, draw))
    return learner


@pytest.mark.parametrize("lag_seconds", [5.0, 9.0, 15.0, 22.0, 28.0])
def test_the_lag_is_learnt_within_two_seconds(lag_seconds: float) -> None:
    learner = learnt(lag_seconds, 8)
    assert learner.events >= 7
    assert learner.seconds == pytest.approx(lag_seconds, abs=2.0)


def test_the_prior_holds_until_something_is_known() -> None:
    assert learnt(22.0, 0).seconds == PRIOR_SECONDS


def test_a_crowd_that_does_not_answer_teaches_little() -> None:
    assert learnt(22.0, 8, answered=False).seconds == pytest.approx(PRIOR_SECONDS, abs=6.0)


def test_an_empty_room_teaches_nothing() -> None:
    learner = LagLearner(PRIOR_SECONDS, SPREAD_SECONDS)
    learner.expect(10.0, 0.9)
    for position in range(1, 100):
        learner.hear(float(position), None)
    assert (learner.seconds, learner.events) == (PRIOR_SECONDS, 0)


def test_it_follows_a_channel_that_changes() -> None:
    learner, draw = learnt(8.0, 10), random.Random(7)
    start = 2_000.0
    events = [start + 60 + 90.0 * place for place in range(20)]
    learner.forget_set()
    for second in range(90 * 20):
        position = start + second
        for at in events:
            if at == position:
                learner.expect(at, 0.8)
        learner.hear(position, hype(position, events, 24.0, draw))
    assert learner.seconds == pytest.approx(24.0, abs=3.0)


def test_a_set_that_ended_is_forgotten_and_the_lag_is_not() -> None:
    learner = learnt(22.0, 8)
    learner.expect(1.0, 0.9)
    learner.forget_set()
    for position in range(1, 80):
        learner.hear(float(position), 27.0)
    assert learner.seconds == pytest.approx(22.0, abs=2.0)
