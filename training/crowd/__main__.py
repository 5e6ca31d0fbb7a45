"""`python -m training.crowd` fits the crowd's model on everything that may be learnt from."""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from collections.abc import Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import DjUniverseError
from sentiment.classifier import MODELS
from sentiment.specification import HEADS
from training.crowd.augmenting import with_emotes
from training.crowd.fit import Weights, fit, inputs_of
from training.crowd.graph import export, likelihoods, verify
from training.crowd.metrics import macro_f1
from training.crowd.samples import (
    Sample,
    chat_folder,
    offensive_samples,
    own_samples,
    training_samples,
    without_repeats,
)

VERSION: Final = "0.1.0"
SEED: Final = 20_261_128
VERIFIED: Final = 300
"""Messages with which the file is compared with what was fitted."""


def labelled(folder: Path | None) -> list[Sample]:
    """Return all labelled messages, each once: the project's own and public ones.

    Parameters
    ----------
    folder
        Of public chat data; None for the project's own messages alone.
    """
    public = training_samples(folder) if folder is not None else ()
    return without_repeats([*own_samples(), *public])


def taught(samples: Sequence[Sample], seed: int = SEED) -> Weights:
    """Return a model fitted on `samples`, and on messages with emotes made of them."""
    rng = random.Random(seed)  # noqa: S311 - no secret comes of it
    return fit([*samples, *with_emotes(samples, rng)], seed)


def settled(weights: Weights, folder: Path) -> Weights:
    """Return `weights` with the toxic head's 0.5 where OLID's development set is parted best.

    A threshold is tuned, nothing is learnt: the bias alone moves.
    """
    samples = list(offensive_samples(folder, "train"))
    first = HEADS["toxic"][0]
    said = weights.logits(inputs_of(samples))[:, first]
    truth = np.array([sample.toxic for sample in samples]) > 0.5
    cuts = np.quantile(said, np.linspace(0.3, 0.95, 66))
    best = max(cuts, key=lambda cut: macro_f1(truth.astype(int), (said > cut).astype(int), 2))
    bias: NDArray[np.float64] = weights.bias.copy()
    bias[first] -= best
    return replace(weights, bias=bias)


def digest(samples: Sequence[Sample]) -> str:
    """Return the SHA-256 of everything that is learnt from."""
    hashed = hashlib.sha256()
    for sample in samples:
        hashed.update(repr(astuple(sample)).encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, export and verify; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.crowd", description=__doc__)
    parser.add_argument("--output", type=Path, default=MODELS, help="folder of the model")
    parser.add_argument(
        "--own", action="store_true", help="learn from the project's own messages alone"
    )
    parser.add_argument("--messages", type=int, help="learn from so many only: to try the way")
    asked = parser.parse_args(arguments)
    try:
        folder = None if asked.own else chat_folder()
        samples = labelled(folder)
        if asked.messages:
            samples = samples[:: max(1, len(samples) // asked.messages)]
        weights = taught(samples)
        if folder is not None:
            weights = settled(weights, folder)
        export(weights, asked.output, VERSION, digest(samples))
        worst = verify(asked.output, weights, inputs_of(samples[:VERIFIED]))
    except DjUniverseError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is a command
        return 2
    toxic = likelihoods(weights.logits(inputs_of(samples[:VERIFIED])))[:, HEADS["toxic"][0]]
    print(  # noqa: T201
        f"{len(samples)} messages learnt from; the file differs by {worst:.1e} at most; "
        f"{np.mean(toxic > 0.5):.0%} of the first {VERIFIED} are toxic."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
