import random

import numpy as np
import pytest

from sentiment.pulse.voices import BUSY_MOST, FULL_VOICE, USER_MOST, USERS_MOST, Voices


def test_nobody_means_nothing() -> None:
    voices = Voices(10.0, 2)
    assert voices.means() is None
    assert (len(voices), voices.voices, voices.busyness) == (0, 0, 0)


def test_a_user_is_one_voice_however_much_they_say() -> None:
    voices = Voices(10.0, 1)
    for _ in range(FULL_VOICE):
        voices.hear("loud", 1.0, (1.0,))
    voices.hear("quiet", 1.0, (0.0,))
    means = voices.means()
    assert means is not None
    assert means[0] == pytest.approx(0.5)  # over messages it would be 0.75
    assert voices.voices == 2
    assert voices.busyness == BUSY_MOST + 1


def test_a_flood_is_less_than_a_voice() -> None:
    voices = Voices(10.0, 1)
    for _ in range(2 * FULL_VOICE):
        voices.hear("flood", 1.0, (1.0,))
    voices.hear("quiet", 1.0, (0.0,))
    means = voices.means()
    assert means is not None
    assert means[0] == pytest.approx(0.5 / 1.5)
    assert voices.voices == pytest.approx(1.5)


def test_a_user_says_the_mean_of_what_they_say() -> None:
    voices = Voices(10.0, 2)
    voices.hear("a", 0.0, (1.0, 10.0))
    voices.hear("a", 1.0, (0.0, 20.0))
    assert np.allclose(voices.means(), (0.5, 15.0))


def test_what_is_old_is_forgotten_exactly() -> None:
    voices = Voices(10.0, 1)
    voices.hear("a", 0.0, (0.1,))
    voices.hear("a", 4.0, (0.3,))
    voices.hear("b", 5.0, (0.7,))
    voices.forget(10.0)  # the window is open at its beginning
    assert np.allclose(voices.means(), 0.5)
    voices.forget(14.5)
    assert np.allclose(voices.means(), 0.7)
    voices.forget(15.0)
    assert voices.means() is None


def test_running_totals_are_what_a_fresh_count_gives() -> None:
    draw, voices = random.Random(2), Voices(10.0, 2)
    said: list[tuple[float, str, tuple[float, float]]] = []
    for step in range(3_000):
        at_seconds = step * 0.05
        user = f"u{int(draw.expovariate(0.2))}"
        values = (draw.random(), draw.gauss(0, 5))
        dropped = voices.dropped
        voices.hear(user, at_seconds, values)
        if voices.dropped == dropped:
            said.append((at_seconds, user, values))
    within = [each for each in said if each[0] > said[-1][0] - 10.0]
    users = sorted({user for _, user, _ in within})
    of = [np.array([values for _, by, values in within if by == user]) for user in users]
    weights = np.array([min(1.0, FULL_VOICE / len(each)) for each in of])
    means = np.array([each.mean(axis=0) for each in of])
    assert np.allclose(voices.means(), weights @ means / weights.sum())
    assert voices.voices == pytest.approx(weights.sum())
    assert voices.busyness == sum(min(BUSY_MOST, len(each)) for each in of)


def test_memory_is_bounded_by_user_and_by_users() -> None:
    voices = Voices(10.0, 1)
    for _ in range(USER_MOST + 5):
        voices.hear("flood", 1.0, (1.0,))
    assert voices.dropped == 5
    for user in range(USERS_MOST + 3):
        voices.hear(f"u{user}", 2.0, (1.0,))
    assert len(voices) == USERS_MOST
    assert "flood" not in voices._sums
    assert len(voices._said) == USERS_MOST
