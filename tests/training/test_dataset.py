"""Sets are rendered and listened to once, kept, split by set, and an interruption costs one set."""

from pathlib import Path

import numpy as np
import pytest

import training.dataset
import training.renders
from core.media import HOP_SAMPLES
from stream.files import open_mix
from tests.training.examples import example
from training.dataset import LISTENS, RENDERS, digest, fingerprint, make, split
from training.features import Features, load_features, save_features
from training.recipes import Recipe, drawn
from training.renders import Truth, load_truth, render_set, save_truth

HOPS = 13
RECIPE = Recipe(sets=2, hops=HOPS, seed=40)
pytestmark = pytest.mark.timeout(300)


def passed(paths, _):
    return paths


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("training")


@pytest.fixture(scope="module")
def made(folder):
    return make(RECIPE, folder, workers=1, shown=passed)


def test_what_is_heard_and_what_is_true_have_a_row_each_hop(made):
    for each in made:
        truth, features = each.truth, each.features
        assert features.log_mel.shape == (25 * HOPS, 128)
        for values in (features.evidence, features.mfcc, features.basic, features.heard_bpm):
            assert len(values) == HOPS
        course = truth.course
        for values in (course.newest, course.active, course.section, course.windows):
            assert len(values) == HOPS
        assert course.levels.shape == (2, HOPS)
        assert truth.set_labels.shape == (HOPS, 4), "whole tens of hops or not"
        assert truth.spans.shape[1:] == (2,)
        assert np.isfinite(features.evidence).all()
        assert np.isnan(truth.set_labels[:, :2]).all(), "nothing can be said before a transition"
        assert truth.bpm[0] > 100
    assert not np.array_equal(made[0].features.log_mel, made[1].features.log_mel)


def test_the_sound_is_kept_as_opus_of_the_right_length(folder, made):
    sounds = sorted(folder.glob("sound-*/*.opus"))
    assert [path.stem for path in sounds] == ["set-40", "set-41"]
    samples = sum(hop.samples.shape[0] for hop in open_mix(sounds[0]).hops())
    assert samples == pytest.approx(HOPS * HOP_SAMPLES, abs=HOP_SAMPLES)


def test_an_interrupted_run_goes_on_where_it_stopped(folder, made, monkeypatch):
    heard = next(folder.glob("heard-*/set-41.features.npz"))
    heard.unlink()
    (folder / "left.part").write_bytes(b"half a set")
    rendered, listened = [], []

    def render(*arguments):
        rendered.append(arguments)
        raise AssertionError("it was there")

    def listen(path, hops):
        listened.append(path.stem)
        return features_of(path, hops)

    features_of = training.dataset.features_of
    monkeypatch.setattr(training.renders, "SetRenderer", render)
    monkeypatch.setattr(training.dataset, "features_of", listen)
    again = make(RECIPE, folder, workers=1, shown=passed)
    assert digest(again) == digest(made)
    assert listened == ["set-41"]
    assert rendered == []


def test_a_set_that_broke_off_is_rendered_again_and_the_same(folder, made):
    sound = next(folder.glob("sound-*/set-40.opus"))
    truth = sound.with_suffix(".truth.npz")
    before = load_truth(truth)
    content = sound.read_bytes()
    sound.rename(sound.with_suffix(".part"))  # as it is named until it is whole
    render_set(drawn(40, RECIPE), HOPS, sound.parent)
    assert not sound.with_suffix(".part").exists()
    after = load_truth(truth)
    np.testing.assert_array_equal(after.course.levels, before.course.levels)
    assert len(sound.read_bytes()) == len(content)


def test_another_recipe_or_other_code_makes_other_names(tmp_path, monkeypatch):
    assert fingerprint(RENDERS, RECIPE) != fingerprint(RENDERS, Recipe(sets=2, hops=14, seed=40))
    assert fingerprint(RENDERS, RECIPE) != fingerprint((*RENDERS, *LISTENS), RECIPE)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "one.py").write_text("one = 1\n")
    monkeypatch.setattr(training.dataset, "ROOT", tmp_path)
    before = fingerprint(("code",), RECIPE)
    assert fingerprint(("code",), RECIPE) == before
    (tmp_path / "code" / "one.py").write_text("one = 2\n")
    assert fingerprint(("code",), RECIPE) != before


def test_the_code_that_names_data_is_there():
    for source in (*RENDERS, *LISTENS):
        assert (training.dataset.ROOT / source).exists(), source


@pytest.mark.parametrize(("sets", "sizes"), [(3, (1, 1, 1)), (40, (32, 4, 4))])
def test_no_set_is_in_two_parts(sets, sizes):
    examples = [example(seed, hops=20, spans=()) for seed in range(sets)]
    parts = split(examples, Recipe(sets=sets))
    groups = (parts.training, parts.choosing, parts.held_out)
    assert tuple(map(len, groups)) == sizes
    assert len({id(each) for group in groups for each in group}) == sets
    again = split(examples, Recipe(sets=sets))
    assert [id(each) for each in again.held_out] == [id(each) for each in parts.held_out]


def test_what_is_written_is_read_back(tmp_path):
    kept = example(3)
    save_truth(kept.truth, tmp_path / "one.truth.npz")
    save_features(kept.features, tmp_path / "one.features.npz")
    truth, features = (
        load_truth(tmp_path / "one.truth.npz"),
        load_features(tmp_path / "one.features.npz"),
    )
    assert isinstance(truth, Truth)
    assert isinstance(features, Features)
    assert truth.genre == kept.truth.genre
    assert digest([type(kept)(truth, features)]) == digest([kept])
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "one.features.npz",
        "one.truth.npz",
    ]


def test_the_digest_is_of_everything_that_is_learnt_from():
    one, other = example(1), example(1)
    assert digest([one]) == digest([other])
    other.truth.course.parts[0, 3] += 0.01
    assert digest([one]) != digest([other])
    assert digest([one, example(2)]) != digest([example(2), one])
