"""Judges one set as a server would: exported models, the real listener, nothing but the sound."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, HOP_SECONDS, HOPS_PER_WINDOW, WINDOW_SECONDS
from core.messages import AudioHop, Component, Finding, Score, SessionInfo, Transition
from judge.engine import Engine
from judge.mel.specification import MFCC_COEFFICIENTS
from judge.turn import Judged
from training.evaluation.cases import Case
from training.evaluation.sources import Playing
from training.evaluation.traces import Moment, Trace
from training.evaluation.treatments import TREATMENTS
from training.opus import through_opus


@lru_cache(maxsize=8)
def engine(models: Path) -> Engine:
    """Return an engine for the models of a folder, loaded once a process."""
    return Engine.load(models, ["CPUExecutionProvider"])


def judged(case: Case, models: Path) -> Trace:
    """Render a case, send it through Opus, judge it, and keep what was said.

    Parameters
    ----------
    case
        What is to be judged.
    models
        Folder of the examined models; the case may name a folder within.
    """
    playing = case.source.open()
    listening = _Listening(engine(models / case.models), case.digest())
    said: list[tuple[Score, tuple[float, ...]]] = []
    for index, samples in enumerate(hops_of(case, playing)):
        listening.hear(index, samples)
        kept = (index + 1 - HOPS_PER_WINDOW) % case.step_hops == 0 or index == case.hops - 1
        if index + 1 >= HOPS_PER_WINDOW and kept:
            said.append(listening.window())
    end_seconds = case.hops * HOP_SECONDS
    return Trace(
        genre=playing.genre,
        moments=tuple(_moment(score, mfcc, playing) for score, mfcc in said),
        transitions=tuple(listening.transitions.values()),
        findings=tuple(listening.findings),
        losses=() if listening.score is None else listening.score.set_losses,
        true_transitions=playing.transitions(end_seconds),
        deeds=playing.deeds(end_seconds),
    )


def hops_of(case: Case, playing: Playing) -> Iterator[NDArray[np.float32]]:
    """Yield a case's hops as they reach the server."""
    blocks = islice(playing.blocks(), case.hops)
    treated = blocks if case.treatment is None else TREATMENTS[case.treatment](blocks)
    return islice(through_opus(iter(treated), playing.bitrate_bps), case.hops)


class _Listening:
    """One session of the engine, and what it has said so far."""

    def __init__(self, engine_: Engine, name: str) -> None:
        self._engine = engine_
        self._name = name
        self._session = engine_.open(SessionInfo(name, "evaluation", "", 0.0))
        self._mfcc: deque[NDArray[np.float64]] = deque(maxlen=HOPS_PER_WINDOW)
        self.score: Score | None = None
        self.transitions: dict[int, Transition] = {}
        self.findings: list[Finding] = []

    def hear(self, index: int, samples: NDArray[np.float32]) -> None:
        """Judge the next hop."""
        hop = AudioHop(self._name, index, index * HOP_SAMPLES, samples, 0, 0.0)
        (said,) = self._engine.advance([(self._session, hop)])
        self._mfcc.append(_mfcc(said))
        for message, _ in said.messages:
            if isinstance(message, Score):
                self.score = message
            elif isinstance(message, Transition):
                self.transitions[message.index] = message
            elif isinstance(message, Finding):
                self.findings.append(message)

    def window(self) -> tuple[Score, tuple[float, ...]]:
        """Return the score of the newest window, and its mean MFCC."""
        if self.score is None:
            raise RuntimeError("a window is complete, but the engine has said nothing of it")
        return self.score, tuple(float(value) for value in np.mean(self._mfcc, axis=0))


def _moment(score: Score, mfcc: tuple[float, ...], playing: Playing) -> Moment:
    """Return what was said of a window beside its truth."""
    seconds = (score.window + 1) * HOP_SECONDS
    return Moment(
        seconds=seconds,
        window=(*(score.components[each] for each in Component), score.overall),
        whole=(*(score.set_components[each] for each in Component), score.set_overall),
        bpm=score.bpm,
        key=score.key,
        section=score.section,
        genre=score.genre,
        short_term_lufs=score.loudness.short_term_lufs,
        integrated_lufs=score.loudness.integrated_lufs,
        energy=score.energy,
        mfcc=mfcc,
        truth=playing.truth(seconds - WINDOW_SECONDS, seconds),
    )


def _mfcc(said: Judged) -> NDArray[np.float64]:
    values = [said.features.get(f"mfcc_{index}", 0.0) for index in range(MFCC_COEFFICIENTS)]
    return np.array([0.0 if value is None else float(value) for value in values])
