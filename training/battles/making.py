"""Makes the data set, battle by battle: what is finished is kept, whatever happens."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from core.errors import BadInput
from training.battles.participants import Mixed, Participant, render_battle
from training.battles.recipe import Recipe, battle
from training.battles.tables import write_tables
from training.dataset import RENDERS, fingerprint
from training.recipes import Recipe as SetRecipe

NICENESS: Final = 10
RECIPE: Final = "recipe.json"
SOURCES: Final = (
    *RENDERS,
    "training/battles",
    "training/codecs.py",
    "training/opus.py",
    "judge/rubric.py",
    "judge/parts.py",
)
"""What sound and truth follow from besides the recipe."""

FINISHED: Final = "finished"
"""Folder with a file for each finished battle: it is written last, at once, or not at all."""

Track = Callable[[Iterable[int], int, int], Iterable[int]]
"""Passes finished battles through and shows how far it is; gets them, how many were finished before
and how many there will be."""


def make_battles(recipe: Recipe, directory: Path, *, workers: int, track: Track) -> None:
    """Render what is missing of a data set, and write its tables.

    Parameters
    ----------
    recipe
        What is wanted. A larger one of the same seed and length goes on from a smaller one.
    directory
        Where it lies.
    workers
        Processes that render; 1 renders in this one. What is made does not depend on it.
    track
        Shows the progress.

    Raises
    ------
    core.errors.BadInput
        If another data set lies in `directory`.
    """
    _claim(recipe, directory)
    for leftover in directory.rglob("*.part"):
        leftover.unlink()  # of a battle that was broken off
    indices = range(recipe.battles)
    missing = [index for index in indices if not _finished(directory, index).exists()]
    with _rendered(recipe, directory, missing, workers) as finished:
        for _ in track(finished, recipe.battles - len(missing), recipe.battles):
            pass
    participants = [each for index in indices for each in _load(_finished(directory, index))]
    write_tables(participants, recipe.seed, directory)


def _claim(recipe: Recipe, directory: Path) -> None:
    """Note whose folder it is: which recipe's, and made by which code."""
    (directory / FINISHED).mkdir(parents=True, exist_ok=True)
    note = directory / RECIPE
    code = fingerprint(SOURCES, SetRecipe(sets=0, hops=recipe.hops, seed=recipe.seed))
    mine = {"hops": recipe.hops, "seed": recipe.seed, "code": code}
    if note.exists() and json.loads(note.read_text()) != mine:
        raise BadInput(
            f"{directory} holds battles of another length or seed, or made by another version of "
            f"the simulator: {note.read_text()}. Name another folder, or the same --seconds and "
            "--seed.",
            code="other_battles",
            path=str(directory),
        )
    note.write_text(json.dumps(mine))


@contextmanager
def _rendered(
    recipe: Recipe, directory: Path, indices: list[int], workers: int
) -> Iterator[Iterable[int]]:
    make = partial(_make, recipe, directory)
    if workers == 1:
        yield map(make, indices)
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin_work)
    try:
        futures = [pool.submit(make, index) for index in indices]
        yield (future.result() for future in as_completed(futures))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _begin_work() -> None:
    """Leave the machine to others first, and end at once with Ctrl-C: parts are not kept."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _make(recipe: Recipe, directory: Path, index: int) -> int:
    """Render one battle and note that it is finished."""
    participants = render_battle(battle(recipe, index), recipe.hops, directory)
    note = _finished(directory, index)
    part = note.with_suffix(".part")
    part.write_text(json.dumps([asdict(each) for each in participants]))
    part.replace(note)
    return index


def _finished(directory: Path, index: int) -> Path:
    return directory / FINISHED / f"{index:05d}.json"


def _load(note: Path) -> list[Participant]:
    participants = []
    for row in json.loads(note.read_text()):
        row["transitions"] = tuple(Mixed(**mixed) for mixed in row["transitions"])
        for name in ("nuisances", "creative_techniques", "true_values"):
            row[name] = tuple(row[name])
        participants.append(Participant(**row))
    return participants
