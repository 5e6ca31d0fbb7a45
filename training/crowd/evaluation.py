"""`python -m training.crowd.evaluation` measures the crowd's model beside its baselines.

Every figure on data that the model under test has not learnt from: five folds of messages that the
shipped model has learnt from, each read by a model fitted on the others; OLID, from which nothing
is ever learnt; and the suites. Chance is the labels shuffled; the lexicon is the sum of valences
that the model has among its inputs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import DjUniverseError
from sentiment.classifier import Classifier
from sentiment.features import DENSE
from sentiment.hashing import bucket
from sentiment.specification import HEADS, LANGUAGES, OUTPUTS
from sentiment.text import fold
from training.crowd.__main__ import labelled, taught
from training.crowd.costs import costs
from training.crowd.fit import Inputs, inputs_of
from training.crowd.graph import likelihoods
from training.crowd.metrics import (
    accuracy,
    area_under_curve,
    chance_macro_f1,
    macro_f1,
    recall_at,
)
from training.crowd.probing import suite_figures
from training.crowd.report import Figure, write_report
from training.crowd.samples import Sample, chat_folder, offensive_samples

OUTPUT: Final = Path("docs/crowd-evaluation")
FOLDS: Final = 5
COMPOUND: Final = DENSE.index("all_compound")
LISTS: Final = [place for place, name in enumerate(DENSE) if name.startswith("list_")]
NEUTRAL: Final = 0.05
"""A compound valence within this is neutral (Hutto and Gilbert, 2014)."""

FALSE_POSITIVES: Final = 0.01


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the report; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m training.crowd.evaluation", description=__doc__
    )
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--folds", type=int, default=FOLDS, help="0 leaves the folds out")
    asked = parser.parse_args(arguments)
    try:
        folder = chat_folder()
        classifier = Classifier.load()
    except DjUniverseError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is a command
        return 2
    figures = [*_offence(classifier, folder), *_suites(classifier)]
    if asked.folds:
        figures = [*_by_folds(folder, asked.folds), *figures]
    write_report(asked.output, classifier.version, figures, costs(classifier))
    return 0


@dataclass(frozen=True, slots=True)
class _Told:
    """Messages, and what a model that has not seen them says."""

    samples: Sequence[Sample]
    likelihoods: NDArray[np.float64]  # (messages, OUTPUTS)
    dense: NDArray[np.float64]  # (messages, len(DENSE))

    def where(self, wanted: Callable[[Sample], bool]) -> _Told:
        """Return those of the messages that are wanted."""
        rows = [row for row, sample in enumerate(self.samples) if wanted(sample)]
        samples = [self.samples[row] for row in rows]
        return _Told(samples, self.likelihoods[rows], self.dense[rows])


def _by_folds(folder: Path, folds: int) -> Iterator[Figure]:
    """Yield how well messages are read by models that have not seen them."""
    told = _told_by_folds(labelled(folder), folds)
    own = told.where(_is_own)
    for language, aim in (("es", 0.57), ("en", None)):
        spoken = told.where(lambda sample, spoken=language: sample.language == spoken)  # type: ignore[misc]
        yield _sentiment(f"sentiment, UMSAB {language}", spoken.where(_is_tweet), aim)
        yield _sentiment(f"sentiment, DJ chat {language}", spoken.where(_is_own), None)
    yield from _own_heads(own)


def _is_own(sample: Sample) -> bool:
    return sample.source == "own"


def _is_tweet(sample: Sample) -> bool:
    return sample.source.startswith("umsab")


def _told_by_folds(samples: Sequence[Sample], folds: int) -> _Told:
    inputs = inputs_of(samples)
    said = np.zeros((len(samples), OUTPUTS))
    of = [bucket(sample.text.casefold()) % folds for sample in samples]
    for held in range(folds):
        rows = [row for row, place in enumerate(of) if place == held]
        weights = taught([samples[row] for row, place in enumerate(of) if place != held])
        unseen = Inputs(inputs.pieces[rows], inputs.dense[rows])
        said[rows] = likelihoods(weights.logits(unseen))
    return _Told(samples, said, inputs.dense)


def _sentiment(name: str, told: _Told, aim: float | None) -> Figure:
    truth = np.array([(sample.sentiment or 0) + 1 for sample in told.samples])
    first, last = HEADS["sentiment"]
    compound = told.dense[:, COMPOUND]
    lexicon = np.where(compound > NEUTRAL, 2, np.where(compound < -NEUTRAL, 0, 1))
    said = told.likelihoods[:, first:last].argmax(1)
    return Figure(
        f"{name}, macro-F1", macro_f1(truth, said, 3), macro_f1(truth, lexicon, 3),
        chance_macro_f1(truth, 3), aim, len(truth), f"accuracy {accuracy(truth, said):.3f}",
    )  # fmt: skip


def _own_heads(told: _Told) -> Iterator[Figure]:
    listed = told.dense[:, LISTS].max(1)
    labels: Mapping[str, Callable[[Sample], bool]] = {
        "toxic": lambda sample: (sample.toxic or 0) > 0.5,
        "explicit": lambda sample: bool(sample.explicit),
        "spam": lambda sample: bool(sample.spam),
    }
    for name, label in labels.items():
        truth = np.array([label(sample) for sample in told.samples])
        said = told.likelihoods[:, HEADS[name][0]]
        yield from _two_sided(f"{name}, DJ chat", _Sides(truth, said, listed))
    first, last = HEADS["language"]
    spoken = np.array([LANGUAGES.index(sample.language or "none") for sample in told.samples])
    said = told.likelihoods[:, first:last].argmax(1)
    most = float(np.bincount(spoken).max() / len(spoken))
    yield Figure("language, DJ chat, accuracy", accuracy(spoken, said), most, None, None, len(said))


@dataclass(frozen=True, slots=True)
class _Sides:
    """A question with two answers."""

    truth: NDArray[np.bool_]
    said: NDArray[np.float64]  # likelihoods
    listed: NDArray[np.float64]  # what the word lists say, 0-1


def _offence(classifier: Classifier, folder: Path) -> Iterator[Figure]:
    for part, aim in (("val", 0.70), ("train", None)):
        samples = list(offensive_samples(folder, part))
        texts = [fold(sample.text) for sample in samples]
        truth = np.array([(sample.toxic or 0) > 0.5 for sample in samples])
        said = np.array([opinion.toxicity for opinion in classifier.read(texts)])
        listed = inputs_of(samples).dense[:, LISTS].max(1)
        note = "OLID, not learnt from" + (
            "; its other part chose the threshold" if part == "val" else "; it chose the threshold"
        )
        yield from _two_sided(f"offensive, OLID {part}", _Sides(truth, said, listed), aim, note)


def _two_sided(
    name: str, sides: _Sides, aim: float | None = None, note: str = ""
) -> Iterator[Figure]:
    truth, said, listed = sides.truth, sides.said, sides.listed
    as_classes = truth.astype(int)
    yield Figure(
        f"{name}, macro-F1", macro_f1(as_classes, (said > 0.5).astype(int), 2),
        macro_f1(as_classes, (listed > 0).astype(int), 2), chance_macro_f1(as_classes, 2),
        aim, len(truth), note,
    )  # fmt: skip
    area = area_under_curve(truth, said)
    yield Figure(f"{name}, area under the curve", area, area_under_curve(truth, listed), 0.5, None,
                 len(truth))  # fmt: skip
    recall, threshold = recall_at(truth, said, FALSE_POSITIVES)
    wrong = float((said[~truth] > 0.5).mean())
    yield Figure(
        f"{name}, recall at 1 % false positives", recall, None, FALSE_POSITIVES, None, len(truth),
        f"threshold {threshold:.2f}; at .5 recall {(said[truth] > 0.5).mean():.2f}, false "
        f"positives {wrong:.3f}",
    )  # fmt: skip


def _suites(classifier: Classifier) -> Iterator[Figure]:
    for name, value, aim, messages, note in suite_figures(classifier):
        yield Figure(name, value, None, None, aim, messages, note)


if __name__ == "__main__":
    sys.exit(main())
