"""Judging a kept set again from its own packets, and comparing the scores bit for bit.

Everything that a score depends on is repeated: the packets through the same decoder, the hops that
overload had lost are left out again, the windows past their deadline are not judged again, and the
model runs in the padded batch sizes that were recorded with the scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from core.errors import ConfigurationInvalid
from core.media import samples_to_seconds
from core.messages import Score
from core.plain import to_plain
from judge.engine import Engine
from judge.turn import DEADLINE, JUDGE_FAILED
from stream.recording import (
    Completeness,
    JudgingFacts,
    Recording,
    folder_of,
    hops_from_recording,
)
from web.judging import Progress, load_engine
from web.report.provenance import judging_facts
from web.settings import ONNX_PROVIDERS, Settings

NOT_COMPARED: Final = "arrived_seconds"
"""When a packet came is a matter of the network; it enters no score."""

_NO_OPINION: Final = (DEADLINE, JUDGE_FAILED)
"""Reasons of windows that the model did not judge though their hops were taken."""

_SCORES: Final = ("overall", "components", "set_overall", "set_components")


class Outcome(StrEnum):
    """How a replay ended."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    INCOMPARABLE = "incomparable"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that did not come out as it was recorded."""

    window: int
    time_seconds: float
    name: str  # such as "set_components.technical.value"
    then: object
    now: object


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why scores cannot be compared."""

    reason: str  # "model", "calibration", "provider", "decoder" or "nothing"
    then: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out of a replay."""

    session: str
    outcome: Outcome
    obstacle: Obstacle | None
    windows: int  # compared
    different: int  # of these
    largest_points: float  # largest difference between two scores, on the scale of 1-10
    first: Difference | None
    uncompared: int  # recorded windows without a replayed one, and the other way round
    recorded: JudgingFacts
    present: JudgingFacts
    completeness: Completeness


def replay_recording(
    recording: Recording, engine: Engine, progress: Progress = lambda _, __: None
) -> Verdict:
    """Judge a kept set again and compare.

    Parameters
    ----------
    recording
        The set.
    engine
        Judges; best `engine_like`.
    progress
        Told of every hop.

    Raises
    ------
    core.errors.RecordingDamaged
        If the recording cannot be read.
    """
    present = judging_facts(engine.identity)
    completeness = recording.completeness()
    recorded = {score.window: score for score in _scores_of(recording)}
    obstacle = _obstacle(recording.facts.judging, present, recorded)
    comparison = _Comparison()
    if obstacle is None:
        for score in _judge_again(recording, engine, recorded):
            progress(samples_to_seconds(score.end_sample), completeness.sound_seconds)
            comparison.add(recorded.pop(score.window, None), score)
        # What was lost live, or cut off with the end of the sound, has nothing to be compared with.
        comparison.uncompared += sum(score.batch_size > 0 for score in recorded.values())
        if comparison.windows == 0:
            obstacle = Obstacle("nothing")
    return Verdict(
        session=recording.facts.info.session,
        outcome=Outcome.INCOMPARABLE if obstacle else comparison.outcome,
        obstacle=obstacle,
        windows=comparison.windows,
        different=comparison.different,
        largest_points=comparison.largest_points,
        first=comparison.first,
        uncompared=comparison.uncompared,
        recorded=recording.facts.judging,
        present=present,
        completeness=completeness,
    )


def _scores_of(recording: Recording) -> Iterator[Score]:
    for event in recording.events():
        if isinstance(event.message, Score):
            yield event.message


def _obstacle(
    then: JudgingFacts, now: JudgingFacts, recorded: Mapping[int, Score]
) -> Obstacle | None:
    """Return why the scores of a recording need not come out alike."""
    if then.model.sha256 != now.model.sha256:
        models = (f"{facts.model.name} {facts.model.version}" for facts in (then, now))
        digests = (facts.model.sha256[:12] for facts in (then, now))
        return Obstacle("model", *map(" ".join, zip(models, digests, strict=True)))
    if then.calibration != now.calibration:
        return Obstacle("calibration", then.calibration or "-", now.calibration or "-")
    if then.provider != now.provider:
        return Obstacle("provider", then.provider, now.provider)
    if then.decoder != now.decoder:
        return Obstacle("decoder", then.decoder, now.decoder)
    return None if recorded else Obstacle("nothing")


def _judge_again(
    recording: Recording, engine: Engine, recorded: Mapping[int, Score]
) -> Iterator[Score]:
    session = engine.open(recording.facts.info)
    # No score tells the batch of the hops before the first window; the first score's is the best
    # guess, and only on a GPU can it matter.
    batch_size = next((score.batch_size for score in recorded.values() if score.batch_size), None)
    for hop in hops_from_recording(recording.folder):
        then = recorded.get(hop.index)
        if then is not None and then.batch_size == 0:
            continue  # lost before the engine saw it
        batch_size = then.batch_size if then is not None else batch_size
        skip = {0} if then is not None and then.reason in _NO_OPINION else set()
        (judged,) = engine.advance([(session, hop)], batch_size, skip)
        yield from (message for message, _ in judged.messages if isinstance(message, Score))


class _Comparison:
    """Counts how scores differ."""

    def __init__(self) -> None:
        self.windows = 0
        self.different = 0
        self.uncompared = 0
        self.largest_points = 0.0
        self.first: Difference | None = None

    @property
    def outcome(self) -> Outcome:
        return Outcome.DIFFERENT if self.different else Outcome.IDENTICAL

    def add(self, then: Score | None, now: Score) -> None:
        if then is None:
            self.uncompared += 1
            return
        self.windows += 1
        differences = list(_differences(then, now))
        self.different += bool(differences)
        for name, old, new in differences:
            at_seconds = samples_to_seconds(now.end_sample)
            self.first = self.first or Difference(now.window, at_seconds, name, old, new)
            if name.startswith(_SCORES) and isinstance(old, float) and isinstance(new, float):
                self.largest_points = max(self.largest_points, abs(old - new))


def _differences(then: Score, now: Score) -> Iterator[tuple[str, object, object]]:
    """Yield name, recorded and replayed value of everything that is not the same to the bit."""
    before, after = dict(_leaves(to_plain(then))), dict(_leaves(to_plain(now)))
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        # Their shortest exact notations tell apart even what `==` does not, such as 0.0 and -0.0.
        if name != NOT_COMPARED and repr(old) != repr(new):
            yield name, old, new


def _leaves(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else str(key))
    else:
        yield name, value


def find_recording(session: str, recordings: Path) -> Recording:
    """Return the recording of a session, named by its id or by its folder.

    Raises
    ------
    core.errors.NotFound
        If there is none.
    core.errors.RecordingDamaged
        If its `session.json` cannot be read.
    """
    folder = Path(session)
    if folder.is_dir():
        return Recording(folder)
    return Recording(folder_of(recordings, session))


def engine_like(recording: Recording, settings: Settings) -> Engine:
    """Load the judge on the provider that judged the set, or, without it, where it can run.

    Raises
    ------
    core.errors.ModelInvalid
        If the models are absent or damaged.
    core.errors.ConfigurationInvalid
        If no provider works, or the calibration is for another model.
    """
    names = {onnx: name for name, onnx in ONNX_PROVIDERS.items()}
    provider = names.get(recording.facts.judging.provider)
    if provider is not None:
        try:
            return load_engine(settings, provider)
        except ConfigurationInvalid:
            pass  # the verdict says that it ran elsewhere
    return load_engine(settings)
