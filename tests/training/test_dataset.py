from pathlib import Path

import numpy as np
import pytest

from judge.specification import COLUMNS_PER_WINDOW, HALO_FRAMES
from training.clips import make_clip
from training.dataset import Recipe, first_columns, first_frame, load_or_make, split

RECIPE = Recipe(clips=3, clip_hops=22, window_step_hops=1, seed=40)


def untracked(clips, total):
    return clips


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("training")


@pytest.fixture(scope="module")
def dataset(folder):
    return load_or_make(RECIPE, folder, workers=1, track=untracked)


def test_shapes_and_ranges(dataset):
    assert dataset.log_mel.shape == (3, 22 * 25, 128)
    assert dataset.hops.tolist() == [[19, 20, 21]] * 3
    assert dataset.mfcc.shape == (3, 3, 13)
    assert dataset.transitions.shape == (3, 3, 10, 4)
    assert dataset.labels.shape == (3, 3, 4)
    for values in (dataset.labels, dataset.basic, dataset.transitions):
        assert values.min() >= 0 and values.max() <= 1
    assert np.isfinite(dataset.log_mel).all()
    assert dataset.basic[..., 1].min() > 0.2  # mastered music has energy


def test_kept_on_disk_and_the_same_when_made_again(dataset, folder):
    def must_not_be_made(clips, total):
        raise AssertionError("it was there")

    again = load_or_make(RECIPE, folder, workers=1, track=must_not_be_made)
    assert again.sha256() == dataset.sha256()
    clip = make_clip(RECIPE.seed, RECIPE.clip_hops, RECIPE.window_step_hops)
    np.testing.assert_array_equal(clip.log_mel, dataset.log_mel[0])


def test_no_set_is_in_two_parts(dataset):
    parts = split(dataset, seed=0)
    means = [
        {round(float(mel.astype(np.float64).mean()), 6) for mel in part.log_mel}
        for part in (parts.training, parts.choosing, parts.held_out)
    ]
    assert sum(map(len, means)) == len(set.union(*means)) == len(dataset)


def test_columns_of_a_window_lie_inside_its_500_frames():
    hops = np.arange(19, 60, dtype=np.int32)
    for hop, column in zip(hops, first_columns(hops), strict=True):
        end_frame = (hop + 1) * 25
        first = first_frame(int(column))
        last = first_frame(int(column) + COLUMNS_PER_WINDOW - 1) + HALO_FRAMES + 4
        assert end_frame - 500 <= first < end_frame - 490
        assert end_frame - 4 < last <= end_frame
