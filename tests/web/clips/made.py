"""A set as clips need it: packets that sound, scores, a moment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from core.clock import Clock, ManualClock
from core.crowd import Moment, MomentStatus
from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ, samples_to_microseconds
from core.messages import EncodedAudio, Envelope, Genre, Phase, Score, SessionInfo, SessionState
from core.metrics import Metrics
from stream.recording import JudgingFacts, ModelFacts
from tests.web.pages import music
from tests.web.pages.script import Script
from web.clips import ClipMaker, ClipStore
from web.clips.facts import ClipFacts, new_id
from web.clips.hearing import heard_score
from web.clips.making import make

JUDGING = JudgingFacts(ModelFacts("judge", "0.4.0", "ab" * 32), "CPU", "libopus", "0.1.0")
INFO = SessionInfo("set-1", "nova", "Nova", 1_795_000_000.0, "Night drive", Genre.TECHNO)
NOW = 1_795_003_800.0
LARGE = 1 << 40


def moment(start_seconds: float = 312.0, code: str = "drop", epoch: str = "set-1") -> Moment:
    return Moment(
        id="m-1",
        status=MomentStatus.CONFIRMED,
        start_seconds=start_seconds,
        end_seconds=start_seconds + 9.0,
        code=code,
        epoch=epoch,
        strength=0.82,
        hype=87.4,
    )


def packets(start_seconds: float, end_seconds: float, session: str = "set-1") -> list[EncodedAudio]:
    """The test loop, looped, from one position on the media clock to another."""
    encoded = music.packets()
    first = round(start_seconds * SAMPLE_RATE_HZ) // music.PACKET_SAMPLES
    last = round(end_seconds * SAMPLE_RATE_HZ) // music.PACKET_SAMPLES
    return [
        EncodedAudio(
            session,
            number * music.PACKET_SAMPLES,
            music.PACKET_SAMPLES,
            encoded[number % len(encoded)],
            discontinuity=False,
            arrived_seconds=0.0,
        )
        for number in range(first, last)
    ]


@cache
def scores(end_seconds: float) -> tuple[Score, ...]:
    script = Script()
    hops = round(end_seconds * SAMPLE_RATE_HZ / HOP_SAMPLES)
    return tuple(script.score((hop + 1) * HOP_SAMPLES) for hop in range(hops))


def envelopes(end_seconds: float, info: SessionInfo = INFO) -> Iterator[Envelope]:
    """What a bus carries of a set: its state, then a score each half second."""
    yield Envelope(info.room, info.session, 1, 0, SessionState(info, Phase.LIVE))
    for seq, score in enumerate(scores(end_seconds), 2):
        pts = samples_to_microseconds(score.end_sample)
        yield Envelope(info.room, info.session, seq, pts, score)


def made(*, created: float = NOW) -> tuple[ClipFacts, bytes]:
    """One whole clip, without a disk; each has an id of its own."""
    facts, sound = _made()
    return replace(facts, id=new_id(), created_unix_seconds=created), sound


@cache
def _made() -> tuple[ClipFacts, bytes]:
    return make(
        new_id(),
        moment(),
        packets(299, 331),
        scores=[heard_score(score) for score in scores(337.0)],
        info=INFO,
        judging=JUDGING,
        now_unix_seconds=NOW,
    )


def store(
    folder: Path,
    *,
    clock: Clock | None = None,
    metrics: Metrics | None = None,
    keep_days: float = 30.0,
    most_bytes: int = LARGE,
    least_free_bytes: int = 0,
    write_seconds: float = 20.0,
) -> ClipStore:
    return ClipStore(
        folder,
        clock or ManualClock(wall_seconds=NOW),
        metrics or Metrics(),
        JUDGING,
        keep_days=keep_days,
        most_bytes=most_bytes,
        least_free_bytes=least_free_bytes,
        write_seconds=write_seconds,
    )


def maker(clips: ClipStore, end_seconds: float = 337.0) -> ClipMaker:
    """A maker that has heard a set."""
    listening = ClipMaker(clips)
    for envelope in envelopes(end_seconds):
        listening.hear(envelope)
    return listening


def contents(folder: Path) -> dict[str, str]:
    """Names and digests of everything in a folder."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*"))
    }
