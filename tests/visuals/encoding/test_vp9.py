"""One chunk out for each picture in, within the rate, decodable from any key on."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadInput
from tests.visuals.encoding.charts import COLOURS, chart, moving
from tests.visuals.encoding.decoding import decoded, likeness_db
from visuals.encoding.chunk import EncodedChunk
from visuals.encoding.vp9 import Vp9Encoder

STEP = 2400  # samples: 20 pictures a second


def encoded(pictures, encoder=None, **options) -> list[EncodedChunk]:
    encoder = encoder or Vp9Encoder()
    return [encoder.encode(picture, n * STEP, **options) for n, picture in enumerate(pictures)]


def most_bits_in_a_second(chunks: list[EncodedChunk]) -> int:
    sizes = [8 * len(chunk.payload) for chunk in chunks]
    return max(sum(sizes[start : start + 20]) for start in range(len(sizes) - 19))


def test_each_picture_is_out_at_once_and_looks_like_what_went_in():
    pictures = [moving(n) for n in range(30)]
    encoder = Vp9Encoder()
    for n, picture in enumerate(pictures):
        chunk = encoder.encode(picture, n * STEP)
        assert chunk.payload
        assert (chunk.width, chunk.height) == (320, 180)
    seen = decoded("vp9", encoded(pictures))
    assert len(seen) == len(pictures)
    assert min(likeness_db(a, b) for a, b in zip(seen, pictures, strict=True)) > 36


def test_colours_come_back():
    seen = decoded("vp9", encoded([chart()] * 5))[-1]
    middles = seen[45::90, 40::80].reshape(-1, 3)
    assert np.abs(middles.astype(int) - COLOURS).max() < 3


def test_smooth_pictures_take_a_fraction_of_the_rate():
    assert most_bits_in_a_second(encoded([moving(n) for n in range(100)])) < 200_000


def noisy(number: int, levels: int) -> np.ndarray:
    noise = np.random.default_rng(number).integers(-levels, levels + 1, (180, 320, 3))
    return np.clip(moving(number) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "film",
    [
        [noisy(n, 40) for n in range(100)],
        [noisy(17 * n, 15) if n // 30 % 2 else moving(n) for n in range(130)],
        [moving(37 * n) for n in range(100)],
    ],
    ids=["noise", "cuts to noise", "a cut at every picture"],
)
def test_no_second_takes_more_than_450_kilobits(film):
    assert most_bits_in_a_second(encoded(film)) < 450_000


def test_keys_come_every_two_seconds_when_asked_and_by_force():
    encoder = Vp9Encoder()
    keys = []
    for n in range(130):
        if n == 70:
            encoder.force_key()
        if encoder.encode(moving(n), n * STEP, key=n == 50).key:
            keys.append(n)
    assert keys == [0, 40, 50, 70, 110]


def test_keys_come_by_time_at_any_rate():
    encoder = Vp9Encoder()
    chunks = [encoder.encode(moving(n), n * 9600) for n in range(25)]  # 5 pictures a second
    assert [n for n, chunk in enumerate(chunks) if chunk.key] == [0, 10, 20]


def test_a_stream_can_be_joined_at_any_key():
    pictures = [moving(n) for n in range(50)]
    chunks = encoded(pictures)
    for key in [n for n, chunk in enumerate(chunks) if chunk.key]:
        seen = decoded("vp9", chunks[key:])
        assert len(seen) == len(pictures) - key
        assert likeness_db(seen[0], pictures[key]) > 36


def test_a_new_size_begins_with_a_key_and_says_so():
    encoder = Vp9Encoder()
    chunks = encoded([moving(0), moving(1)], encoder)
    chunks += encoded([moving(2, 640, 360), moving(3, 640, 360), moving(4)], encoder)
    assert [chunk.reconfigured for chunk in chunks] == [True, False, True, False, True]
    assert [chunk.key for chunk in chunks] == [True, False, True, False, True]
    assert [seen.shape[1] for seen in decoded("vp9", chunks)] == [320, 320, 640, 640, 320]


def test_a_clock_that_leaps_does_no_harm():
    encoder = Vp9Encoder()
    moments = [0, 2400, 2400, 48_000_000, 100, 2500]
    chunks = [encoder.encode(moving(n), moment) for n, moment in enumerate(moments)]
    assert len(decoded("vp9", chunks)) == len(moments)


def test_a_picture_that_lies_otherwise_in_memory_is_encoded_as_it_looks():
    picture = moving(0)
    turned = np.asfortranarray(picture)
    assert encoded([turned])[0].payload == encoded([picture])[0].payload


@pytest.mark.parametrize(
    ("picture", "slug"),
    [
        (np.zeros((180, 321, 3), np.uint8), "picture_odd"),
        (np.zeros((181, 320, 3), np.uint8), "picture_odd"),
        (np.zeros((0, 320, 3), np.uint8), "picture_odd"),
        (np.zeros((180, 320), np.uint8), "picture_invalid"),
        (np.zeros((180, 320, 4), np.uint8), "picture_invalid"),
        (np.zeros((180, 320, 3), np.float32), "picture_invalid"),
    ],
)
def test_what_cannot_be_encoded_is_refused(picture, slug):
    with pytest.raises(BadInput) as refusal:
        Vp9Encoder().encode(picture, 0)
    assert refusal.value.slug == slug
