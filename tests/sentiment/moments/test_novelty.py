import random

import pytest

from sentiment.moments.novelty import Novelty
from tests.sentiment.moments.sets import hops, score


def course(seconds: float, change_at: float | None, seed: int = 1) -> list[tuple[float, float]]:
    draw, novelty, found = random.Random(seed), Novelty(), []
    for end in hops(0, seconds):
        changed = change_at is not None and end > change_at
        heard = score(
            end,
            energy=(0.2 if changed else 0.6) + draw.gauss(0, 0.02),
            brightness_hz=(700.0 if changed else 2_500.0) * (1 + draw.gauss(0, 0.05)),
            onset_rate_hz=(1.0 if changed else 7.0) + draw.gauss(0, 0.3),
            kick_db=(-25.0 if changed else -3.0) + draw.gauss(0, 0.7),
        )
        told = novelty.hear(heard)
        if told is not None:
            found.append(told)
    return found


def test_a_change_is_found_once_where_it_is() -> None:
    found = course(240.0, 150.0)
    assert len(found) == 1
    at_seconds, strength = found[0]
    assert at_seconds == pytest.approx(150.0, abs=4.0)
    assert 0.35 <= strength <= 0.55


def test_music_that_stays_as_it_is_has_none() -> None:
    assert not course(600.0, None)


def test_where_all_is_change_few_are_unusual() -> None:
    draw, novelty, found = random.Random(3), Novelty(), []
    for place, end in enumerate(hops(0, 600)):
        if place % 14 == 0:
            energy, onset_rate_hz = draw.uniform(0.4, 0.8), draw.uniform(3.0, 8.0)
        found.append(novelty.hear(score(end, energy=energy, onset_rate_hz=onset_rate_hz)))
    assert sum(told is not None for told in found) <= 3  # of 85


def test_nothing_is_unusual_before_the_usual_is_known() -> None:
    assert not course(60.0, 40.0)


def test_what_is_not_known_is_no_change() -> None:
    novelty = Novelty()
    told = [novelty.hear(score(end)) for end in hops(0, 120)]
    told += [novelty.hear(score(end, kick_db=None)) for end in hops(120, 140)]
    told += [novelty.hear(score(end, energy=0.52)) for end in hops(140, 160)]
    assert set(told) == {None}
