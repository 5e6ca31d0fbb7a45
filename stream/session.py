"""One DJ's live set: its phases, and the connections it outlives.

A set begins with the first RTP packet. Before that there is nothing to hear, so a client that never
connects leaves no trace in its room. From then on the set keeps its id, feed, media clock and
decoder, whatever becomes of the connection, until it is ended or silent for the period of grace.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core.clock import Clock
from core.feed import HopSink, SessionFeed
from core.messages import Phase, SessionInfo, SessionState
from core.metrics import Metrics
from stream.config import IngestConfig
from stream.intake import Intake
from stream.peer import Peer
from stream.rtp import RtpPacket

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all sets share."""

    config: IngestConfig
    clock: Clock
    metrics: Metrics
    open_feed: Callable[[SessionInfo], SessionFeed]
    close_feed: Callable[[SessionFeed], Awaitable[None]]
    hop_sink: HopSink
    release: Callable[[Peer], None]  # closes a peer that a set has no more use for
    supersede: Callable[[Peer], None]  # the same, where another connection took its place


class LiveSession:
    """A set, from its first offer to its end.

    Parameters
    ----------
    info
        Who plays what.
    address
        Of the client that began it.
    surroundings
        What all sets share.
    """

    def __init__(self, info: SessionInfo, address: str, surroundings: Surroundings) -> None:
        self.info = info
        self.address = address
        self._shared = surroundings
        self._clock = surroundings.clock
        self._config = surroundings.config
        self._feed: SessionFeed | None = None
        self._intake: Intake | None = None
        self._current: Peer | None = None  # whose packets are the set
        self._next: Peer | None = None  # answered, but nothing heard of it yet
        self._next_deadline_seconds = 0.0
        self._live_since_seconds = 0.0
        self._reported_seconds = 0.0
        self._failure: str | None = None
        self._ending: asyncio.Task[None] | None = None
        self._phase = Phase.CONNECTING
        self._log = logging.LoggerAdapter(logger, {"session": info.session, "room": info.room})
        surroundings.metrics.streams.labels(self._phase).inc()

    @property
    def phase(self) -> Phase:
        """Where the set stands."""
        return self._phase

    @property
    def is_over(self) -> bool:
        """Whether its end has begun."""
        return self._ending is not None

    @property
    def is_empty(self) -> bool:
        """Whether it never began, and no connection is left that could begin it."""
        return self._intake is None and self._current is None and self._next is None

    def expect(self, peer: Peer) -> None:
        """Let `peer` carry the set on as soon as it sends; until then all stays as it is."""
        if self._next is not None:
            self._shared.supersede(self._next)
        self._next = peer
        self._next_deadline_seconds = self._clock.monotonic_seconds() + self._config.connect_seconds

    def packet(self, peer: Peer, packet: RtpPacket, arrived_seconds: float) -> None:
        """Take an RTP packet of `peer`."""
        if self._ending is not None or self._failure is not None:
            return
        if peer is self._next:
            self._take_over(peer)
        if peer is not self._current:
            return
        if self._intake is None:
            try:
                self._intake = self._begin(arrived_seconds)
            except Exception:
                # Said once and not with every packet; the timers end the set.
                self._log.exception("the set could not begin")
                self._failure = "internal"
                return
        self._intake.packet(packet, arrived_seconds)
        if self._phase is not Phase.LIVE:
            self._enter(Phase.LIVE)

    def lost(self, peer: Peer, *, reason: str = "connection_lost") -> None:
        """Carry on without `peer`, whose connection broke or was ended."""
        if peer is self._next:
            self._next = None
            if peer.trouble is not None:
                self._log.info("a client could not connect: %s", peer.trouble)
        elif peer is self._current:
            self._current = None
            if self._intake is not None and self._ending is None:
                self._enter(Phase.RESUMING, reason)
        self._shared.release(peer)

    def is_all_that_plays(self, peer: Peer) -> bool:
        """Whether the set has no other connection than `peer`, made or in the making."""
        others = {self._current, self._next} - {peer, None}
        return not others

    def tick(self, now_seconds: float) -> str | None:
        """Look at the timers; return the reason where the set is over."""
        if self._failure is not None:
            return self._failure
        if self._next is not None and now_seconds > self._next_deadline_seconds:
            self._log.info("a client did not connect in time: %s", self._next.progress)
            self.lost(self._next)
        if self._intake is None or self._intake.arrived_seconds is None:
            return "never_connected" if self.is_empty else None
        if now_seconds - self._live_since_seconds > self._config.longest_seconds:
            return "longest_set"
        silent = now_seconds - self._intake.arrived_seconds
        if silent > self._config.grace_seconds:
            return "grace_over"
        if self._current is None or silent > self._config.broken_seconds:
            self._enter(Phase.RESUMING, "connection_lost")
        elif silent > self._config.stalled_seconds:
            self._enter(Phase.STALLED, "no_media")
        self._report(now_seconds)
        return None

    async def end(self, reason: str) -> None:
        """End the set and wait until all that belongs to it is told and closed."""
        if self._ending is None:
            name = f"end-{self.info.session}"
            self._ending = asyncio.create_task(self._end(reason), name=name)
        await asyncio.shield(self._ending)

    def _begin(self, now_seconds: float) -> Intake:
        """Open the feed and all that hangs on it."""
        self._live_since_seconds = self._reported_seconds = now_seconds
        self._feed = self._shared.open_feed(self.info)
        self._shared.hop_sink.open(self._feed)
        self._log.info("the set begins")
        return Intake(
            self._feed,
            self._shared.hop_sink,
            clock=self._clock,
            metrics=self._shared.metrics,
            reorder_seconds=self._config.reorder_seconds,
        )

    def _take_over(self, peer: Peer) -> None:
        """Make the connection in the making the one that plays."""
        previous, self._current, self._next = self._current, peer, None
        if self._intake is not None:
            self._intake.interrupt()
            self._log.info("the set goes on by a new connection")
        if previous is not None:
            self._shared.supersede(previous)

    def _enter(self, phase: Phase, reason: str | None = None) -> None:
        if phase is self._phase:
            return
        streams = self._shared.metrics.streams
        streams.labels(self._phase).dec()
        self._phase = phase
        if phase is not Phase.ENDED:
            streams.labels(phase).inc()
        if self._feed is not None:
            position = 0 if self._intake is None else self._intake.end_sample
            self._feed.publish(SessionState(self.info, phase, reason, position), position)

    def _report(self, now_seconds: float) -> None:
        elapsed = now_seconds - self._reported_seconds
        if self._feed is None or self._intake is None or elapsed < self._config.report_seconds:
            return
        self._reported_seconds = now_seconds
        peer = self._current
        reception = self._intake.reception(
            elapsed,
            0.0 if peer is None else peer.jitter_seconds,
            None if peer is None else peer.round_trip_seconds,
        )
        if self._phase in (Phase.LIVE, Phase.STALLED):
            self._feed.publish(reception, self._intake.end_sample)

    async def _end(self, reason: str) -> None:
        for peer in (self._current, self._next):
            if peer is not None:
                self._shared.release(peer)
        self._current = self._next = None
        if self._feed is not None and self._intake is not None:
            self._finish_intake(self._intake)
            await self._bounded(self._shared.hop_sink.close(self.info.session), "the judge")
            self._log.info("the set is over: %s", reason)
        self._enter(Phase.ENDED, reason)
        if self._feed is not None:
            await self._bounded(self._shared.close_feed(self._feed), "the feed")

    def _finish_intake(self, intake: Intake) -> None:
        try:
            intake.close()
        except Exception:
            # Its room must become free whatever its last packets were.
            self._log.exception("the last packets of the set were not taken")

    async def _bounded(self, ending: Awaitable[None], whose: str) -> None:
        """Await someone else's end, but not for ever, and not to one's own harm."""
        try:
            async with asyncio.timeout(self._config.close_seconds):
                await ending
        except TimeoutError:
            self._log.error("%s did not finish the set in time", whose)
        except Exception:
            # The set is over whatever happens there; the registry must get to know.
            self._log.exception("%s failed to finish the set", whose)
