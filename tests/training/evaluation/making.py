"""Traces made by hand: what a judge might have said, where the right figures are known."""

from __future__ import annotations

from collections.abc import Sequence

from core.media import SAMPLE_RATE_HZ
from core.messages import Estimate, Finding, Reading, Transition
from training.evaluation.traces import SCORED, Deed, Moment, Trace, TrueTransition, Truth

NOTHING = Reading(None, reason="not_measured")
NONE = (None,) * len(SCORED)


def estimates(values: Sequence[float | None], reach: float = 1.0) -> tuple[Estimate | None, ...]:
    return tuple(None if v is None else Estimate(v, v - reach, v + reach) for v in values)


def moment(
    seconds: float,
    *,
    window: Sequence[float | None] = NONE,
    whole: Sequence[float | None] = NONE,
    truth: Truth | None = None,
    bpm: Reading = NOTHING,
    key: Reading = NOTHING,
    section: Reading = NOTHING,
    lufs: float | None = -14.0,
    mfcc: Sequence[float] = (0.0,) * 13,
    energy: float | None = 0.5,
    reach: float = 1.0,
) -> Moment:
    return Moment(
        seconds=seconds,
        window=estimates(window, reach),
        whole=estimates(whole, reach),
        bpm=bpm,
        key=key,
        section=section,
        genre=NOTHING,
        short_term_lufs=lufs,
        integrated_lufs=lufs,
        energy=energy,
        mfcc=tuple(mfcc),
        truth=truth or Truth(),
    )


def trace(
    moments: Sequence[Moment] = (),
    *,
    genre: str = "house",
    transitions: Sequence[Transition] = (),
    findings: Sequence[Finding] = (),
    true: Sequence[TrueTransition] = (),
    deeds: Sequence[Deed] = (),
) -> Trace:
    return Trace(
        genre=genre,
        moments=tuple(moments),
        transitions=tuple(transitions),
        findings=tuple(findings),
        losses=(),
        true_transitions=tuple(true),
        deeds=tuple(deeds),
    )


def ended(whole: Sequence[float | None], labels: Sequence[float | None] = NONE) -> Trace:
    """Return a set of which only its end is known."""
    return trace([moment(100.0, whole=whole, truth=Truth(whole=tuple(labels)))])


def transition(index: int, start: float, end: float, **readings: Reading) -> Transition:
    known = dict.fromkeys(
        (
            *("beat_match_accuracy", "harmonic_compatibility", "transition_smoothness"),
            *("offset_ms", "tempo_difference_percent"),
        ),
        NOTHING,
    )
    return Transition(
        index=index,
        start_sample=round(start * SAMPLE_RATE_HZ),
        end_sample=round(end * SAMPLE_RATE_HZ),
        settled=True,
        **(known | readings),
    )
