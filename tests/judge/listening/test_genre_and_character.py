"""Genre, energy and danceability."""

import numpy as np
import pytest

from core.media import SAMPLE_RATE_HZ
from core.messages import Genre
from judge.listening.genre import GenreListener, posterior

from .signals import heard, kick, kicks, minor_track, placed, sine, stereo


def test_a_declared_genre_is_believed():
    reading = heard(stereo(kicks(100, 1.0)), Genre.TRANCE)[0].genre
    assert (reading.value, reading.confidence) == ("trance", 1.0)


def run(bpm, kick, tonal, seconds=40.0):
    listener = GenreListener(None)
    return [listener.hear(bpm, kick, tonal) for _ in range(round(2 * seconds))][-1]


@pytest.mark.parametrize(
    ("features", "genre"),
    [
        pytest.param((123.0, 0.75, 0.6), "house", id="house"),
        pytest.param((136.0, 0.8, 0.15), "techno", id="techno"),
        pytest.param((138.0, 0.75, 0.95), "trance", id="trance"),
        pytest.param((140.0, 0.1, 0.4), "dubstep", id="dubstep"),
        pytest.param((70.0, 0.1, 0.4), "dubstep", id="dubstep read at half its tempo"),
        pytest.param((100.0, 0.3, 0.5), "other", id="slow"),
        pytest.param((174.0, 0.3, 0.5), "other", id="fast"),
    ],
)
def test_plain_cases(features, genre):
    reading = run(*features)
    assert reading.value == genre
    assert 0 < reading.confidence <= 0.7


def test_between_two_genres_none_is_named():
    assert run(129.0, 0.75, 0.45).reason == "genre_unsure"


def test_a_genre_takes_its_time_and_needs_a_beat():
    assert run(123.0, 0.75, 0.6, seconds=10).reason == "too_short"
    assert run(None, 0.0, 0.6).reason == "too_short"


def test_the_posterior_is_one():
    assert posterior(128.0, 0.5, 0.5).sum() == pytest.approx(1.0)


def test_energy_follows_the_music_and_not_the_gain():
    quiet = 0.1 * sine(300, 15, 0.3)
    loud = minor_track(57, 126, 15)[: len(quiet)]
    sound = np.concatenate((loud, quiet, loud))
    energies = [each.energy for each in heard(stereo(sound))]
    assert np.mean(energies[40:58]) < 0.3
    assert np.mean(energies[75:]) > 0.6
    halved = [each.energy for each in heard(stereo(0.5 * sound))]
    assert np.allclose(energies[10:], halved[10:], atol=0.05)


def test_silence_has_no_energy():
    last = heard(np.zeros((3 * SAMPLE_RATE_HZ, 2), np.float32))[-1]
    assert last.energy is None
    assert last.danceability is None


def test_a_steady_kick_is_more_danceable_than_scattered_ones():
    rng = np.random.default_rng(5)
    times = np.sort(rng.uniform(0, 19.5, 40))
    steady = heard(stereo(kicks(122, 20.0)))[-1].danceability
    scattered = heard(stereo(placed(kick(), times, 20.0)))[-1].danceability
    assert steady > 0.8
    assert scattered < steady - 0.3
