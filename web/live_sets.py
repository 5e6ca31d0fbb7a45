"""Where a set begins and ends for everyone but its DJ: feed, recording and database in step."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from battles.sets import SetResult, SetStore
from core.bus import Bus
from core.errors import DjUniverseError
from core.feed import FeedListener, SessionFeed
from core.media import samples_to_seconds
from core.messages import (
    Envelope,
    Fault,
    Phase,
    RoomMessage,
    Score,
    SessionInfo,
    SessionState,
)
from core.show import EncodedPicture, ShowState
from stream.recording.facts import JudgingFacts
from stream.recording.recorder import Recorder

STORE_SECONDS: Final = 2.0
"""Longest wait for the database, twice when a set ends; the store keeps what it could not write."""

REASON_NO_SCORE: Final = "too_short"
REASON_UNKNOWN: Final = "unknown"

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _OpenSet:
    """A set on air, with the last that was said of it; a `core.feed.FeedListener`."""

    storing: asyncio.Task[None] | None = None
    feed: SessionFeed | None = None
    score: Score | None = None
    state: SessionState | None = None
    end_sample: int = 0

    def envelope(self, envelope: Envelope) -> None:
        """Remember the latest score and state."""
        if isinstance(envelope.message, Score):
            self.score = envelope.message
            self.end_sample = envelope.message.end_sample
        elif isinstance(envelope.message, SessionState):
            self.state = envelope.message
            self.end_sample = max(self.end_sample, envelope.message.position_samples)

    def result(self) -> SetResult:
        """Return how the set ended."""
        reason = self.state.reason if self.state and self.state.phase is Phase.ENDED else None
        played_seconds = samples_to_seconds(self.end_sample)
        if self.score is None:
            return SetResult(reason or REASON_UNKNOWN, played_seconds, None, {}, REASON_NO_SCORE)
        return SetResult(
            reason or REASON_UNKNOWN,
            played_seconds,
            self.score.set_overall,
            self.score.set_components,
            self.score.set_reason,
        )


class _Recorded:
    """A recorder's ears: a show is drawn anew from the sound, so none of it is recorded."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def envelope(self, envelope: Envelope) -> None:
        """Pass on what a replay needs."""
        if not isinstance(envelope.message, EncodedPicture | ShowState):
            self._recorder.envelope(envelope)


class LiveSets:
    """Opens and closes the feeds of sets.

    Parameters
    ----------
    bus
        Where the feeds lead.
    store
        Notes when sets begin and how they end.
    recorder
        Records them; None where recordings are switched off.
    judging
        What the scores depend on, for the recordings.
    recordings
        Folder of recordings, relative to the data directory, as the database is to name it.
    listeners
        Who else hears every set.
    """

    def __init__(
        self,
        bus: Bus,
        store: SetStore,
        recorder: Recorder | None,
        judging: JudgingFacts,
        recordings: Path,
        *,
        listeners: Sequence[FeedListener] = (),
    ) -> None:
        self._bus = bus
        self._store = store
        self._recorder = recorder
        self._judging = judging
        self._recordings = recordings
        self._listeners = listeners
        self._open: dict[str, _OpenSet] = {}

    def open(self, info: SessionInfo) -> SessionFeed:
        """Begin a set: returns at once; the database hears of it in the background."""
        opened = _OpenSet()
        if self._recorder is None:
            feed = SessionFeed(info, self._bus, [opened, *self._listeners])
        else:
            self._recorder.open(info, self._judging)
            heard_by: list[FeedListener] = [opened, _Recorded(self._recorder), *self._listeners]
            feed = SessionFeed(info, self._bus, heard_by)
        opened.feed = feed
        opened.storing = asyncio.create_task(
            self._store_start(info), name=f"store the start of {info.session}"
        )
        self._open[info.session] = opened
        return feed

    async def close(self, feed: SessionFeed) -> None:
        """End a set: the recording is on disk and the result stored, or kept to be stored later."""
        opened = self._open.pop(feed.info.session, None)
        if opened is None:
            return
        # Side by side: a disk that hangs must not keep the end of the set out of the database.
        storing = self._store_end(feed.info, opened)
        if self._recorder is None:
            await storing
        else:
            await asyncio.gather(self._recorder.close(feed.info.session), storing)

    def announce(self, session: str, fault: Fault) -> None:
        """Tell a set's room of a fault that someone else than its feed's users noticed."""
        opened = self._open.get(session)
        if opened is not None:
            self.publish(session, fault, opened.end_sample)

    def publish(self, session: str, message: RoomMessage, position_samples: int) -> None:
        """Put a message into the feed of a set on air; of any other it is thrown away."""
        opened = self._open.get(session)
        if opened is not None and opened.feed is not None:
            opened.feed.publish(message, position_samples)

    def _recording_of(self, info: SessionInfo) -> str | None:
        return None if self._recorder is None else str(self._recordings / info.session)

    async def _store_start(self, info: SessionInfo) -> None:
        try:
            await self._store.started(info, self._recording_of(info))
        except DjUniverseError as error:
            # The set goes on: a database that is away must not silence a DJ.
            logger.error(
                "the start of the set could not be stored: %s",
                error,
                extra={"session": info.session},
            )
        except Exception:  # nor must whatever else goes wrong there
            logger.exception(
                "the start of the set could not be stored", extra={"session": info.session}
            )

    async def _store_end(self, info: SessionInfo, opened: _OpenSet) -> None:
        await self._await_start(opened)
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self._store.ended(info, opened.result(), self._recording_of(info))
        except TimeoutError:
            logger.warning(
                "the end of the set will be stored later: the database does not answer",
                extra={"session": info.session},
            )

    async def _await_start(self, opened: _OpenSet) -> None:
        """Wait for the start to be stored, or give it up: an end brings its beginning along."""
        if opened.storing is not None:
            await asyncio.wait((opened.storing,), timeout=STORE_SECONDS)
            opened.storing.cancel()
