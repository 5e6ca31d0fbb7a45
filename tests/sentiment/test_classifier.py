"""The shipped model, on what nobody would dispute."""

from pathlib import Path

import pytest

from core.errors import ModelInvalid
from sentiment.classifier import BATCH_MOST, MODELS, Classifier
from sentiment.text import fold


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


@pytest.mark.parametrize(
    ("text", "label", "language"),
    [
        ("LETS GOOOO this drop is insane :fire::fire:", "positive", "en"),
        ("qué temazo, la mejor sesión del año", "positive", "es"),
        ("this set is so boring, worst transitions ever", "negative", "en"),
        ("qué sesión más aburrida, vaya basura de mezcla", "negative", "es"),
        ("what is the name of this track?", "neutral", "en"),
        ("¿a qué hora empieza el siguiente?", "neutral", "es"),
    ],
)
def test_plain_messages_are_read_right(
    classifier: Classifier, text: str, label: str, language: str
) -> None:
    (opinion,) = classifier.read([fold(text)])
    assert (opinion.label, opinion.language) == (label, language)
    assert (opinion.sentiment > 0.3) == (label == "positive")
    assert opinion.toxicity < 0.5


@pytest.mark.parametrize(
    "text", ["you are a fucking idiot", "puto dj de mierda, eres un payaso", "kill yourself, loser"]
)
def test_insults_are_toxic(classifier: Classifier, text: str) -> None:
    (opinion,) = classifier.read([fold(text)])
    assert opinion.toxicity > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "la puta madre qué temazo",
        "this drop is fucking sick",
        "de puta madre esta sesión",
        "we are two gay men in our fifties and we love this",
        "KILLER set, you murdered that mix",
    ],
)
def test_swearing_for_joy_and_identity_are_not(classifier: Classifier, text: str) -> None:
    (opinion,) = classifier.read([fold(text)])
    assert opinion.toxicity < 0.5


def test_a_batch_says_what_each_message_says_alone(classifier: Classifier) -> None:
    texts = [
        fold(f"message {number} " + "word " * (number % 40)) for number in range(BATCH_MOST + 9)
    ]
    together = classifier.read(texts)
    alone = [classifier.read([text])[0] for text in texts]
    for one, other in zip(together, alone, strict=True):
        assert one.sentiment == pytest.approx(other.sentiment, abs=1e-5)
        assert one.toxicity == pytest.approx(other.toxicity, abs=1e-5)


def test_nothing_to_read_is_nothing_read(classifier: Classifier) -> None:
    assert classifier.read([]) == []
    assert len(classifier.read([fold("")])) == 1


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    for name in ("crowd.onnx", "checksums.txt"):
        (tmp_path / name).write_bytes((MODELS / name).read_bytes())
    with (tmp_path / "crowd.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelInvalid):
        Classifier.load(tmp_path)
    with pytest.raises(ModelInvalid):
        Classifier.load(tmp_path / "nowhere")
