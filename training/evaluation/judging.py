"""Judges many cases in several processes, and keeps every trace on disk.

What was judged before by the same models and the same code is read instead, so an evaluation that
was interrupted goes on where it stood.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Protocol

from inference.files import ModelFiles
from judge.networks import PARTS
from training.evaluation import serving
from training.evaluation.cases import Case, code_digest
from training.evaluation.traces import Trace, keep, kept

NICENESS: Final = 10
AHEAD: Final = 2
"""Cases handed to each process before the first is done: none waits, and few are lost."""


class Shown(Protocol):
    """Shows how far it is."""

    def __call__(self, done: int, total: int) -> None:
        """Take the number of cases done and to do."""
        ...


@dataclass(slots=True)
class Traces:
    """What is known of the cases so far.

    Attributes
    ----------
    known
        Traces by case.
    failed
        Why a case could not be judged.
    left
        How many were not begun because time was up.
    """

    known: dict[Case, Trace] = field(default_factory=dict)
    failed: dict[Case, str] = field(default_factory=dict)
    left: int = 0

    def of(self, cases: Iterable[Case]) -> list[Trace]:
        """Return the traces of those cases that have one, in order."""
        return [self.known[case] for case in cases if case in self.known]

    def together(self, *cases: Case) -> list[Trace] | None:
        """Return the traces of cases that only mean something together; None if one lacks."""
        traces = self.of(cases)
        return traces if len(traces) == len(cases) else None


def sha256_of(models: Path) -> str:
    """Return the digest of the models that run."""
    return ModelFiles(models).digest(*(f"{kind}.onnx" for kind in PARTS))


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where traces are kept."""

    folder: Path
    models: Path

    def paths(self, cases: Iterable[Case]) -> dict[Case, Path]:
        """Return each case's file: another model or other code makes another one."""
        code = code_digest()
        digests: dict[str, str] = {}
        for case in cases:
            if case.models not in digests:
                digests[case.models] = sha256_of(self.models / case.models)[:16]
        return {
            case: self.folder / f"{digests[case.models]}-{code}" / f"{case.digest()}.json.gz"
            for case in cases
        }


def judge_all(
    cases: Iterable[Case],
    shelf: Shelf,
    *,
    workers: int,
    budget_seconds: float | None = None,
    shown: Shown | None = None,
) -> Traces:
    """Return the traces of all cases.

    Parameters
    ----------
    cases
        In the order of their importance; one that is there twice is judged once.
    shelf
        Where traces are read and kept.
    workers
        Processes that judge; 1 judges in this one.
    budget_seconds
        No case begins after so long.
    shown
        Told of every case done.
    """
    begun = time.monotonic()
    paths = shelf.paths(list(dict.fromkeys(cases)))
    traces = Traces()
    for case, path in paths.items():
        trace = kept(path)
        if trace is not None:
            traces.known[case] = trace
    waiting = [case for case in paths if case not in traces.known]

    def may_begin() -> bool:
        return budget_seconds is None or time.monotonic() - begun < budget_seconds

    with _results(waiting, paths, shelf.models, workers, may_begin) as results:
        for case, trace, error in results:
            if trace is not None:
                traces.known[case] = trace
            else:
                traces.failed[case] = error
            if shown is not None:
                shown(len(traces.known) + len(traces.failed), len(paths))
    traces.left = len(paths) - len(traces.known) - len(traces.failed)
    return traces


Result = tuple[Case, Trace | None, str]


class _MayBegin(Protocol):
    def __call__(self) -> bool: ...


@contextmanager
def _results(
    waiting: list[Case], paths: Mapping[Case, Path], models: Path, workers: int, go: _MayBegin
) -> Iterator[Iterator[Result]]:
    if workers == 1 or not waiting:
        yield (_judge(case, paths[case], models) for case in waiting if go())
        return
    pool = ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=os.nice, initargs=(NICENESS,)
    )
    try:
        yield _pooled(pool, waiting, paths, models, workers, go)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pooled(  # noqa: PLR0917 - called from one place
    pool: ProcessPoolExecutor,
    waiting: list[Case],
    paths: Mapping[Case, Path],
    models: Path,
    workers: int,
    go: _MayBegin,
) -> Iterator[Result]:
    """Yield results as they come, never many cases ahead, so that a budget can end it."""
    queue = iter(waiting)
    running: set[Future[Result]] = set()
    while True:
        while len(running) < AHEAD * workers and go():
            case = next(queue, None)
            if case is None:
                break
            running.add(pool.submit(_judge, case, paths[case], models))
        if not running:
            return
        done, running = wait(running, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in done)


def _judge(case: Case, path: Path, models: Path) -> Result:
    """Judge one case and keep its trace; an error is reported and ends no other case."""
    try:
        trace = serving.judged(case, models)
    except Exception as error:
        return case, None, f"{type(error).__name__}: {error}"
    keep(trace, path)
    return case, trace, ""
