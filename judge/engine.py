"""The engine: hops of many sets in, judged windows out, computing nothing twice.

Synchronous and free of clocks but for its timings. `judge.live` runs it for sets on air, the
command line for recordings, `replay` for proof: one pipeline for all three.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from core.clock import Clock, SystemClock
from core.messages import AudioHop, SessionInfo
from inference.batching import BUCKETS, bucket_for, spans
from inference.placement import Placement
from judge.calibration import Calibration
from judge.hindsight.reader import HindsightReader
from judge.listening import Listener
from judge.networks import EngineIdentity, Networks
from judge.readings import WindowOpinion
from judge.scoring import SetScorer
from judge.session import Hearing, JudgeSession, Scoring
from judge.specification import BASIC_FEATURES, BPM_SCALE
from judge.turn import Judged, Turn, conclude

_log = structlog.get_logger(__name__)

CPU_BATCH: Final = 4
"""On the CPU a batch saves calls and cache misses, a tenth to a fifth of the time, but its first
score leaves with its last: four sets wait for each other for some 10 ms."""


class Engine:
    """Judges hops of any number of sets.

    One thread at a time may call `advance`; `open` may be called from any.

    Parameters
    ----------
    networks
        The loaded models.
    clock
        Times the stages.
    hearing, scoring
        Make a set's listener and scorer.
    calibration
        Brings scores onto the scale of a panel; for the scorer that is made by default.
    """

    def __init__(
        self,
        networks: Networks,
        *,
        clock: Clock | None = None,
        hearing: Callable[[SessionInfo], Hearing] = Listener,
        scoring: Callable[[SessionInfo], Scoring] | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        self._networks = networks
        self._clock = clock or SystemClock()
        self._hearing = hearing
        self._scoring = scoring or partial(
            SetScorer, calibration=calibration, hindsight=HindsightReader(networks.hindsight)
        )
        version = None if calibration is None else calibration.version
        self._identity = replace(networks.identity, calibration=version)

    @classmethod
    def load(
        cls,
        models_dir: Path | None = None,
        providers: Sequence[str] | None = None,
        *,
        placement: Placement | None = None,
        clock: Clock | None = None,
        calibration: Path | None = None,
    ) -> Engine:
        """Load the models and return an engine.

        Raises
        ------
        ModelInvalid
            As `Networks.load` does.
        ConfigurationInvalid
            As `Networks.load` does, and if the file `calibration` is none or was fitted for
            another model.
        """
        fitted = None if calibration is None else Calibration.load(calibration)
        networks = Networks.load(models_dir, providers, placement)
        if fitted is not None:
            fitted = fitted.for_model(networks.identity.sha256)
        return cls(networks, clock=clock, calibration=fitted)

    @property
    def identity(self) -> EngineIdentity:
        """Which model judges, and where it runs."""
        return self._identity

    @property
    def largest_batch(self) -> int:
        """How many sets are best handed to `advance` at once."""
        return BUCKETS[-1] if self._networks.on_gpu else CPU_BATCH

    @property
    def batching_pays(self) -> bool:
        """Whether it is worth waiting a moment for more sets."""
        return self._networks.on_gpu

    def open(self, info: SessionInfo) -> JudgeSession:
        """Begin a set."""
        return JudgeSession(info, self._hearing(info), self._scoring(info))

    def advance(
        self,
        items: Sequence[tuple[JudgeSession, AudioHop]],
        batch_size: int | None = None,
        skip: Collection[int] = (),
    ) -> list[Judged]:
        """Take one hop of each of several sets and judge the windows that they complete.

        Parameters
        ----------
        items
            Sets and their next hops; each set at most once.
        batch_size
            Least padded batch to run in: a replay passes the `batch_size` of the recorded score.
        skip
            Indices of items whose window is past its deadline: the hop is taken all the same, but
            its window is not judged and says so.

        Returns
        -------
        list of Judged
            One for each item, in order. An error inside one set is in its own `Judged` only.

        Raises
        ------
        ValueError
            If a set is there twice.
        """
        if len({id(session) for session, _ in items}) != len(items):
            raise ValueError("a set's hops depend on each other: hand over one hop of a set a call")
        judged: list[Judged] = []
        for span in spans(len(items), BUCKETS[-1]):
            size = self._padded_size(span.stop - span.start, batch_size)
            turns = [
                Turn(session, hop, size, late=index in skip)
                for index, (session, hop) in enumerate(items[span], span.start)
            ]
            judged += self._take_turns(turns, size)
        return judged

    def _padded_size(self, items: int, batch_size: int | None) -> int:
        if self._networks.on_gpu:
            return bucket_for(items, batch_size)
        return batch_size or items

    def _take_turns(self, turns: Sequence[Turn], size: int) -> list[Judged]:
        ends: dict[str, float] = {"queue": self._clock.monotonic_seconds()}

        def ended(stage: str) -> None:
            ends[stage] = self._clock.monotonic_seconds()

        for turn in turns:
            turn.attempt("resample", turn.accept)
        ended("resample")
        self._together("mel", _going(turns), size, self._mel)
        ended("mel")
        self._together("trunk", _going(turns), size, self._trunk)
        ended("trunk")
        for turn in _going(turns):
            turn.attempt("listen", turn.hear)
        ended("listen")
        # A hop whose window is not scored is read all the same: it belongs to what is remembered.
        for turn in _going(turns):
            turn.attempt("head", partial(self._mix, turn))
        self._together("head", _going(turns), size, self._head)
        ended("head")
        judged = [conclude(turn, ends) for turn in turns]
        ended("score")
        return judged

    def _together(
        self,
        stage: str,
        turns: Sequence[Turn],
        size: int,
        run: Callable[[Sequence[Turn], int], None],
    ) -> None:
        """Run a stage on the whole batch; an error of the model is everybody's."""
        if not turns:
            return
        try:
            run(turns, size)
        except Exception:  # whatever the runtime raises must not end other sets' judging
            _log.exception("stage_failed", stage=stage, sets=len(turns))
            for turn in turns:
                turn.fail(stage)

    def _mel(self, turns: Sequence[Turn], size: int) -> None:
        samples = np.stack([turn.session.mel_samples for turn in turns])
        log_mel = self._networks.mel.log_mel(samples, size)
        for turn, frames in zip(turns, log_mel, strict=True):
            turn.spectra = turn.session.take_mel(frames)

    def _trunk(self, turns: Sequence[Turn], size: int) -> None:
        frames = np.stack([turn.session.trunk_frames() for turn in turns])
        for turn, columns in zip(turns, self._networks.columns(frames, size), strict=True):
            turn.take_columns(columns)

    def _head(self, turns: Sequence[Turn], size: int) -> None:
        inputs: Mapping[str, NDArray[np.float32]] = {
            "columns": np.stack([turn.session.head_columns() for turn in turns]),
            "evidence": np.stack([turn.session.evidence for turn in turns]),
            "mfcc": np.stack([turn.session.head_mfcc() for turn in turns]),
            "basic": np.stack([_basic(turn) for turn in turns]),
            "mixing": np.stack([turn.mixing for turn in turns]),
            "state": np.stack([turn.session.state for turn in turns]),
        }
        for turn, *said in zip(turns, *self._networks.head.run(inputs, size), strict=True):
            outputs, deviations, state = said
            if all(np.isfinite(each).all() for each in said):
                turn.opinion = WindowOpinion(outputs, deviations)
                turn.session.state = state
            else:  # it would stay in what is remembered of the set for ever
                turn.fail("head")

    def _mix(self, turn: Turn) -> None:
        """Give a turn the mixing features of its set, computed only where transitions changed."""
        transitions = turn.session.scoring.transition_features()
        known = turn.session.known_mixing(transitions)
        turn.mixing = (
            turn.session.keep_mixing(transitions, self._networks.mixing_features(transitions))
            if known is None
            else known
        )


def _going(turns: Sequence[Turn]) -> list[Turn]:
    return [turn for turn in turns if turn.fault is None]


def _basic(turn: Turn) -> NDArray[np.float32]:
    """Return tempo, energy and danceability as the model wants them; 0 where not known."""
    basic = np.zeros(BASIC_FEATURES, np.float32)
    if turn.heard is not None:
        bpm = turn.heard.bpm.value
        basic[0] = 0.0 if bpm is None else float(bpm) / BPM_SCALE
        basic[1] = turn.heard.energy or 0.0
        basic[2] = turn.heard.danceability or 0.0
    return basic
