"""Clips in words, where the server says them: in the page's head, in the file's tags."""

from __future__ import annotations

from core.messages import Component
from web.clips.facts import ClipFacts
from web.report.words import clock, number
from web.texts import Texts


def moment_kind(code: str, texts: Texts) -> str:
    """Return what a moment was: "the drop"."""
    key = f"clip.kind.{code}"
    return texts(key if key in texts else "clip.kind.other")


def moment_title(facts: ClipFacts, texts: Texts) -> str:
    """Return a clip's title: what, and where in the set."""
    return texts(
        "clip.title",
        name=facts.dj_name,
        kind=moment_kind(facts.moment.code, texts),
        time=clock(facts.moment.start_seconds),
    )


def description(facts: ClipFacts, texts: Texts) -> str:
    """Return one or two sentences for those who see only the link."""
    seconds = number(facts.end_seconds - facts.start_seconds, texts, decimals=0)
    if facts.title:
        said = texts("clip.about_set", seconds=seconds, title=facts.title)
    else:
        said = texts("clip.about", seconds=seconds)
    scores = facts.scores
    if scores is None or scores.overall is None:
        return said
    parts = ", ".join(
        f"{texts(f'component.{part.value}').lower()} {number(estimate.value, texts)}"
        for part in Component
        if (estimate := scores.components.get(part)) is not None
    )
    overall = number(scores.overall.value, texts)
    return f"{said} {texts('clip.about_score', score=overall, parts=parts)}"
