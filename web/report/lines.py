"""The judge's messages as lines of a report: seconds for samples, words for codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core.media import samples_to_seconds
from core.messages import Component, Estimate, Finding, Loss, Reading, Score, Transition
from web.report.contents import FindingLine, Interval, LossLine, TransitionLine, Window
from web.report.words import fix, loss_name, told
from web.texts import Texts

_TRANSITION_FIGURES: Final = (
    "beat_match_accuracy",
    "harmonic_compatibility",
    "transition_smoothness",
    "offset_ms",
    "tempo_difference_percent",
    "drift_ms_per_second",
    "bass_excess_db",
    "level_step_lu",
    "phrase_error_beats",
)


def number_of(reading: Reading) -> float | None:
    """Return what was read where it is a number."""
    return float(reading.value) if isinstance(reading.value, int | float) else None


def word_of(reading: Reading) -> str | None:
    """Return what was read where it is a word."""
    return reading.value if isinstance(reading.value, str) else None


def window_of(score: Score) -> Window:
    """Return what a report keeps of a window."""
    components = {component: score.components.get(component) for component in Component}
    return Window(
        start_seconds=samples_to_seconds(score.start_sample),
        end_seconds=samples_to_seconds(score.end_sample),
        overall=None if score.overall is None else score.overall.value,
        interval=_interval(score.overall),
        components={
            component: None if estimate is None else estimate.value
            for component, estimate in components.items()
        },
        reason=score.reason,
        set_overall=None if score.set_overall is None else score.set_overall.value,
        set_interval=_interval(score.set_overall),
        set_reason=score.set_reason,
        bpm=number_of(score.bpm),
        key=word_of(score.key),
        camelot=word_of(score.camelot),
        loudness_lufs=score.loudness.short_term_lufs,
        section=word_of(score.section),
        energy=score.energy,
        danceability=score.danceability,
        concealed_ratio=score.concealed_ratio,
    )


def transition_line(transition: Transition) -> TransitionLine:
    """Return a passage with what was measured of it, or why it was not."""
    figures = {name: getattr(transition, name) for name in _TRANSITION_FIGURES}
    readings = {**figures, "kind": transition.kind}
    return TransitionLine(
        start_seconds=samples_to_seconds(transition.start_sample),
        duration_seconds=samples_to_seconds(transition.end_sample - transition.start_sample),
        settled=transition.settled,
        kind=word_of(transition.kind),
        **{name: number_of(reading) for name, reading in figures.items()},
        reasons={
            name: reading.reason for name, reading in readings.items() if reading.reason is not None
        },
    )


def finding_line(finding: Finding, texts: Texts) -> FindingLine:
    """Return a finding in words."""
    text, remedy = told(finding, texts)
    return FindingLine(
        time_seconds=samples_to_seconds(finding.start_sample),
        duration_seconds=samples_to_seconds(finding.end_sample - finding.start_sample),
        code=finding.code,
        component=finding.component,
        text=text,
        measured=finding.measured,
        limit=finding.limit,
        unit=finding.unit,
        points=finding.points,
        fix=remedy,
    )


def loss_lines(losses: Iterable[Loss], texts: Texts) -> tuple[LossLine, ...]:
    """Return where the points went, component by component, the costliest first."""
    order = list(Component)
    costs = [loss for loss in losses if loss.points != 0]
    return tuple(
        LossLine(
            component=loss.component,
            code=loss.code,
            text=loss_name(loss.code, texts),
            count=loss.count,
            points=loss.points,
            fix=fix(loss.code, texts),
        )
        for loss in sorted(costs, key=lambda loss: (order.index(loss.component), loss.points))
    )


def _interval(estimate: Estimate | None) -> Interval | None:
    return None if estimate is None else Interval(estimate.low, estimate.high)
