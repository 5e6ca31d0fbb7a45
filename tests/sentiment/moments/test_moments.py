import math
import random

import pytest

from core.crowd import Moment, MomentStatus
from core.plain import to_plain
from sentiment.moments import MomentRules, Moments
from tests.sentiment.moments.sets import drop_scores, finding
from tests.sentiment.pulse.crowds import Crowd

LAG_SECONDS = 13.0
CALM = 27.0


class Room:
    """A set second by second: what the judge says in time, and what the crowd's index is."""

    def __init__(self, rules: MomentRules | None = None) -> None:
        self.moments = Moments(rules)
        self.told: list[Moment] = []
        self.position = 0

    def play(
        self, seconds: int, messages=(), hype=lambda position: CALM, epoch: str = "set"
    ) -> None:
        waiting = sorted(messages, key=lambda message: message.end_sample)
        for _ in range(seconds):
            self.position += 1
            while waiting and waiting[0].end_sample <= self.position * 48_000:
                self.moments.hear(epoch, waiting.pop(0))
            self.told += self.moments.tick(epoch, float(self.position), hype(self.position))

    def last(self) -> dict[str, Moment]:
        return {moment.id: moment for moment in self.told}

    def courses(self) -> dict[str, list[MomentStatus]]:
        courses: dict[str, list[MomentStatus]] = {}
        for moment in self.told:
            course = courses.setdefault(moment.id, [])
            if not course or course[-1] is not moment.status:
                course.append(moment.status)
        return courses


def answers(*events: float, lag: float = LAG_SECONDS, height: float = 65.0):
    def hype(position: float) -> float:
        bump = sum(math.exp(-0.5 * ((position - at - lag) / 6) ** 2) for at in events)
        return CALM + height * min(1.0, bump)

    return hype


def test_a_drop_is_provisional_then_confirmed_and_told_at_its_own_time() -> None:
    room = Room()
    room.play(160, drop_scores(80.0), answers(80.0))
    (moment,) = room.last().values()
    assert room.courses()[moment.id] == [MomentStatus.PROVISIONAL, MomentStatus.CONFIRMED]
    assert moment.code == "drop"
    assert moment.start_seconds == pytest.approx(80.0, abs=1.0)
    assert 30 <= moment.end_seconds - moment.start_seconds <= 45
    assert moment.hype is not None and moment.hype > 85
    assert moment.epoch == "set" and 0 < moment.strength <= 1
    to_plain(moment)


def test_it_is_announced_before_the_crowd_has_said_anything() -> None:
    room = Room()
    room.play(83, drop_scores(80.0))
    (moment,) = room.told
    assert (moment.status, moment.hype) == (MomentStatus.PROVISIONAL, None)


def test_a_drop_that_nobody_answers_is_withdrawn() -> None:
    room = Room()
    room.play(160, drop_scores(80.0))
    (course,) = room.courses().values()
    assert course == [MomentStatus.PROVISIONAL, MomentStatus.WITHDRAWN]


def test_where_nobody_chats_it_is_withdrawn_too() -> None:
    room = Room()
    room.play(160, drop_scores(80.0), lambda position: None)
    (course,) = room.courses().values()
    assert course == [MomentStatus.PROVISIONAL, MomentStatus.WITHDRAWN]


def test_the_crowd_alone_can_make_one() -> None:
    room = Room()
    room.play(160, (), answers(80.0))
    (moment,) = room.last().values()
    assert room.courses()[moment.id] == [MomentStatus.CONFIRMED]
    assert moment.code == "crowd"
    assert moment.start_seconds == pytest.approx(80.0, abs=4.0)  # not 93, when they answered
    assert moment.start_seconds < 80.0 + 10 < moment.end_seconds


def test_a_weak_sound_explains_what_the_crowd_says_and_is_not_announced() -> None:
    weak = finding("technique_stutter", 80.0, 82.0)
    calm, loud = Room(), Room()
    calm.play(160, [weak])
    loud.play(160, [weak], answers(80.0))
    assert not calm.told
    (moment,) = loud.last().values()
    assert (moment.code, moment.start_seconds) == ("change", 80.0)
    assert loud.courses()[moment.id] == [MomentStatus.CONFIRMED]


def test_less_of_a_reaction_is_enough_where_the_sound_agrees() -> None:
    moved = answers(80.0, height=25.0)  # up to 52
    with_drop, without = Room(), Room()
    with_drop.play(160, drop_scores(80.0), moved)
    without.play(160, (), moved)
    assert [moment.status for moment in with_drop.last().values()] == [MomentStatus.CONFIRMED]
    assert not without.told


def test_a_peak_and_the_drop_after_it_are_one_moment() -> None:
    room = Room()
    build = finding("energy_build", 60.0, 78.0)
    room.play(160, [build, *drop_scores(80.0)], answers(80.0))
    (moment,) = room.last().values()
    assert moment.code == "drop"
    assert moment.start_seconds == pytest.approx(80.0, abs=1.0)


def test_the_next_may_begin_45_seconds_later() -> None:
    room = Room()
    drops = [*drop_scores(80.0), *drop_scores(110.0), *drop_scores(170.0)]
    room.play(260, drops, answers(80.0, 110.0, 170.0))
    starts = sorted(round(moment.start_seconds) for moment in room.last().values())
    assert len(starts) == 2
    assert starts[1] - starts[0] >= 45


def test_a_crowd_that_stays_wild_makes_one_moment() -> None:
    room = Room()
    room.play(400, (), lambda position: 90.0 if position > 60 else CALM)
    (moment,) = room.last().values()
    assert moment.end_seconds - moment.start_seconds <= 45


def test_a_withdrawn_moment_bars_nobody() -> None:
    room = Room()
    room.play(200, [*drop_scores(80.0), *drop_scores(114.0)], answers(114.0))
    statuses = sorted(moment.status.value for moment in room.last().values())
    assert statuses == ["confirmed", "withdrawn"]


def test_what_was_withdrawn_stays_withdrawn() -> None:
    room = Room()
    room.play(200, drop_scores(80.0), answers(80.0, lag=32.0))  # they were asleep
    courses = sorted(room.courses().values(), key=len)
    assert courses == [
        [MomentStatus.CONFIRMED],
        [MomentStatus.PROVISIONAL, MomentStatus.WITHDRAWN],
    ]
    assert {moment.code for moment in room.last().values()} == {"crowd", "drop"}


def test_a_set_that_ends_has_the_last_word() -> None:
    room = Room()
    room.play(83, drop_scores(80.0))
    ended = room.moments.tick(None, 0.0, CALM)
    assert [moment.status for moment in ended] == [MomentStatus.WITHDRAWN]
    assert room.moments.tick(None, 0.0, 99.0) == []  # between sets there are none


def test_another_set_has_a_clock_of_its_own() -> None:
    room = Room()
    room.play(160, drop_scores(80.0), answers(80.0))
    room.position = 0
    room.play(160, drop_scores(80.0), answers(80.0), epoch="next")
    assert sorted(moment.epoch for moment in room.last().values()) == ["next", "set"]


def test_while_a_set_stands_still_nothing_changes() -> None:
    room = Room()
    room.play(83, drop_scores(80.0))
    assert all(room.moments.tick("set", 83.0, 99.0) == [] for _ in range(100))


def test_ids_are_unique_and_words_are_few() -> None:
    room = Room()
    at = [100.0 * place for place in range(1, 12)]
    drops = [message for each in at for message in drop_scores(each)]
    room.play(1_250, drops, answers(*at))
    assert len(room.last()) == len(at)
    assert len(room.told) <= 3 * len(at)  # announced, confirmed, over


@pytest.mark.parametrize("lag", [8.0, 22.0])
def test_a_lag_that_is_not_the_usual_one_is_learnt(lag: float) -> None:
    room = Room()
    at = [100.0 * place for place in range(1, 10)]
    drops = [message for each in at for message in drop_scores(each)]
    room.play(1_000, drops, answers(*at, lag=lag))
    assert room.moments.lag_seconds == pytest.approx(lag, abs=2.0)
    known = set(room.last())
    room.play(120, (), answers(1_040.0, lag=lag))  # the crowd alone
    (moment,) = [each for id_, each in room.last().items() if id_ not in known]
    assert moment.code == "crowd"
    assert moment.start_seconds == pytest.approx(1_040.0, abs=4.0)


# With a real pulse


class Evening:
    """A crowd of people and a set, joined as a room joins them."""

    def __init__(self, users: int, seed: int, answer_seconds: float) -> None:
        self.crowd = Crowd(users=users, seed=seed)
        self.room = Room()
        self.answer_seconds = answer_seconds

    def play(self, seconds: int, drops: list[float], audible: bool = True) -> None:
        messages = [m for at in drops for m in drop_scores(at)] if audible else []

        def hype(position: float) -> float | None:
            since = [position - at - self.answer_seconds for at in drops]
            reacting = any(0 <= each < 6 for each in since)
            joy = max(2, self.crowd.users // 8) if reacting else 0
            return self.crowd.second(joy=joy).hype

        self.room.play(seconds, messages, hype)


@pytest.mark.parametrize("users", [8, 60])
def test_planted_drops_are_found_at_their_time(users: int) -> None:
    evening = Evening(users, seed=3, answer_seconds=5.0)
    drops = [150.0 + 110.0 * place for place in range(8)]
    evening.play(1_100, drops)
    confirmed = [
        moment
        for moment in evening.room.last().values()
        if moment.status is MomentStatus.CONFIRMED and moment.code != "crowd"
    ]
    found = [min(abs(moment.start_seconds - at) for moment in confirmed) for at in drops]
    assert sum(each < 2 for each in found) >= 7


def test_without_sound_the_crowd_is_enough() -> None:
    evening = Evening(60, seed=3, answer_seconds=5.0)
    drops = [150.0 + 110.0 * place for place in range(8)]
    evening.play(1_100, drops, audible=False)
    starts = [moment.start_seconds for moment in evening.room.last().values()]
    found = [min(abs(start - at) for start in starts) for at in drops]
    assert sum(each < 6 for each in found) == 8
    assert len(starts) <= 10


@pytest.mark.parametrize("users", [8, 60])
def test_talk_gives_few_false_moments(users: int) -> None:
    evening = Evening(users, seed=11, answer_seconds=5.0)
    evening.play(3_600, [])
    assert len(evening.room.last()) <= 3  # an hour


def test_noise_is_the_same_every_time() -> None:
    draw = random.Random(1)
    course = [draw.uniform(0, 100) for _ in range(500)]
    rooms = [Room(), Room()]
    for room in rooms:
        room.play(500, drop_scores(80.0), lambda position: course[position - 1])
    assert rooms[0].told == rooms[1].told
