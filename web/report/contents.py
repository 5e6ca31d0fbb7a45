"""What a report says of a set: the shape of `djuniverse judge --json`.

`report.schema.json` beside this file specifies the same for others; a test holds the two together.
A value that is not known is None, and `reasons` then says why, by slug.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.messages import Component, Genre

FORMAT: Final = "djuv.report.v1"

SCHEMA_PATH: Final = Path(__file__).with_name("report.schema.json")

Components = Mapping[Component, float | None]


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a score lies with 90 % coverage."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Window:
    """One window of ten seconds, and the set's score up to its end."""

    start_seconds: float
    end_seconds: float
    overall: float | None
    interval: Interval | None
    components: Components
    reason: str | None
    set_overall: float | None
    set_interval: Interval | None
    set_reason: str | None
    bpm: float | None
    key: str | None
    camelot: str | None
    loudness_lufs: float | None  # short-term
    section: str | None
    energy: float | None
    danceability: float | None
    concealed_ratio: float


@dataclass(frozen=True, slots=True)
class TransitionLine:
    """One passage from a track to the next."""

    start_seconds: float
    duration_seconds: float
    settled: bool
    beat_match_accuracy: float | None
    harmonic_compatibility: float | None
    transition_smoothness: float | None
    offset_ms: float | None
    tempo_difference_percent: float | None
    kind: str | None
    drift_ms_per_second: float | None
    bass_excess_db: float | None  # above one track's bass
    level_step_lu: float | None  # the new track against the old
    phrase_error_beats: float | None
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FindingLine:
    """An explained gain or loss, in the reader's language."""

    time_seconds: float
    duration_seconds: float
    code: str
    component: Component
    text: str
    measured: float
    limit: float
    unit: str
    points: float
    fix: str


@dataclass(frozen=True, slots=True)
class LossLine:
    """What one kind of finding cost a component of the set, in the reader's language.

    The losses of a component sum to what its score lacks of 10.
    """

    component: Component
    code: str
    text: str
    count: int
    points: float
    fix: str


@dataclass(frozen=True, slots=True)
class Model:
    """Which model judged."""

    name: str
    version: str
    sha256: str
    trained: bool  # False for a model that is there for its shape alone
    calibration: str | None = None  # version; None where scores are on the judge's own scale


@dataclass(frozen=True, slots=True)
class Audio:
    """Which sound was judged."""

    name: str
    sha256: str
    duration_seconds: float  # of what was judged
    codec: str
    sample_rate_hz: int
    channels: int


@dataclass(frozen=True, slots=True)
class Report:
    """A whole set."""

    format: str
    language: str
    overall: float | None
    components: Components
    intervals: Mapping[str, Interval]  # of `overall` and of each component that is known
    reasons: Mapping[str, str]  # of each value on this level that is None
    bpm: float | None
    key: str | None
    camelot: str | None
    genre: str | None
    declared_genre: Genre | None
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    windows: tuple[Window, ...]
    transitions: tuple[TransitionLine, ...]
    findings: tuple[FindingLine, ...]
    losses: tuple[LossLine, ...]  # of each component the costliest first
    model: Model
    providers: tuple[str, ...]
    audio: Audio
    software_version: str
