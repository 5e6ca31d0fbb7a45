import numpy as np
import pytest

from sentiment.pulse.hype import SIGNS, USUAL_LOGIT, WARM_UP_SECONDS, HypeIndex
from sentiment.pulse.usual import GAP_SECONDS

USUAL = np.array([2.6, 0.2, 0.1, 0.05, 0.15, 0.1, 2.5, 2.8])
WILD = np.array([1.4, 0.8, 0.6, 0.30, 0.60, 0.5, 3.8, 4.2])
CENTRE = 100 / (1 + np.exp(-USUAL_LOGIT))


def warm(seconds: int = 300) -> HypeIndex:
    index = HypeIndex()
    for _ in range(seconds):
        index.take(USUAL, 12)
    return index


def test_weights_are_shares_and_what_is_said_outweighs_how_much() -> None:
    assert sum(abs(sign.weight) for sign in SIGNS) == pytest.approx(1.0)
    amount = sum(sign.weight for sign in SIGNS if sign.name in ("chatters", "rate"))
    assert amount <= 0.25


def test_nothing_is_said_while_warming_up() -> None:
    index = HypeIndex()
    told = [index.take(USUAL, 12) for _ in range(GAP_SECONDS + WARM_UP_SECONDS)]
    assert told[-2] is None and told[-1] is not None


def test_usual_is_usual_and_wild_is_wild() -> None:
    index = warm()
    assert index.take(USUAL, 12) == pytest.approx(CENTRE, abs=3)
    for _ in range(8):
        hype = index.take(WILD, 40)
    assert hype is not None and hype > 90


def test_a_few_voices_say_less_than_many() -> None:
    few, many = warm(), warm()
    for _ in range(8):
        of_few, of_many = few.take(WILD, 2), many.take(WILD, 60)
    assert of_few is not None and of_many is not None
    assert CENTRE < of_few < of_many - 10


def test_an_unknown_sign_says_nothing() -> None:
    index = warm()
    unknown = np.full(len(SIGNS), np.nan)
    for _ in range(8):
        hype = index.take(unknown, 0)
    assert hype == pytest.approx(100 / (1 + np.exp(-USUAL_LOGIT)))


def test_each_sign_points_its_way() -> None:
    for place, sign in enumerate(SIGNS):
        index, moved = warm(), USUAL.copy()
        moved[place] += np.sign(sign.weight) * 6 * sign.least_spread
        for _ in range(8):
            hype = index.take(moved, 60)
        assert hype is not None and hype > CENTRE + 1, sign.name
