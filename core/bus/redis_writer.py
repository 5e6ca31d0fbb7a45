"""The sending half of the Redis bus: one task that empties the outbox into streams."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.bus.codec import encode
from core.bus.directory import CONFIRM_EVERY_SECONDS, DirectoryEntry
from core.bus.memory import ROOMS_REMEMBERED
from core.bus.outbox import Dropped, Outbox
from core.bus.progress import Progress
from core.bus.redis_keys import (
    DIRECTORY,
    EVENTS_KEPT,
    FIELD,
    MEDIA_KEPT,
    PICTURES_KEPT,
    STREAMS_LIVE_SECONDS,
    events_stream,
    media_stream,
    pictures_stream,
)
from core.bus.worth import KINDS, worth
from core.clock import Clock
from core.messages import Envelope, Phase, SessionState, Track
from core.metrics import Metrics

STREAMS: Final[Mapping[Track, tuple[Callable[[str], str], int]]] = {
    Track.EVENTS: (events_stream, EVENTS_KEPT),
    Track.SOUND: (media_stream, MEDIA_KEPT),
    Track.VIDEO: (pictures_stream, PICTURES_KEPT),
    Track.STILLS: (pictures_stream, PICTURES_KEPT),
}
"""Where envelopes of a track go, and how many of them are kept there."""

BATCH: Final = 256
FIRST_RETRY_SECONDS: Final = 0.1
LAST_RETRY_SECONDS: Final = 2.0

QUIET_SECONDS: Final = 0.5
"""After so long without a command, it is first made sure that the server is still the same: the
client replaces a broken connection without a word, and the server may have come back empty."""

RETELL_ENDED_SECONDS: Final = 15.0
"""How long after a server came back empty ended sets are told again: by then every process has
told of those on air, which an old set in the same room must not displace."""

RETAINED_SECONDS: Final = 300.0
"""How long after its end a set could be told again."""

QUEUE: Final = "bus_outbox"
"""Label of what waits here, and of what was dropped."""

log = structlog.get_logger(__name__)


class RedisWriter:
    """Delivers envelopes in order, through as many losses of the connection as it takes.

    Parameters
    ----------
    client
        A connection of its own.
    clock, metrics
        Time and figures.
    """

    def __init__(self, client: Redis, clock: Clock, metrics: Metrics) -> None:
        self.outbox = Outbox()
        self.up = False
        self._client = client
        self._clock = clock
        self._metrics = metrics
        self._progress: dict[str, Progress] = {}  # of rooms, the longest silent first
        self._entries: dict[str, DirectoryEntry] = {}
        self._told_dropped = Dropped()
        self._run_id: str | None = None
        self._work = asyncio.Event()
        self._closing = False
        self._ended: dict[str, float] = {}  # room -> when its set ended, the longest ago first
        self._confirmed_seconds = self._heard_seconds = clock.monotonic_seconds()
        self._retell_seconds: float | None = None  # when ended sets are to be told again

    def publish(self, envelope: Envelope) -> None:
        """Accept an envelope; never waits.

        What is left of a set that gave way is dropped: it must not take the place of the next one
        in the directory, nor among what is told again.
        """
        if not self._is_news(envelope):
            return
        self.outbox.add(envelope)
        self._metrics.queue_depth.labels(QUEUE).set(len(self.outbox))
        self._work.set()

    def _is_news(self, envelope: Envelope) -> bool:
        progress = self._progress.pop(envelope.room, None)
        if progress is None:
            progress = Progress()
            if len(self._progress) >= ROOMS_REMEMBERED:
                del self._progress[next(iter(self._progress))]
        self._progress[envelope.room] = progress
        return progress.is_new(envelope)

    def finish(self) -> None:
        """Let `run` return once everything accepted has been delivered."""
        self._closing = True
        self._work.set()

    async def run(self) -> None:
        """Deliver until told to finish."""
        retry_seconds = FIRST_RETRY_SECONDS
        while self.outbox or not self._closing:
            try:
                if not self.up:
                    await self._greet()
                await self._deliver_or_confirm()
                retry_seconds = FIRST_RETRY_SECONDS
            except (RedisError, OSError) as error:
                self._set_up(False, error)
                await asyncio.sleep(retry_seconds)
                retry_seconds = min(2 * retry_seconds, LAST_RETRY_SECONDS)

    async def _greet(self) -> None:
        await self._recognize()
        await self._confirm()
        self._set_up(True, None)

    async def _recognize(self) -> None:
        """Find out whether this is still the server that acknowledged what we sent."""
        info: dict[str, Any] = await self._client.info("server")
        run_id = str(info["run_id"])
        self._heard_seconds = self._clock.monotonic_seconds()
        if self._run_id is not None and run_id != self._run_id:
            # A server that was restarted may have come back empty. Readers skip what they know.
            log.warning("bus_restarted")
            self.outbox.tell_again(self._entries)
            self._retell_seconds = self._heard_seconds + RETELL_ENDED_SECONDS
            self._confirmed_seconds = float("-inf")  # the directory is to be told as well
        self._run_id = run_id

    async def _see_to_what_is_due(self) -> None:
        now = self._clock.monotonic_seconds()
        if now - self._heard_seconds >= QUIET_SECONDS:
            await self._recognize()
        # A room on air always has something to deliver: confirming cannot wait for a quiet moment.
        if now - self._confirmed_seconds >= CONFIRM_EVERY_SECONDS:
            await self._confirm()
        if self._retell_seconds is not None and now >= self._retell_seconds:
            await self._retell_ended()

    async def _retell_ended(self) -> None:
        """Tell again of sets that ended lately, unless their rooms are another process's by now."""
        told: list[str] = []
        for room, epoch in self.outbox.retained_epochs().items():
            if room in self._entries:
                continue
            if await self._is_ours(room, epoch):
                told.append(room)
            else:
                self.outbox.forget(room)
        self.outbox.tell_again(told)
        self._retell_seconds = None

    async def _is_ours(self, room: str, session: str) -> bool:
        """Whether the directory names `session` as the room's, or nobody."""
        entry = await self._entry(room)
        return entry is None or entry.state.info.session == session

    async def _entry(self, room: str) -> DirectoryEntry | None:
        encoded = await self._client.hget(DIRECTORY, room)
        return None if encoded is None else DirectoryEntry.decode(encoded)

    async def _deliver_or_confirm(self) -> None:
        await self._see_to_what_is_due()
        if not self.outbox:
            self._work.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), CONFIRM_EVERY_SECONDS)
            return
        batch = self.outbox.next_batch(BATCH)
        await self._send(batch)
        self.outbox.acknowledge(batch)
        self._metrics.queue_depth.labels(QUEUE).set(len(self.outbox))
        if self.outbox.dropped != self._told_dropped:
            self._count_drops()

    async def _send(self, batch: Sequence[Envelope]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        sent: list[Envelope] = []
        for envelope in batch:
            try:
                encoded = encode(envelope)
            except ValueError:
                # Whoever made it is wrong; kept, it would hold up everything behind it for ever.
                self._metrics.queue_dropped.labels(QUEUE).inc()
                log.exception("bus_message_unfit", session=envelope.epoch, seq=envelope.seq)
                continue
            stream, kept = STREAMS[envelope.track]
            pipeline.xadd(stream(envelope.room), {FIELD: encoded}, maxlen=kept, approximate=True)
            sent.append(envelope)
        ids: list[bytes] = await pipeline.execute()
        self._heard_seconds = self._clock.monotonic_seconds()
        for envelope, entry_id in zip(sent, ids, strict=True):
            self._metrics.bus_messages.labels(KINDS[worth(envelope)]).inc()
            if isinstance(envelope.message, SessionState):
                await self._enter(envelope, envelope.message, entry_id.decode())

    async def _enter(self, envelope: Envelope, state: SessionState, entry_id: str) -> None:
        """Keep the room's entry in the directory true."""
        known = self._entries.get(envelope.room)
        same_epoch = known is not None and known.state.info.session == envelope.epoch
        first_id = known.first_id if known is not None and same_epoch else entry_id
        entry = DirectoryEntry(state, first_id, self._clock.wall_seconds())
        is_over = state.phase is Phase.ENDED
        # A DJ may have gone on by another process, while this one still waited for them.
        if not is_over or await self._is_ours(envelope.room, envelope.epoch):
            await self._client.hset(DIRECTORY, envelope.room, entry.encode())
        await self._keep_streams(envelope.room)
        self._ended.pop(envelope.room, None)
        if is_over:
            self._entries.pop(envelope.room, None)
            self._ended[envelope.room] = self._clock.monotonic_seconds()
        else:
            self._entries[envelope.room] = entry

    async def _confirm(self) -> None:
        """Say again which rooms are on air, so that nobody takes them for lost."""
        for room, entry in list(self._entries.items()):
            confirmed = replace(entry, confirmed_unix_seconds=self._clock.wall_seconds())
            self._entries[room] = confirmed
            if await self._may_confirm(room, entry.state.info.session):
                await self._client.hset(DIRECTORY, room, confirmed.encode())
            await self._keep_streams(room)
        self._confirmed_seconds = self._clock.monotonic_seconds()
        self._forget_what_ended()

    async def _may_confirm(self, room: str, session: str) -> bool:
        """Whether no other process has a set on air in the room that began after `session`."""
        entry = await self._entry(room)
        if entry is None or entry.state.info.session == session:
            return True
        return entry.summary(self._clock.wall_seconds()).state.phase is Phase.ENDED

    def _forget_what_ended(self) -> None:
        for room, ended_seconds in list(self._ended.items()):
            if self._confirmed_seconds - ended_seconds >= RETAINED_SECONDS:
                del self._ended[room]
                self.outbox.forget(room)

    async def _keep_streams(self, room: str) -> None:
        for key in (events_stream(room), media_stream(room), pictures_stream(room)):
            await self._client.expire(key, STREAMS_LIVE_SECONDS)

    def _count_drops(self) -> None:
        now, told = self.outbox.dropped, self._told_dropped
        self._told_dropped = now
        self._metrics.queue_dropped.labels(QUEUE).inc(now.all - told.all)
        log.warning(
            "bus_outbox_overflowed",
            events=now.events - told.events,
            packets=now.media - told.media,
            pictures=now.pictures - told.pictures,
        )

    def _set_up(self, up: bool, error: Exception | None) -> None:
        if up != self.up:
            log.info("bus_reachable" if up else "bus_lost", reason=str(error) if error else None)
        self.up = up
        self._metrics.bus_up.set(up)
