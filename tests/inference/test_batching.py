from __future__ import annotations

import numpy as np
import pytest

from inference.batching import bucket_for, pad, spans


@pytest.mark.parametrize(
    ("items", "bucket"), [(1, 1), (2, 8), (8, 8), (9, 32), (32, 32), (33, 128), (128, 128)]
)
def test_a_batch_goes_into_the_smallest_bucket_that_holds_it(items: int, bucket: int) -> None:
    assert bucket_for(items) == bucket


def test_a_replay_asks_for_a_larger_bucket() -> None:
    assert bucket_for(1, at_least=32) == 32
    assert bucket_for(40, at_least=8) == 128


def test_more_than_the_largest_bucket_does_not_fit() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        bucket_for(129)


def test_padding_appends_zeros_and_keeps_the_rows() -> None:
    rows = np.ones((3, 2), np.float32)
    padded = pad(rows, 8)
    assert padded.shape == (8, 2)
    assert padded.dtype == np.float32
    assert np.array_equal(padded[:3], rows)
    assert not padded[3:].any()
    assert pad(rows, 3) is rows


def test_spans_cover_everything_once() -> None:
    assert [(s.start, s.stop) for s in spans(300, 128)] == [(0, 128), (128, 256), (256, 300)]
    assert list(spans(0, 128)) == []
