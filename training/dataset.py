"""Many clips, rendered in parallel and kept on disk: what the judge is trained on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.specification import COLUMN_STRIDE, COLUMNS_PER_WINDOW, columns_known
from training.clips import Clip, make_clip

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = (
    "training/simulator",
    "training/clips.py",
    "judge/mel",
    "judge/listening",
    "judge/session.py",
)
"""What a data set follows from besides its recipe; a change makes a new one."""

HELD_OUT_SHARE: Final = 0.2
CHOOSING_SHARE: Final = 0.1
NICENESS: Final = 10


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a data set is made.

    Attributes
    ----------
    clips
        Each from a set of its own.
    clip_hops
        Length of a clip in hops of 0.5 s.
    window_step_hops
        From one labelled window to the next.
    seed
        Clip `i` is made from seed `seed + i`.
    """

    clips: int = 400
    clip_hops: int = 90
    window_step_hops: int = 5
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Dataset:
    """C clips of F frames with W windows each.

    Attributes
    ----------
    log_mel
        Shape (C, F, 128), float16.
    hops
        Shape (C, W): each window's last hop within its clip.
    mfcc, basic, transitions, labels
        Shapes (C, W, 13), (C, W, 3), (C, W, 10, 4), (C, W, 4); see `training.clips.Clip`.
    genre
        Shape (C,).
    """

    log_mel: NDArray[np.float16]
    hops: NDArray[np.int32]
    mfcc: NDArray[np.float32]
    basic: NDArray[np.float32]
    transitions: NDArray[np.float32]
    labels: NDArray[np.float32]
    genre: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.log_mel)

    def take(self, clips: NDArray[np.int64]) -> Dataset:
        """Return some of the clips."""
        return Dataset(**{f.name: getattr(self, f.name)[clips] for f in fields(self)})

    def sha256(self) -> str:
        """Return a digest of everything that is learnt from."""
        digest = hashlib.sha256()
        for field in fields(self):
            digest.update(np.ascontiguousarray(getattr(self, field.name)).tobytes())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Split:
    """A data set in three, no set in two of them.

    Attributes
    ----------
    training
        What weights are fitted to.
    choosing
        Decides when to stop, and calibrates the stated deviations.
    held_out
        Seen once, for the figures.
    """

    training: Dataset
    choosing: Dataset
    held_out: Dataset


def split(dataset: Dataset, seed: int) -> Split:
    """Split by set: a fifth is held out, a tenth of the rest chooses."""
    order = np.random.default_rng(seed).permutation(len(dataset))
    held_out = max(1, round(HELD_OUT_SHARE * len(order)))
    choosing = max(1, round(CHOOSING_SHARE * (len(order) - held_out)))
    cuts = np.split(order, [held_out, held_out + choosing])
    return Split(dataset.take(cuts[2]), dataset.take(cuts[1]), dataset.take(cuts[0]))


def first_columns(hops: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the index of each window's first trunk column, as the server counts them."""
    known = [columns_known((int(hop) + 1) * 25) for hop in hops]
    return np.array(known, dtype=np.int64) - COLUMNS_PER_WINDOW


def first_frame(column: int) -> int:
    """Return the first mel frame that a column sees."""
    return column * COLUMN_STRIDE


def load_or_make(
    recipe: Recipe,
    directory: Path,
    *,
    workers: int,
    track: Callable[[Iterable[Clip], int], Iterable[Clip]],
) -> Dataset:
    """Return the data set of a recipe, from disk where it has been made before.

    Parameters
    ----------
    recipe
        What is wanted.
    directory
        Where data sets are kept.
    workers
        Processes that render; 1 renders in this one.
    track
        Passes clips through and shows how far it is; gets the clips and their number.
    """
    path = directory / f"dataset-{_fingerprint(recipe)}.npz"
    if path.exists():
        with np.load(path) as arrays:
            return Dataset(**{field.name: arrays[field.name] for field in fields(Dataset)})
    with _clips(recipe, workers) as clips:
        dataset = _joined(track(clips, recipe.clips))
    directory.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part.npz")
    np.savez_compressed(temporary, **{f.name: getattr(dataset, f.name) for f in fields(dataset)})
    temporary.replace(path)
    return dataset


@contextmanager
def _clips(recipe: Recipe, workers: int) -> Iterator[Iterable[Clip]]:
    make = partial(make_clip, hops=recipe.clip_hops, window_step_hops=recipe.window_step_hops)
    seeds = range(recipe.seed, recipe.seed + recipe.clips)
    if workers == 1:
        yield map(make, seeds)
        return
    pool = ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=os.nice, initargs=(NICENESS,)
    )
    with pool:
        yield pool.map(make, seeds, chunksize=2)


def _joined(clips: Iterable[Clip]) -> Dataset:
    made = list(clips)
    return Dataset(
        **{
            f.name: np.stack([np.asarray(getattr(clip, f.name)) for clip in made])
            for f in fields(Dataset)
        }
    )


def _fingerprint(recipe: Recipe) -> str:
    digest = hashlib.sha256(repr(sorted(asdict(recipe).items())).encode())
    for source in SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
