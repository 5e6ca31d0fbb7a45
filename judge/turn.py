"""One hop of one set on its way through the engine, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from core.features import Features
from core.media import HOP_SAMPLES, HOPS_PER_WINDOW
from core.messages import (
    AudioHop,
    Component,
    Fault,
    Loudness,
    Reading,
    RoomMessage,
    Score,
)
from judge.readings import Concluded, Heard, HopSpectra, WindowOpinion
from judge.session import JudgeSession
from judge.specification import MIXING_FEATURES

_log = structlog.get_logger(__name__)

DEADLINE: Final = "deadline"
"""Reason of a window that was not judged because its time was over."""

JUDGE_FAILED: Final = "judge_failed"
"""Reason of a window that was not judged because judging it failed, and code of the fault."""

_NO_MIXING: Final = np.zeros(MIXING_FEATURES, np.float32)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one hop of one set led to."""

    session: str
    hop: int
    batch_size: int  # padded; a replay of this hop needs the same on a GPU; 0 if it was lost
    reason: str | None  # why the window has no score; None where it has one
    messages: tuple[tuple[RoomMessage, int], ...]  # with their positions on the media clock
    features: Features  # for the cache; empty where listening failed
    stage_ends: Mapping[str, float]  # monotonic seconds; "queue" ends with the start
    # How the trunk hears the hop, shape (COLUMN_FEATURES,): the mean of its columns; None where the
    # hop did not get so far. No part of the judgement: a replay does not compare it.
    embedding: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)

    @property
    def end_sample(self) -> int:
        """Position of the end of the hop."""
        return (self.hop + 1) * HOP_SAMPLES


class Turn:
    """A hop and what is known of it so far.

    Parameters
    ----------
    session, hop
        The set and its next hop.
    batch_size
        Padded size of the batch that the turn is in.
    late
        Whether the window is past its deadline.
    """

    def __init__(
        self, session: JudgeSession, hop: AudioHop, batch_size: int, *, late: bool
    ) -> None:
        self.session = session
        self.hop = hop
        self.batch_size = batch_size
        self.late = late
        self.spectra: HopSpectra | None = None
        self.heard: Heard | None = None
        self.mixing: NDArray[np.float32] = _NO_MIXING
        self.opinion: WindowOpinion | None = None
        self.embedding: NDArray[np.float32] | None = None
        self.fault: str | None = None  # the stage that failed
        self._accepted = False
        self._kept = False

    def attempt(self, stage: str, step: Callable[[], None]) -> None:
        """Do a step of this set alone; an error ends this turn and no other."""
        try:
            step()
        except Exception:  # a fault in one set must not end the others' judging
            _log.exception(
                "set_failed", stage=stage, session=self.session.info.session, window=self.hop.index
            )
            self.fail(stage)

    def fail(self, stage: str) -> None:
        """Note that a stage failed, and take the hop back where the set did not get all of it."""
        self.fault = stage
        if self._accepted and not self._kept:
            self.session.forget_newest()
            self._accepted = False

    def accept(self) -> None:
        """Hand the hop to the set."""
        self.hop = self.session.accept(self.hop)
        self._accepted = True

    def take_columns(self, columns: NDArray[np.float32]) -> None:
        """Hand the set the trunk's columns: now it has all of the hop."""
        self.session.take_columns(columns)
        self.embedding = columns.mean(axis=0)
        self._kept = True

    def hear(self) -> None:
        """Listen."""
        if self.spectra is not None:
            self.heard = self.session.hear(self.hop, self.spectra)

    @property
    def lost(self) -> bool:
        """Whether the set did not get the hop because a stage before that failed."""
        return self.fault is not None and not self._kept

    @property
    def recorded_batch_size(self) -> int:
        """The batch that a replay needs; 0 where it must leave the hop out."""
        return 0 if self.lost else self.batch_size

    def reason(self) -> str | None:
        """Return why there is no opinion of this window, None where there should be one."""
        if self.fault is not None:
            return JUDGE_FAILED
        return self.session.window_reason() or (DEADLINE if self.late else None)

    def wants_opinion(self) -> bool:
        """Whether the model is to judge this window."""
        return self.reason() is None


def conclude(turn: Turn, stage_ends: Mapping[str, float]) -> Judged:
    """Score the window and return everything there is to say of the hop."""
    concluded = _concluded(turn)
    score, heard = concluded.score, turn.heard
    said: list[RoomMessage] = []
    if turn.fault is not None and not turn.session.faulty:
        said.append(Fault(JUDGE_FAILED, {"window": turn.hop.index, "stage": turn.fault}))
    turn.session.faulty = turn.fault is not None
    if heard is not None:
        said += [heard.beat] if heard.beat is not None else []
    said += concluded.transitions
    if turn.hop.index >= HOPS_PER_WINDOW - 1 or turn.lost:
        said += [score, *concluded.findings]
    position = turn.hop.start_sample + HOP_SAMPLES
    return Judged(
        session=turn.session.info.session,
        hop=turn.hop.index,
        batch_size=turn.recorded_batch_size,
        reason=score.reason,
        messages=tuple((message, position) for message in said),
        features=_features(turn),
        stage_ends=stage_ends,
        embedding=turn.embedding,
    )


def unscored(hop: AudioHop, reason: str, batch_size: int = 0, so_far: Score | None = None) -> Score:
    """Return the score of a window of which nothing is known but that it was not judged.

    What `so_far`, the set's last score, says of the set as a whole still holds.
    """
    unknown = Reading(None, reason=reason)
    end_sample = hop.start_sample + HOP_SAMPLES
    return Score(
        window=hop.index,
        start_sample=max(0, end_sample - HOPS_PER_WINDOW * HOP_SAMPLES),
        end_sample=end_sample,
        reason=reason,
        overall=None,
        components=dict.fromkeys(Component),
        set_reason=reason if so_far is None else so_far.set_reason,
        set_overall=None if so_far is None else so_far.set_overall,
        set_components=dict.fromkeys(Component) if so_far is None else so_far.set_components,
        bpm=unknown,
        key=unknown,
        camelot=unknown,
        genre=unknown,
        loudness=Loudness(None, None, None),
        energy=None,
        danceability=None,
        concealed_ratio=hop.concealed_samples / HOP_SAMPLES,
        batch_size=batch_size,
        arrived_seconds=hop.arrived_seconds,
    )


def _concluded(turn: Turn) -> Concluded:
    result: list[Concluded] = []

    def step() -> None:
        concluded = turn.session.scoring.score(
            turn.hop,
            turn.heard or _nothing_heard(),
            turn.opinion,
            turn.reason(),
            turn.session.concealed_ratio(),
            turn.recorded_batch_size,
        )
        result.append(concluded)

    turn.attempt("score", step)
    if result:
        return result[0]
    return Concluded(unscored(turn.hop, JUDGE_FAILED, turn.recorded_batch_size), (), ())


def _nothing_heard() -> Heard:
    unknown = Reading(None, reason=JUDGE_FAILED)
    return Heard(
        bpm=unknown,
        beat=None,
        key=unknown,
        camelot=unknown,
        genre=unknown,
        loudness=Loudness(None, None, None),
        energy=None,
        danceability=None,
        silent_samples=0,
        clipped_samples=0,
    )


def _features(turn: Turn) -> Features:
    heard, spectra = turn.heard, turn.spectra
    if heard is None or spectra is None:
        return {}
    mfcc = spectra.mfcc.mean(axis=0)
    return {
        "bpm": heard.bpm.value,
        "key": heard.key.value,
        "camelot": heard.camelot.value,
        "genre": heard.genre.value,
        "energy": heard.energy,
        "danceability": heard.danceability,
        "momentary_lufs": heard.loudness.momentary_lufs,
        "short_term_lufs": heard.loudness.short_term_lufs,
        "integrated_lufs": heard.loudness.integrated_lufs,
        **{f"mfcc_{index}": float(value) for index, value in enumerate(mfcc)},
    }
