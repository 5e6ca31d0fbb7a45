"""Films as they are read back: whole, in time, and the same each time."""

from fractions import Fraction

import numpy as np
import pytest

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.show import ShowSettings
from tests.visuals.film.reading import decibels, read
from tests.visuals.film.shows import BPM, SIZE, Free, Plain, clicks, hops
from visuals.film.drawing import Camera, Cut
from visuals.film.filming import film
from visuals.film.overlay import overlay_of
from visuals.film.writing import FilmWriter

SECONDS = 6.0


def make(path, *, rate=25, cut=None, generator=None, overlay=None, told=None, settings=None):
    rate = Fraction(rate)
    camera = Camera(
        generator or Plain(), Free(), settings or ShowSettings(), float(rate), cut or Cut()
    )
    writer = FilmWriter(path, SIZE, rate, "a film")
    return film(told or hops(clicks(SECONDS)), camera, writer, overlay)


def rises(film_read):
    """Return when the picture turns bright: on the beat."""
    light = film_read.pictures.mean(axis=(1, 2, 3))
    return [film_read.times[n] for n in range(1, len(light)) if light[n] > light[n - 1] + 40]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "a.webm"
    assert make(path) == SECONDS
    return read(path)


def test_it_is_a_webm_of_vp9_and_opus(made):
    assert made.codecs == ("vp9", "opus")
    assert made.title == "a film"
    assert made.pictures.shape[1:] == (SIZE.height, SIZE.width, 3)


def test_pictures_and_sound_begin_at_0_and_are_equally_long(made):
    assert made.times[0] == 0.0
    assert made.sound_begins == 0.0
    assert len(made.sound) == SECONDS * SAMPLE_RATE_HZ
    assert len(made.times) == SECONDS * 25
    np.testing.assert_allclose(np.diff(made.times), 0.04, atol=0.0011)
    assert made.container_seconds == pytest.approx(SECONDS, abs=0.04)


def test_the_sound_is_the_mixs_own(made):
    own = clicks(SECONDS)
    assert decibels(made.sound) == pytest.approx(decibels(own), abs=0.1)
    shift = int(np.argmax(np.abs(made.sound[: SAMPLE_RATE_HZ // 4, 0]) > 0.2))
    assert abs(shift - int(np.argmax(np.abs(own[:, 0]) > 0.2))) <= 24  # half a millisecond


def test_the_picture_beats_within_a_frame_of_the_clicks(made):
    beats = rises(made)
    assert len(beats) == SECONDS * BPM / 60 - 1  # the one at 0 is no change
    for beat, true in zip(beats, np.arange(1, len(beats) + 1) * 60 / BPM, strict=True):
        assert -1e-3 <= beat - true <= 0.041


@pytest.mark.parametrize("rate", [Fraction(30_000, 1_001), Fraction(60)])
def test_other_rates_stay_in_time(tmp_path, rate):
    make(tmp_path / "film.webm", rate=rate)
    made = read(tmp_path / "film.webm")
    assert len(made.times) == np.ceil(SECONDS * rate)
    np.testing.assert_allclose(made.times, np.arange(len(made.times)) / float(rate), atol=0.0011)
    for beat, true in zip(rises(made), np.arange(1, 12) * 0.5, strict=True):
        assert -2e-3 <= beat - true <= 1.01 / float(rate) + 2e-3


def test_a_part_of_a_mix_is_heard_from_before(tmp_path):
    cut = Cut(round(3.1 * SAMPLE_RATE_HZ), round(1.9 * SAMPLE_RATE_HZ))
    generator = Plain()
    assert make(tmp_path / "part.webm", cut=cut, generator=generator) == pytest.approx(1.9)
    made = read(tmp_path / "part.webm")
    assert len(made.sound) == round(1.9 * SAMPLE_RATE_HZ)
    assert len(made.times) == np.ceil(1.9 * 25)
    assert generator.seen[0].position_seconds == pytest.approx(3.1)
    assert generator.seen[0].beat_confidence > 0.5
    assert rises(made)[0] == pytest.approx(0.4, abs=0.041)  # the beat at 3.5 s


def test_a_part_that_lies_behind_the_end_is_no_film(tmp_path):
    told = hops(clicks(2.0))
    assert make(tmp_path / "none.webm", cut=Cut(60 * SAMPLE_RATE_HZ), told=told) == 0.0


def test_a_film_begins_with_what_is_only_known_later(tmp_path):
    generator = Plain()
    make(tmp_path / "film.webm", generator=generator)
    early = generator.seen[round(0.6 * 25)]
    assert early.beat_confidence > 0.5
    assert early.bar is not None


def test_the_same_show_is_the_same_file(tmp_path):
    for name in ("one", "two"):
        make(tmp_path / f"{name}.webm")
    assert (tmp_path / "one.webm").read_bytes() == (tmp_path / "two.webm").read_bytes()


def test_colours_are_what_was_drawn(tmp_path):
    class Coloured(Plain):
        def draw(self, senses, settings):
            drawn = super().draw(senses, settings)
            drawn.picture[:] = (200, 60, 30)
            return drawn

    make(tmp_path / "red.webm", generator=Coloured())
    np.testing.assert_allclose(
        read(tmp_path / "red.webm").pictures[20].mean(axis=(0, 1)), (200, 60, 30), atol=4
    )


def test_a_layer_lies_over_every_picture(tmp_path):
    rgba = np.zeros((SIZE.height, SIZE.width, 4), np.uint8)
    rgba[70:80, 10:60] = (255, 255, 255, 255)
    made = make(tmp_path / "film.webm", overlay=overlay_of(rgba))
    assert made == SECONDS
    pictures = read(tmp_path / "film.webm").pictures
    assert pictures[:, 73:77, 20:50].min() > 230
    assert pictures[:, :60].max() < 215


def test_what_fails_while_judging_ends_the_film(tmp_path):
    def broken():
        yield from hops(clicks(2.0))
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        make(tmp_path / "film.webm", told=broken())


def test_what_fails_while_encoding_ends_the_film(tmp_path):
    class Grown(Plain):
        def draw(self, senses, settings):
            drawn = super().draw(senses, settings)
            if senses.position_seconds > 1.0:
                self._picture = np.zeros((90, 161, 3), np.uint16)
            return drawn

    with pytest.raises(ValueError):  # of NumPy's array, by PyAV, in the encoding thread
        make(tmp_path / "film.webm", generator=Grown())


def test_no_more_hops_are_held_than_hindsight_needs():
    made, drawn = [0], []

    def counted():
        for hop in hops(np.zeros((60 * SAMPLE_RATE_HZ, 2), np.float32)):
            made[0] += 1
            yield hop

    camera = Camera(Plain(), Free(), ShowSettings(), 10.0)
    for shot in camera.shoot(counted()):
        if shot.drawn is not None:
            drawn.append(shot.position_samples)
            assert made[0] - shot.position_samples // HOP_SAMPLES <= 21
    assert len(drawn) == 600
