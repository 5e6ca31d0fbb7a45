"""The model is fitted, exported and read back, on few messages: the way must not rot."""

import random
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelInvalid
from sentiment.classifier import Classifier
from sentiment.specification import HEADS
from sentiment.text import fold
from training.crowd.__main__ import digest, main
from training.crowd.augmenting import respelled, with_emotes
from training.crowd.fit import Weights, fit, inputs_of, label_of
from training.crowd.graph import export, likelihoods, verify
from training.crowd.samples import Sample, own_samples

pytestmark = pytest.mark.training

FEW = 250


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    chosen = list(own_samples())
    random.Random(1).shuffle(chosen)
    return chosen[:FEW]


@pytest.fixture(scope="module")
def weights(samples: list[Sample]) -> Weights:
    return fit(samples, seed=1)


def test_what_was_learnt_is_told_again(samples: list[Sample], weights: Weights) -> None:
    said = likelihoods(weights.logits(inputs_of(samples)))
    first, last = HEADS["sentiment"]
    truth = np.array([(sample.sentiment or 0) + 1 for sample in samples])
    assert (said[:, first:last].argmax(1) == truth).mean() > 0.8
    for first, last in HEADS.values():
        assert np.allclose(said[:, first:last].sum(1), 1) == (last - first > 1)


def test_the_file_says_what_was_fitted(
    samples: list[Sample], weights: Weights, tmp_path: Path
) -> None:
    export(weights, tmp_path, "0.0.1", digest(samples))
    inputs = inputs_of(samples[:50])
    assert verify(tmp_path, weights, inputs) < 5e-3
    classifier = Classifier.load(tmp_path)
    assert classifier.version == "0.0.1"
    expected = likelihoods(weights.logits(inputs))
    for opinion, row in zip(
        classifier.read([fold(sample.text) for sample in samples[:50]]), expected, strict=True
    ):
        assert opinion.toxicity == pytest.approx(row[HEADS["toxic"][0]], abs=5e-3)


def test_another_model_in_its_place_is_noticed(
    samples: list[Sample], weights: Weights, tmp_path: Path
) -> None:
    export(weights, tmp_path, "0.0.1", digest(samples))
    other = fit(samples[:120], seed=2)
    with pytest.raises(ModelInvalid):
        verify(tmp_path, other, inputs_of(samples[:50]))


def test_doubtful_labels_are_half_of_each() -> None:
    doubtful = Sample("x", "gold-es", toxic=0.5)
    assert sorted(label_of("toxic", doubtful)) == [(0, 0.5), (1, 0.5)]
    assert label_of("sentiment", doubtful) == []


def test_respelling_keeps_the_labels(samples: list[Sample]) -> None:
    rng = random.Random(3)
    for sample in samples[:50]:
        other = respelled(sample, rng)
        assert other.text
        assert (other.sentiment, other.toxic, other.spam) == (
            sample.sentiment,
            sample.toxic,
            sample.spam,
        )


def test_messages_with_emotes_say_what_the_emote_says(samples: list[Sample]) -> None:
    made = list(with_emotes(samples * 4, random.Random(4)))
    assert {sample.sentiment for sample in made} == {-1, 1}
    alone = [sample for sample in made if sample.language == "none" and sample.source == "emotes"]
    assert alone
    assert len(made) > len(alone)


def test_the_command_learns_from_the_projects_own_messages(tmp_path: Path) -> None:
    assert main(["--own", "--messages", "300", "--output", str(tmp_path)]) == 0
    glad, sorry = Classifier.load(tmp_path).read([fold("temazo :fire:"), fold("qué asco :boo:")])
    assert glad.sentiment > sorry.sentiment


def test_the_command_needs_its_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DJUV_CHAT", raising=False)
    assert main(["--output", str(tmp_path)]) == 2
    assert "DJUV_CHAT" in capsys.readouterr().err
