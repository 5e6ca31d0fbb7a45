import numpy as np
import pytest

from sentiment.pulse.usual import GAP_SECONDS, RECENT_SECONDS, Z_MOST, Usual, _median


def usual(least: float = 0.1, centre: float = 0.0) -> Usual:
    return Usual([centre], [least])


def fed(values, **kwargs: float) -> Usual:
    known = usual(**kwargs)
    for value in values:
        known.take(np.array([value]))
    return known


def test_the_newest_seconds_do_not_count_yet() -> None:
    known = usual()
    assert known.known_seconds == 0
    for _ in range(GAP_SECONDS + 7):
        known.take(np.array([1.0]))
    assert known.known_seconds == 7


def test_z_of_a_normal_crowd_is_normal() -> None:
    rng = np.random.default_rng(3)
    known = fed(rng.normal(5.0, 2.0, RECENT_SECONDS + GAP_SECONDS))
    z = known.z(rng.normal(5.0, 2.0, 2_000)[:, None])
    assert abs(float(z.mean())) < 0.2
    assert float(z.std()) == pytest.approx(1.0, abs=0.2)


def test_half_a_minute_of_storm_hardly_moves_it() -> None:
    calm = np.random.default_rng(4).normal(1.0, 0.3, 300)
    stormy = np.concatenate([calm[:200], np.full(30, 9.0), calm[230:]])
    assert abs(fed(stormy).centre[0] - fed(calm).centre[0]) < 0.15
    assert abs(stormy.mean() - calm.mean()) > 0.7  # a mean is moved


def test_a_room_in_which_nothing_happens_has_a_spread() -> None:
    known = fed(np.zeros(400), least=0.5)
    assert known.z(np.array([1.0]))[0] == pytest.approx(2.0, abs=0.5)
    assert known.z(np.array([100.0]))[0] == Z_MOST


def test_an_unknown_room_is_taken_for_any_room() -> None:
    known = usual(least=0.5, centre=3.0)
    assert known.centre[0] == 3.0
    assert known.z(np.array([4.0]))[0] == pytest.approx(1.0)  # twice the least spread


def test_the_channels_own_self_takes_over() -> None:
    known = fed(np.full(200, 8.0), centre=0.0)
    assert known.centre[0] == pytest.approx(8.0)


def test_what_is_not_known_says_nothing() -> None:
    known = fed([np.nan] * 200 + [2.0] * 100, centre=7.0)
    assert known.centre[0] == pytest.approx(2.0)
    assert np.isnan(known.z(np.array([np.nan]))[0])
    unheard = fed([np.nan] * 400, centre=7.0)
    assert unheard.centre[0] == 7.0


def test_a_time_without_anybody_leaves_the_hour() -> None:
    known = fed(np.full(400, 5.0), centre=0.0)
    known.skip(10_000)
    assert known.centre[0] == 5.0  # nothing newer is known
    assert known.known_seconds == RECENT_SECONDS


def test_the_hour_holds_the_centre_in_a_long_storm() -> None:
    known = fed([1.0] * 2_400 + [3.0] * 600, least=0.1)
    assert 1.0 < known.centre[0] < 3.0


def test_medians_of_columns() -> None:
    values = np.array([[1.0, np.nan, 4.0], [np.nan, np.nan, 2.0], [5.0, np.nan, 9.0]])
    assert np.allclose(_median(values, np.array([0.0, -1.0, 0.0])), (3.0, -1.0, 4.0))
