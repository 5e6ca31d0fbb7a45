"""From what the judge said of a set, message by message, to its report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.messages import (
    Component,
    Estimate,
    Finding,
    Genre,
    Reading,
    RoomMessage,
    Score,
    Transition,
)
from web.report.contents import FORMAT, Audio, Interval, Model, Report, Window
from web.report.lines import (
    finding_line,
    loss_lines,
    number_of,
    transition_line,
    window_of,
    word_of,
)
from web.texts import Texts

NOTHING_JUDGED: Final = "too_short"
"""Why nothing is known of a set without a single window."""

UNMEASURED: Final = "not_measured"
"""Why there is no true peak where there is loudness: this judge does not tell it."""

SILENT: Final = "silent"
"""Why there is no loudness: the gate of EBU R128 let nothing pass."""

WAITING: Final = "first_transition_pending"
"""Why a component is missing while the set has a score: it is judged by transitions alone."""


@dataclass(frozen=True, slots=True)
class Origin:
    """All that a report says beside what the judge said."""

    audio: Audio
    model: Model
    providers: tuple[str, ...]
    declared_genre: Genre | None
    software_version: str


class Collection:
    """What was said of one set; of its windows only what the report needs, for sets are long."""

    def __init__(self) -> None:
        self._windows: list[Window] = []
        self._last: Score | None = None
        self._bpm = _Median()
        self._key = _Commonest()
        self._camelot = _Commonest()
        self._findings: list[Finding] = []
        self._transitions: dict[int, Transition] = {}

    def add(self, messages: Iterable[RoomMessage]) -> None:
        """Take the next messages, in order; of a transition the last word counts."""
        for message in messages:
            if isinstance(message, Score):
                self._add_score(message)
            elif isinstance(message, Finding):
                self._findings.append(message)
            elif isinstance(message, Transition):
                self._transitions[message.index] = message

    def _add_score(self, score: Score) -> None:
        self._windows.append(window_of(score))
        self._last = score
        self._bpm.add(score.bpm)
        self._key.add(score.key)
        self._camelot.add(score.camelot)

    def report(self, origin: Origin, texts: Texts) -> Report:
        """Return the set's report."""
        scores = _set_scores(self._last)
        heard = self._heard()
        values = {**scores, **heard}
        return Report(
            format=FORMAT,
            language=texts.language,
            overall=_value(scores["overall"]),
            components={component: _value(scores[component]) for component in Component},
            intervals={
                name: Interval(estimate.low, estimate.high)
                for name, estimate in scores.items()
                if isinstance(estimate, Estimate)
            },
            reasons={
                name: known.reason
                for name, known in values.items()
                if isinstance(known, Reading) and known.reason is not None
            },
            bpm=number_of(heard["bpm"]),
            key=word_of(heard["key"]),
            camelot=word_of(heard["camelot"]),
            genre=word_of(heard["genre"]),
            declared_genre=origin.declared_genre,
            loudness_lufs=number_of(heard["loudness_lufs"]),
            true_peak_dbtp=number_of(heard["true_peak_dbtp"]),
            windows=tuple(self._windows),
            transitions=tuple(
                transition_line(self._transitions[index]) for index in sorted(self._transitions)
            ),
            findings=tuple(
                finding_line(finding, texts)
                for finding in sorted(self._findings, key=lambda finding: finding.start_sample)
            ),
            losses=loss_lines(self._last.set_losses if self._last else (), texts),
            model=origin.model,
            providers=origin.providers,
            audio=origin.audio,
            software_version=origin.software_version,
        )

    def _heard(self) -> dict[str, Reading]:
        """Return what holds for the set as a whole, where the scores say what holds at a time."""
        if self._last is None:
            names = ("bpm", "key", "camelot", "genre", "loudness_lufs", "true_peak_dbtp")
            return dict.fromkeys(names, _unknown(NOTHING_JUDGED))
        loudness, peak = self._last.loudness.integrated_lufs, self._last.loudness.true_peak_dbtp
        no_peak = SILENT if loudness is None else UNMEASURED
        return {
            "bpm": self._bpm.reading(),
            "key": self._key.reading(),
            "camelot": self._camelot.reading(),
            "genre": self._last.genre,
            "loudness_lufs": _unknown(SILENT) if loudness is None else Reading(loudness, 1.0),
            "true_peak_dbtp": _unknown(no_peak) if peak is None else Reading(peak, 1.0),
        }


def _unknown(reason: str | None) -> Reading:
    return Reading(None, reason=reason)


def _value(known: Estimate | Reading) -> float | None:
    return known.value if isinstance(known, Estimate) else None


def _set_scores(last: Score | None) -> dict[str, Estimate | Reading]:
    """Return the set's scores as of its last window, or why there are none."""
    if last is None:
        return dict.fromkeys(("overall", *Component), _unknown(NOTHING_JUDGED))
    missing = _unknown(last.set_reason or WAITING)
    scores = {component: last.set_components.get(component) for component in Component}
    return {
        "overall": last.set_overall or missing,
        **{component.value: estimate or missing for component, estimate in scores.items()},
    }


class _Median:
    """The reading in the middle, each weighing as much as its confidence.

    A set has a tempo at each time; the median is one that was really played, which a mean is not.
    """

    def __init__(self) -> None:
        self._known: list[tuple[float, float]] = []
        self._last = _unknown(NOTHING_JUDGED)

    def add(self, reading: Reading) -> None:
        self._last = reading
        figure = number_of(reading)
        if figure is not None:
            self._known.append((figure, reading.confidence))

    def reading(self) -> Reading:
        half = sum(confidence for _, confidence in self._known) / 2
        passed = 0.0
        for figure, confidence in sorted(self._known):
            passed += confidence
            if passed >= half:
                return Reading(figure, confidence)
        return self._last


class _Commonest:
    """The reading heard longest, each time weighing as much as its confidence."""

    def __init__(self) -> None:
        self._weights: dict[str, float] = defaultdict(float)
        self._readings = 0
        self._last = _unknown(NOTHING_JUDGED)

    def add(self, reading: Reading) -> None:
        self._last = reading
        self._readings += 1
        word = word_of(reading)
        if word is not None:
            self._weights[word] += reading.confidence

    def reading(self) -> Reading:
        if not self._weights:
            return self._last
        best = max(self._weights, key=lambda word: self._weights[word])
        return Reading(best, self._weights[best] / self._readings)
