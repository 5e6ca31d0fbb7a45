"""A clip out of packets, scores and a moment: pure computing, for a thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from core.crowd import Moment
from core.media import samples_to_seconds
from core.messages import Component, EncodedAudio, Estimate, Reading, SessionInfo
from stream.clips import Clip, cut, levels, span_of_moment, to_ogg
from stream.recording import JudgingFacts
from web.clips.facts import VERSION, ClipCourse, ClipFacts, ClipMoment, ClipScores
from web.clips.hearing import HeardScore
from web.clips.words import moment_title
from web.texts import Texts

LEAST_SECONDS: Final = 5.0
"""A clip with less real sound is not worth a link."""


class ClipRefused(Exception):
    """There is no clip, and `reason` says why: a slug that pages translate."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def make(
    clip_id: str,
    moment: Moment,
    packets: Sequence[EncodedAudio],
    *,
    scores: Sequence[HeardScore],
    info: SessionInfo,
    judging: JudgingFacts,
    now_unix_seconds: float,
) -> tuple[ClipFacts, bytes]:
    """Return what is kept of a moment: its facts and its sound.

    Parameters
    ----------
    clip_id
        Id of the clip.
    moment
        What was epic.
    packets
        Of the set, in order, at least those around the moment.
    scores
        The latest of the set, oldest first.
    info
        The set.
    judging
        What judged it.
    now_unix_seconds
        The date.

    Raises
    ------
    ClipRefused
        If there is too little sound.
    """
    clip = cut(
        (packet for packet in packets if packet.session == info.session),
        span_of_moment(moment.start_seconds),
    )
    if clip is None:
        raise ClipRefused("clip_no_sound")
    if samples_to_seconds(clip.span.samples - clip.missing_samples) < LEAST_SECONDS:
        raise ClipRefused("clip_too_short")
    start_seconds = samples_to_seconds(clip.span.start_sample)
    end_seconds = samples_to_seconds(clip.span.end_sample)
    within = [each for each in scores if start_seconds < each.seconds <= end_seconds]
    facts = ClipFacts(
        v=VERSION,
        id=clip_id,
        room=info.room,
        dj_name=info.dj_name,
        title=info.title,
        epoch=info.session,
        set_started_unix_seconds=info.started_unix_seconds,
        created_unix_seconds=now_unix_seconds,
        start_seconds=start_seconds,
        end_seconds=end_seconds,
        missing_seconds=samples_to_seconds(clip.missing_samples),
        moment=_moment(moment),
        scores=_scores(within[-1]) if within else None,
        course=_course(within),
        levels=_levels(clip),
        model=judging.model.name,
        model_version=judging.model.version,
        software_version=judging.software_version,
    )
    return facts, to_ogg(clip, _tags(facts))


def _levels(clip: Clip) -> tuple[int, ...]:
    return tuple(min(100, round(100 * level)) for level in levels(clip))


def _moment(moment: Moment) -> ClipMoment:
    return ClipMoment(
        id=moment.id,
        code=moment.code,
        start_seconds=round(moment.start_seconds, 3),
        end_seconds=round(moment.end_seconds, 3),
        strength=round(moment.strength, 3),
        hype=_rounded(moment.hype, 1),
    )


def _scores(last: HeardScore) -> ClipScores:
    return ClipScores(
        reason=last.set_reason,
        overall=_estimate(last.set_overall),
        components={part: _estimate(last.set_components.get(part)) for part in Component},
        bpm=_reading(last.bpm),
        key=_reading(last.key),
        camelot=_reading(last.camelot),
        genre=_reading(last.genre),
    )


def _course(scores: Sequence[HeardScore]) -> ClipCourse:
    return ClipCourse(
        time_seconds=tuple(round(each.seconds, 3) for each in scores),
        overall=_column(each.overall for each in scores),
        components={
            part: _column(each.components.get(part) for each in scores) for part in Component
        },
        set_overall=_column(
            None if each.set_overall is None else each.set_overall.value for each in scores
        ),
        energy=_column(each.energy for each in scores),
    )


def _column(values: Iterable[float | None]) -> tuple[float | None, ...]:
    return tuple(_rounded(value, 2) for value in values)


def _estimate(estimate: Estimate | None) -> Estimate | None:
    if estimate is None:
        return None
    return Estimate(round(estimate.value, 3), round(estimate.low, 3), round(estimate.high, 3))


def _reading(reading: Reading) -> Reading:
    value = reading.value
    shown = round(value, 2) if isinstance(value, float) else value
    return Reading(shown, round(reading.confidence, 3), reading.reason)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)


def _tags(facts: ClipFacts) -> list[tuple[str, str]]:
    """Return the comments of the file, which players show; a file has one language."""
    started = datetime.fromtimestamp(facts.set_started_unix_seconds, UTC)
    tags = [
        ("TITLE", moment_title(facts, Texts("en"))),
        ("ARTIST", facts.dj_name),
        ("ALBUM", facts.title or ""),
        ("DATE", started.date().isoformat()),
        ("MOMENT", facts.moment.code),
    ]
    return [(name, text) for name, text in tags if text]
