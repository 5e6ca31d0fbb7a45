"""Made-up sets: what the judge says of them, and crowds that answer."""

from __future__ import annotations

from core.media import HOP_SECONDS, WINDOW_SAMPLES, seconds_to_samples
from core.messages import (
    NOT_MEASURED,
    Component,
    Finding,
    Loudness,
    Reading,
    Score,
    Transition,
    TransitionKind,
)

_UNKNOWN = Reading(None, reason="not_measured")


def score(
    end_seconds: float,
    section: str | None = None,
    *,
    energy: float | None = 0.5,
    brightness_hz: float | None = 2_000.0,
    onset_rate_hz: float | None = 6.0,
    kick_db: float | None = -3.0,
) -> Score:
    """Return a judgement of the window that ends there."""
    end_sample = seconds_to_samples(end_seconds)
    return Score(
        window=round(end_seconds / HOP_SECONDS),
        start_sample=max(0, end_sample - WINDOW_SAMPLES),
        end_sample=end_sample,
        reason=None,
        overall=None,
        components=dict.fromkeys(Component),
        set_reason=None,
        set_overall=None,
        set_components=dict.fromkeys(Component),
        bpm=_UNKNOWN,
        key=_UNKNOWN,
        camelot=_UNKNOWN,
        genre=_UNKNOWN,
        loudness=Loudness(None, None, None),
        energy=energy,
        danceability=None,
        concealed_ratio=0.0,
        batch_size=1,
        arrived_seconds=0.0,
        section=Reading(None, reason="section_unsure")
        if section is None
        else Reading(section, 0.8),
        onset_rate_hz=onset_rate_hz,
        brightness_hz=brightness_hz,
        kick_db=kick_db,
    )


def transition(
    start_seconds: float, kind: TransitionKind | None, index: int = 0, settled: bool = True
) -> Transition:
    start_sample = seconds_to_samples(start_seconds)
    return Transition(
        index=index,
        start_sample=start_sample,
        end_sample=start_sample + seconds_to_samples(20.0),
        settled=settled,
        beat_match_accuracy=_UNKNOWN,
        harmonic_compatibility=_UNKNOWN,
        transition_smoothness=_UNKNOWN,
        offset_ms=_UNKNOWN,
        tempo_difference_percent=_UNKNOWN,
        kind=NOT_MEASURED if kind is None else Reading(kind.value, 0.7),
    )


def finding(code: str, start_seconds: float, end_seconds: float) -> Finding:
    return Finding(
        code=code,
        component=Component.ENERGY,
        start_sample=seconds_to_samples(start_seconds),
        end_sample=seconds_to_samples(end_seconds),
        measured=1.0,
        limit=1.0,
        unit="%",
        points=0.3,
    )


def hops(start_seconds: float, end_seconds: float) -> list[float]:
    """Return the ends of the hops between two times."""
    first, last = round(start_seconds / HOP_SECONDS), round(end_seconds / HOP_SECONDS)
    return [hop * HOP_SECONDS for hop in range(first + 1, last + 1)]


def drop_scores(at_seconds: float) -> list[Score]:
    """Return what is said around a drop: 8 s of build, then 20 s of drop."""
    build = [score(end, "build", energy=0.35) for end in hops(at_seconds - 8, at_seconds)]
    return [*build, *(score(end, "drop", energy=0.8) for end in hops(at_seconds, at_seconds + 20))]
