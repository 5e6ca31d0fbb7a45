"""Reads messages: what they feel, and whether they hurt, with the one model of the crowd."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.files import ModelFiles
from inference.model import Model
from inference.placement import Placement
from inference.sessions import load
from sentiment.features import DENSE, Features, features
from sentiment.moderation.lexicon import Heard, Lexicon
from sentiment.opinion import Opinion
from sentiment.specification import HEADS, KIND, LABELS, LANGUAGES, SENTIMENTS, settings
from sentiment.text import FoldedText

__all__ = ["Classifier", "Opinion"]

MODELS: Final = Path(__file__).parent / "models"

BATCH_MOST: Final = 64
"""Messages read at once: what waits longer than one run costs nobody a noticeable time."""

_PIECES: Final = 16
"""Pieces of the message that warms the model up."""


class Classifier:
    """The loaded model.

    Parameters
    ----------
    model
        Made for `sentiment.specification`.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self.version = model.specification.version

    @classmethod
    def load(cls, directory: Path | None = None) -> Classifier:
        """Load the model from `directory`, the shipped one by default, on the CPU.

        Raises
        ------
        core.errors.ModelInvalid
            If it is absent, damaged, or made for other features.
        """
        expected = {"labels": LABELS, **settings()}
        shapes = {"ids": (_PIECES,), "dense": (len(DENSE),)}
        files = ModelFiles(directory or MODELS)
        return cls(load(files, KIND, Placement(), expected, shapes))

    def read(
        self, texts: Sequence[FoldedText], heard: Sequence[Heard] | None = None
    ) -> list[Opinion]:
        """Return what the model says of each message.

        Parameters
        ----------
        texts
            The messages.
        heard
            What the word lists say of each, where they have been asked already.
        """
        if heard is None:
            heard = [Lexicon.shipped().read(text) for text in texts]
        opinions: list[Opinion] = []
        for start in range(0, len(texts), BATCH_MOST):
            chosen = slice(start, start + BATCH_MOST)
            told = list(map(features, texts[chosen], heard[chosen]))
            opinions += map(_opinion, self._run(told).tolist())
        return opinions

    def _run(self, told: Sequence[Features]) -> NDArray[np.float32]:
        """Return likelihoods of shape (messages, outputs)."""
        longest = max(1, *(len(each.ids) for each in told)) if told else 1
        ids = np.zeros((len(told), longest), np.float32)
        for row, each in zip(ids, told, strict=True):
            row[: len(each.ids)] = each.ids
        dense = np.array([each.dense for each in told], np.float32)
        (likelihoods,) = self._model.run({"ids": ids, "dense": dense})
        return likelihoods


def _opinion(row: Sequence[float]) -> Opinion:
    feelings = row[slice(*HEADS["sentiment"])]
    _, person, group = row[slice(*HEADS["target"])]
    return Opinion(
        sentiment=feelings[2] - feelings[0],
        label=_likeliest(SENTIMENTS, feelings),
        toxicity=row[HEADS["toxic"][0]],
        target_person=person,
        target_group=group,
        explicit=row[HEADS["explicit"][0]],
        spam=row[HEADS["spam"][0]],
        language=_likeliest(LANGUAGES, row[slice(*HEADS["language"])]),
    )


def _likeliest(labels: Sequence[str], likelihoods: Sequence[float]) -> str:
    return labels[max(range(len(labels)), key=likelihoods.__getitem__)]
