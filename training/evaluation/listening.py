"""How well is heard what the judge builds on: tempo, key, transitions, sections, techniques."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.messages import Reading, Technique
from judge.listening.camelot import key_name
from training.evaluation.cases import Case
from training.evaluation.chapters import Aim, Cell, Chapter, Measure, Table, share_measure
from training.evaluation.flaws import FLAWS
from training.evaluation.judging import Traces
from training.evaluation.matching import NEAR_SECONDS, Match, matched, offset_errors
from training.evaluation.plan import Plan
from training.evaluation.recipes import alike
from training.evaluation.traces import Moment, Trace

TEMPO_TOLERANCE: Final = 0.01
HALF_TIME: Final = ("dubstep",)
"""Genres felt at half their tempo: 70 and 140 BPM are one."""

FLAMS_MS: Final = (20.0, 40.0, 60.0, 80.0, 100.0, 120.0)
NOT_SAID: Final = "not said"

TEMPO_AIM: Final = Aim(least=0.97)
KEY_AIM: Final = Aim(least=0.85)
OFFSET_AIM: Final = Aim(most=8.0)
RELATED_BY_CHANCE: Final = 4 / 24
"""Exact, two fifths and the relative key, of 24."""

_KEYS: Final = {key_name(key): key for key in range(24)}
_SPELT: Final = {"A#": "Bb", "D#": "Eb", "G#": "Ab"}
"""The simulator spells all black keys as sharps, the listener as musicians do."""


class Listening:
    """The examination of the listener on split A, and of offsets from 20 to 120 ms."""

    name = "listening"

    def cases(self, plan: Plan) -> list[Case]:
        """Return split A, and blends with one offset each."""
        return [*alike(plan), *_flams(plan)]

    def chapter(self, plan: Plan, traces: Traces, pictures: Path) -> Chapter:
        """Compare what was heard with what is true."""
        sets = traces.of(alike(plan))
        moments = [moment for trace in sets for moment in trace.moments]
        matches, made_up = matched(sets)
        errors, unread = offset_errors(traces.of(_flams(plan)), FLAMS_MS[0], FLAMS_MS[-1])
        return Chapter(
            self.name,
            "Listening",
            "What the listener reported on the sets of split A, window by window; tempo and key "
            "are asked for where one track has played alone for the whole window. A window of "
            "which nothing was said counts as wrong.",
            measures=(
                share_measure(
                    f"tempo within {TEMPO_TOLERANCE:.0%}, windows with a beat",
                    tempo_right(moments),
                    "no window with a beat was judged",
                    TEMPO_AIM,
                ),
                _key_measure(moments),
                *_offset_measures(errors, unread),
                *_found(matches, made_up),
                *_deeds(sets),
                share_measure(
                    "genre right, of windows in which one was named",
                    [m.genre.value == m.truth.genre for m in moments
                     if m.genre.value is not None and m.truth.genre is not None],
                    "no genre was named",
                ),
            ),
            tables=(
                _confusion("Transitions: true kind by reported kind", _kinds(matches)),
                _confusion("Sections: true by heard, windows", _sections(moments)),
            ),
        )  # fmt: skip


def _flams(plan: Plan) -> list[Case]:
    """Return blends with offsets."""
    offset = next(flaw for flaw in FLAWS if flaw.field == "offset_ms")
    sizes = FLAMS_MS[:: 3 if plan.tiny else 1]
    return [
        offset.case(plan, number, size) for size in sizes for number in range(plan.sizes.dose_seeds)
    ]


def tempo_right(moments: Iterable[Moment], *, octaves: bool = False) -> list[bool]:
    """Tell for each window with a beat whether its tempo was heard."""
    return [
        within(moment.bpm, moment.truth.bpm, octaves=octaves or moment.truth.genre in HALF_TIME)
        for moment in moments
        if moment.truth.bpm is not None and moment.truth.beat
    ]


def within(heard: Reading, bpm: float, *, octaves: bool) -> bool:
    """Tell whether a tempo lies within 1 % of the truth, or of its half or double."""
    if not isinstance(heard.value, int | float):
        return False
    factors = (1.0, 2.0, 0.5) if octaves else (1.0,)
    return any(abs(heard.value / (bpm * factor) - 1) <= TEMPO_TOLERANCE for factor in factors)


def _key_measure(moments: Iterable[Moment]) -> Measure:
    pairs = [(m.key.value, spelt(m.truth.key)) for m in moments if m.truth.key is not None]
    related = [isinstance(heard, str) and related_keys(heard, true) for heard, true in pairs]
    measure = share_measure(
        "key exact, a fifth off or relative", related, "no window with one key", KEY_AIM
    )
    exact = sum(heard == true for heard, true in pairs) / len(pairs) if pairs else None
    return replace(measure, beside={"exact": exact, "chance": RELATED_BY_CHANCE})


def spelt(key: str) -> str:
    """Return a key's name as the listener spells it."""
    tonic, mode = key.split(" ")
    return f"{_SPELT.get(tonic, tonic)} {mode}"


def related_keys(first: str, second: str) -> bool:
    """Tell whether two keys are one, a fifth apart in one mode, or relative."""
    a, b = _KEYS[first], _KEYS[second]
    if (a < 12) == (b < 12):
        return (a - b) % 12 in (0, 5, 7)
    major, minor = min(a, b), max(a, b) - 12
    return (major - minor) % 12 == 3


def _offset_measures(errors: list[float], unread: int) -> list[Measure]:
    name = "offset of flams from 20 to 120 ms: median error"
    asked = len(errors) + unread
    read = share_measure(
        "offset of flams from 20 to 120 ms: read at all",
        [True] * len(errors) + [False] * unread,
        "no set with one was judged",
    )
    if not errors:
        reason = f"none of {asked} was read" if asked else "no set with one was judged"
        return [Measure(name, None, "ms", aim=OFFSET_AIM, reason=reason), read]
    beside: dict[str, float | None] = {
        "within 8 ms, of those read": sum(error <= 8 for error in errors) / len(errors),
        "mean error": float(np.mean(errors)),
    }
    median = float(np.median(errors))
    return [Measure(name, median, "ms", aim=OFFSET_AIM, beside=beside, samples=asked), read]


def _found(matches: list[Match], made_up: int) -> list[Measure]:
    hits = [match.heard is not None for match in matches]
    reports = [True] * sum(hits) + [False] * made_up
    return [
        share_measure("transitions found, start within 5 s (recall)", hits, "there were none"),
        share_measure("reported transitions that are some (precision)", reports, "none reported"),
    ]


def _deeds(sets: list[Trace]) -> list[Measure]:
    """Return how many deeds were told as findings, and how many told were some."""
    found: list[bool] = []
    told: list[bool] = []
    codes = {technique.value for technique in Technique}
    for trace in sets:
        findings = [f for f in trace.findings if f.code in codes]
        for deed in trace.deeds:
            found.append(any(_same(f.code, f.start_sample, deed.technique, deed.start_seconds,
                                   deed.end_seconds) for f in findings))  # fmt: skip
        for f in findings:
            told.append(any(_same(f.code, f.start_sample, deed.technique, deed.start_seconds,
                                  deed.end_seconds) for deed in trace.deeds))  # fmt: skip
    return [
        share_measure("techniques found (recall)", found, "there were none"),
        share_measure("techniques told that were there (precision)", told, "none was told"),
    ]


def _same(code: str, sample: int, technique: str, start_seconds: float, end_seconds: float) -> bool:
    seconds = sample / SAMPLE_RATE_HZ
    inside = start_seconds - NEAR_SECONDS <= seconds <= end_seconds + NEAR_SECONDS
    return code == technique and inside


def _kinds(matches: list[Match]) -> list[tuple[str, str]]:
    return [
        (match.true.kind, "not found" if match.heard is None else _said(match.heard.kind))
        for match in matches
    ]


def _sections(moments: Iterable[Moment]) -> list[tuple[str, str]]:
    return [(m.truth.section, _said(m.section)) for m in moments if m.truth.section is not None]


def _said(reading: Reading) -> str:
    return NOT_SAID if reading.value is None else str(reading.value)


def _confusion(title: str, pairs: list[tuple[str, str]]) -> Table:
    counts = Counter(pairs)
    true = sorted({first for first, _ in pairs})
    heard = sorted({second for _, second in pairs})
    rows: list[tuple[Cell, ...]] = []
    for first in true:
        row = [counts[first, second] for second in heard]
        rows.append((first, *row, counts[first, first] / sum(row)))
    return Table(title, ("true", *heard, "right"), tuple(rows))
