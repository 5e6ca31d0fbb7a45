"""Stills, each alone."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadInput
from tests.visuals.encoding.charts import COLOURS, chart, moving
from tests.visuals.encoding.decoding import decoded, likeness_db
from visuals.encoding.jpeg import JpegEncoder


def test_every_still_is_a_file_that_is_decoded_alone():
    encoder = JpegEncoder()
    for number in range(5):
        chunk = encoder.encode(moving(number), number * 2400)
        assert chunk.key
        assert chunk.payload.startswith(b"\xff\xd8")
        assert chunk.payload.endswith(b"\xff\xd9")
        (seen,) = decoded("mjpeg", [chunk])
        assert likeness_db(seen, moving(number)) > 37


def test_stills_take_more_than_video_but_not_much_more():
    encoder = JpegEncoder()
    sizes = [len(encoder.encode(moving(number), number * 2400).payload) for number in range(20)]
    assert 8 * sum(sizes) < 600_000  # bits in a second


def test_colours_come_back():
    (seen,) = decoded("mjpeg", [JpegEncoder().encode(chart(), 0)])
    middles = seen[45::90, 40::80].reshape(-1, 3)
    assert np.abs(middles.astype(int) - COLOURS).max() < 3


def test_a_new_size_is_said():
    encoder = JpegEncoder()
    chunks = [encoder.encode(moving(0, *size), 0) for size in ((320, 180), (320, 180), (640, 360))]
    assert [chunk.reconfigured for chunk in chunks] == [True, False, True]
    assert [(chunk.width, chunk.height) for chunk in chunks][-1] == (640, 360)


def test_odd_sizes_are_refused():
    with pytest.raises(BadInput, match="even"):
        JpegEncoder().encode(np.zeros((181, 320, 3), np.uint8), 0)
