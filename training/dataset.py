"""Many sets, rendered and listened to in parallel and kept on disk: what the judge learns from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.features import Features, features_of, load_features, save_features
from training.recipes import Recipe, drawn, order_of, seeds
from training.renders import Truth, load_truth, render_set
from training.simulator.labels import Course

ROOT: Final = Path(__file__).resolve().parent.parent
RENDERS: Final = (
    *("training/simulator", "training/recipes.py", "training/renders.py"),
    *("training/codecs.py", "training/opus.py", "judge/rubric.py", "judge/parts.py"),
)
LISTENS: Final = (
    *("judge/mel", "judge/listening", "judge/evidence", "judge/hindsight/record.py"),
    *("judge/session.py", "judge/places.py"),
)
"""What the sound and the features follow from besides the recipe; a change makes new ones."""

HELD_OUT_SHARE: Final = 0.1
CHOOSING_SHARE: Final = 0.1
NICENESS: Final = 10

Shown = Callable[[Iterable[Path], int], Iterable[Path]]
"""Passes finished sets through and shows how far it is; gets them and their number."""


@dataclass(frozen=True, slots=True)
class Example:
    """One set: what is true of it, and what a server heard of it."""

    truth: Truth
    features: Features


@dataclass(frozen=True, slots=True)
class Split:
    """Sets in three, no set in two of them.

    Attributes
    ----------
    training
        What weights are fitted to.
    choosing
        Decides when to stop, and calibrates the stated deviations.
    held_out
        Seen once, for the figures of the model card.
    """

    training: list[Example]
    choosing: list[Example]
    held_out: list[Example]


def make(recipe: Recipe, directory: Path, *, workers: int, shown: Shown) -> list[Example]:
    """Return the sets of a recipe, from disk where they have been made before.

    Parameters
    ----------
    recipe
        What is wanted.
    directory
        Where sound, truth and features are kept.
    workers
        Processes that render and listen; 1 does it in this one.
    shown
        Shows progress.
    """
    sounds = directory / f"sound-{fingerprint(RENDERS, recipe)}"
    heard = directory / f"heard-{fingerprint((*RENDERS, *LISTENS), recipe)}"
    work = partial(_make_one, recipe=recipe, sounds=sounds, heard=heard)
    if workers == 1:
        paths = list(shown(map(work, seeds(recipe)), recipe.sets))
    else:
        pool = ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=os.nice, initargs=(NICENESS,)
        )
        with pool:
            paths = list(shown(pool.map(work, seeds(recipe)), recipe.sets))
    return [_example(path, sounds) for path in paths]


def _make_one(seed: int, *, recipe: Recipe, sounds: Path, heard: Path) -> Path:
    path = heard / f"set-{seed}.features.npz"
    sound = render_set(drawn(seed, recipe), recipe.hops, sounds)
    if not path.exists():
        heard.mkdir(parents=True, exist_ok=True)
        save_features(features_of(sound, recipe.hops), path)
    return path


def _example(features: Path, sounds: Path) -> Example:
    name = features.name.replace(".features.", ".truth.")
    return Example(load_truth(sounds / name), load_features(features))


def split(examples: list[Example], recipe: Recipe) -> Split:
    """Split by set: a tenth is held out, a tenth chooses; one of each at least."""
    order = order_of(recipe).permutation(len(examples)).tolist()
    held_out = max(1, round(HELD_OUT_SHARE * len(order)))
    choosing = held_out + max(1, round(CHOOSING_SHARE * len(order)))
    return Split(
        training=[examples[index] for index in order[choosing:]],
        choosing=[examples[index] for index in order[held_out:choosing]],
        held_out=[examples[index] for index in order[:held_out]],
    )


def digest(examples: list[Example]) -> str:
    """Return a SHA-256 of everything that is learnt from."""
    found = hashlib.sha256()
    for example in examples:
        for array in _arrays(example):
            found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def _arrays(example: Example) -> Iterable[NDArray[np.generic]]:
    for part in fields(Features):
        yield getattr(example.features, part.name)
    for part in fields(Course):
        yield getattr(example.truth.course, part.name)


def fingerprint(sources: Iterable[str], recipe: Recipe) -> str:
    """Return what names a recipe made by the code as it stands."""
    found = hashlib.sha256(repr(sorted(asdict(recipe).items())).encode())
    for source in sources:
        path = ROOT / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            found.update(file.read_bytes())
    return found.hexdigest()[:16]
