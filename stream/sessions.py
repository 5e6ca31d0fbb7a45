"""All live sets: who may begin one, who takes one over, and when each is over.

A room holds one set at a time. A further offer with a key of the same room carries the running set
on: the new connection takes over with its first packet, so nothing is lost if it never comes to be.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from weakref import WeakValueDictionary

from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError

from core.clock import Clock
from core.errors import (
    BadInput,
    DjUniverseError,
    LimitReached,
    NotFound,
    PreconditionFailed,
)
from core.feed import HopSink, SessionFeed
from core.messages import Genre, Phase, Publisher, SessionInfo
from core.metrics import Metrics
from stream.config import IngestConfig
from stream.limits import StartRate
from stream.offer import Offer, parse_offer
from stream.peer import Peer
from stream.session import LiveSession, Surroundings
from stream.trickle import parse_fragment

AIORTC_REFUSALS = (
    ValueError,
    IndexError,
    KeyError,
    AssertionError,
    InternalError,
    InvalidAccessError,
    InvalidStateError,
    OperationError,
)
"""What aiortc raises, without a common root, where an offer passed our checks and not its own."""

MOST_TAKEN_OVER: Final = 1_000
"""WHIP sessions remembered after another connection took their place; the oldest is forgotten."""

RevokedKeys = Callable[[Collection[str]], Awaitable[Collection[str]]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WhipAnswer:
    """What the client gets for its offer."""

    resource: str  # last part of the WHIP session's URL; not to be guessed
    etag: str  # quoted, as it stands in the header
    sdp: str


@dataclass(frozen=True, slots=True)
class _Resource:
    """One WHIP session: a connection, and whose it is."""

    key_id: str
    etag: str
    ice_username: str
    peer: Peer
    session: LiveSession


class Ingest:
    """Takes offers and keeps the sets they begin.

    Parameters
    ----------
    config
        Limits, timers and addresses.
    clock
        Time for all of them.
    metrics
        Where everything is counted.
    open_feed
        Called when a set begins, with who plays what.
    close_feed
        Awaited when a set is over, after its last message.
    hop_sink
        Gets each set's hops.
    revoked_keys
        Which of some keys, by their ids, may no longer be used; asked every `key_check_seconds`
        for those on air. Without it a key counts for as long as its set lasts.

    Notes
    -----
    For one event loop. `close` ends all sets.
    """

    def __init__(
        self,
        config: IngestConfig,
        *,
        clock: Clock,
        metrics: Metrics,
        open_feed: Callable[[SessionInfo], SessionFeed],
        close_feed: Callable[[SessionFeed], Awaitable[None]],
        hop_sink: HopSink,
        revoked_keys: RevokedKeys | None = None,
    ) -> None:
        self._config = config
        self._clock = clock
        self._metrics = metrics
        self._rate = StartRate(config.starts_per_key, config.starts_seconds)
        self._rooms: dict[str, LiveSession] = {}
        self._resources: dict[str, _Resource] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()
        self._taken_over: OrderedDict[str, str] = OrderedDict()  # resource -> key id
        self._revoked_keys = revoked_keys
        self._timers: tuple[asyncio.Task[None], ...] = ()
        self._closed = False
        self._surroundings = Surroundings(
            config, clock, metrics, open_feed, close_feed, hop_sink, self._release, self._supersede
        )

    @property
    def phases(self) -> dict[str, Phase]:
        """The rooms that have a set now, and where each stands."""
        return {room: session.phase for room, session in self._rooms.items()}

    async def start(
        self,
        offer_sdp: str,
        publisher: Publisher,
        *,
        address: str,
        title: str | None = None,
        declared_genre: Genre | None = None,
        resume: bool = True,
    ) -> WhipAnswer:
        """Answer an offer.

        Parameters
        ----------
        offer_sdp
            What the client offers.
        publisher
            Whose key it showed.
        address
            Its IP address.
        title, declared_genre
            Of the set, where the offer begins one.
        resume
            Whether to carry on a set that the room has; otherwise that set is ended first.

        Raises
        ------
        BadInput, TooLarge
            If the offer cannot be used; see `stream.offer.parse_offer`.
        LimitReached
            If there are too many sets, or too many offers with this key.
        """
        offer = parse_offer(offer_sdp)
        self._refuse_when_closed()
        self._rate.check(publisher.key_id, self._clock.monotonic_seconds())
        async with self._lock(publisher.room):
            session = self._rooms.get(publisher.room)
            if session is not None and (session.is_over or not resume):
                if not session.is_over:
                    self._remember_taken_over(lambda one: one.session is session)
                await self._end(session, "replaced")
                session = None
            if session is None:
                self._check_limits(address)
                session = self._open(publisher, address, title, declared_genre)
            return await self._connect(session, offer, publisher, address)

    async def trickle(
        self, resource: str, publisher: Publisher, fragment: str, *, if_match: str | None
    ) -> None:
        """Take further addresses of the client.

        Raises
        ------
        NotFound
            If there is no such WHIP session of this key (`no_whip_session`), or there was one and
            another connection took its place (`taken_over`).
        PreconditionFailed
            If `if_match` is missing (`precondition_required`) or not the WHIP session's.
        BadInput
            If the fragment is malformed, or asks for an ICE restart.
        """
        known = self._find(resource, publisher)
        if if_match is None:
            message = "Send the ETag of the WHIP session in If-Match."
            raise PreconditionFailed(message, code="precondition_required")
        if if_match.strip() not in (known.etag, "*", '"*"'):
            raise PreconditionFailed("If-Match names another ICE session.")
        parsed = parse_fragment(fragment)
        if known.peer.is_closed:
            raise NotFound("This WHIP session's connection is over.", code="no_whip_session")
        if parsed.ice_username not in (None, known.ice_username):
            message = "ICE cannot be restarted. Send a new offer: the set goes on."
            raise BadInput(message, code="ice_restart_unsupported")
        await known.peer.add_candidates(parsed.candidates)

    async def stop(self, resource: str, publisher: Publisher) -> None:
        """End a WHIP session, and the set with it unless another connection carries it on.

        Raises
        ------
        NotFound
            As `trickle` does.
        """
        await self._stop(self._find(resource, publisher), reason="stopped")

    async def close(self) -> None:
        """End all sets and connections; comes back within a few times `close_seconds`."""
        self._closed = True
        for timer in self._timers:
            timer.cancel()
            with suppress(asyncio.CancelledError):
                await timer
        sessions = list(self._rooms.values())
        await asyncio.gather(*(self._end(one, "server_stopping") for one in sessions))
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connect(
        self, session: LiveSession, offer: Offer, publisher: Publisher, address: str
    ) -> WhipAnswer:
        peer = Peer(
            self._config,
            clock=self._clock,
            metrics=self._metrics,
            on_packet=session.packet,
            on_lost=session.lost,
        )
        session.expect(peer)
        try:
            sdp = await peer.answer(offer, address)
            self._refuse_what_is_over(session)
        except BaseException as error:
            session.lost(peer)
            self._refuse_what_is_over(session)
            if session.is_empty:
                await self._end(session, "never_connected")
            if isinstance(error, AIORTC_REFUSALS):
                logger.warning("aiortc refused an offer that passed the checks", exc_info=error)
                raise BadInput("The offer cannot be used.", code="offer_unusable") from error
            raise
        answer = WhipAnswer(secrets.token_urlsafe(16), f'"{secrets.token_hex(8)}"', sdp)
        # Whoever comes back has no more to say of the connections that broke.
        self._forget(lambda one: one.session is session and one.peer.is_closed)
        self._resources[answer.resource] = _Resource(
            publisher.key_id, answer.etag, offer.ice_username, peer, session
        )
        return answer

    def _open(
        self, publisher: Publisher, address: str, title: str | None, genre: Genre | None
    ) -> LiveSession:
        if not self._timers:
            self._timers = (
                asyncio.create_task(self._tick(), name="ingest-timers"),
                asyncio.create_task(self._watch_keys(), name="ingest-keys"),
            )
        started = self._clock.wall_seconds()
        date = datetime.fromtimestamp(started, UTC).strftime("%Y%m%d-%H%M%S")
        info = SessionInfo(
            session=f"{date}-{secrets.token_hex(4)}",
            room=publisher.room,
            dj_name=publisher.dj_name,
            started_unix_seconds=started,
            title=title,
            declared_genre=genre,
        )
        session = self._rooms[publisher.room] = LiveSession(info, address, self._surroundings)
        return session

    def _check_limits(self, address: str) -> None:
        if len(self._rooms) >= self._config.sessions:
            raise LimitReached(
                f"All {self._config.sessions} places are taken. Try again in half a minute.",
                code="too_many_sets",
                retry_after_seconds=30,
                limit=self._config.sessions,
            )
        here = sum(session.address == address for session in self._rooms.values())
        if here >= self._config.sessions_per_address:
            raise LimitReached(
                f"{here} sets are live from this address. End one first.",
                code="too_many_sets_here",
                retry_after_seconds=30,
                limit=self._config.sessions_per_address,
            )

    def _refuse_when_closed(self) -> None:
        if self._closed:
            message = "The server is stopping. Try again in a few seconds."
            raise LimitReached(message, code="server_stopping", retry_after_seconds=5)

    def _refuse_what_is_over(self, session: LiveSession) -> None:
        self._refuse_when_closed()
        if session.is_over:
            message = "The set ended while this offer was read. Send it again."
            raise LimitReached(message, code="set_ended", retry_after_seconds=1)

    def _find(self, resource: str, publisher: Publisher) -> _Resource:
        if self._taken_over.get(resource) == publisher.key_id:
            message = "Another connection has taken this one's place in the room."
            raise NotFound(message, code="taken_over")
        known = self._resources.get(resource)
        if known is None or known.key_id != publisher.key_id:
            # One answer for both: a key learns nothing of what belongs to another.
            raise NotFound("There is no such WHIP session.", code="no_whip_session")
        return known

    def _lock(self, room: str) -> asyncio.Lock:
        lock = self._locks.get(room)
        if lock is None:
            lock = self._locks[room] = asyncio.Lock()
        return lock

    async def _stop(self, known: _Resource, *, reason: str) -> None:
        """End a connection, and its set unless another connection carries that on."""
        if known.session.is_all_that_plays(known.peer):
            await self._end(known.session, reason)
        else:
            known.session.lost(known.peer, reason=reason)

    async def _end(self, session: LiveSession, reason: str) -> None:
        """End a set. Its room stays taken until all is told, so that two sets never mix."""
        await session.end(reason)
        self._forget(lambda one: one.session is session)
        if self._rooms.get(session.info.room) is session:
            del self._rooms[session.info.room]

    def _supersede(self, peer: Peer) -> None:
        """Close a connection whose place another took, and remember that for its client to ask."""
        self._remember_taken_over(lambda one: one.peer is peer)
        self._release(peer)

    def _remember_taken_over(self, is_past: Callable[[_Resource], bool]) -> None:
        for resource, known in self._resources.items():
            if is_past(known):
                self._taken_over[resource] = known.key_id
        while len(self._taken_over) > MOST_TAKEN_OVER:
            self._taken_over.popitem(last=False)

    def _release(self, peer: Peer) -> None:
        """Close a connection, and forget it unless it was the last of a set that still goes on.

        Clients hang up before they say that they do: a DELETE that comes after the connection broke
        must end the set, which would otherwise wait for its DJ to come back.
        """
        self._forget(
            lambda one: (
                one.peer is peer
                and not (one.session.is_all_that_plays(peer) and not one.session.is_over)
            )
        )
        self._spawn(peer.close())

    def _forget(self, is_past: Callable[[_Resource], bool]) -> None:
        for resource, known in list(self._resources.items()):
            if is_past(known):
                del self._resources[resource]

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch_keys(self) -> None:
        while True:
            await asyncio.sleep(self._config.key_check_seconds)
            try:
                await self._end_what_is_revoked()
            except DjUniverseError as error:
                # A database that is away must not silence a DJ.
                logger.warning("the keys of what is on air could not be looked at: %s", error)
            except Exception:
                logger.exception("the keys of what is on air could not be looked at")

    async def _end_what_is_revoked(self) -> None:
        keys = {known.key_id for known in self._resources.values()}
        if self._revoked_keys is None or not keys:
            return
        revoked = await self._revoked_keys(keys)
        for resource, known in list(self._resources.items()):
            if known.key_id in revoked and resource in self._resources:
                logger.info(
                    "the key %s was revoked: its connection ends",
                    known.key_id,
                    extra={"session": known.session.info.session},
                )
                await self._stop(known, reason="key_revoked")

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._config.tick_seconds)
            now = self._clock.monotonic_seconds()
            for session in list(self._rooms.values()):
                self._look_at(session, now)

    def _look_at(self, session: LiveSession, now_seconds: float) -> None:
        if session.is_over:
            return
        try:
            reason = session.tick(now_seconds)
        except Exception:
            # One set's trouble must not stop the timers of all others.
            logger.exception("the timers of a set failed", extra={"session": session.info.session})
            return
        if reason is not None:
            self._spawn(self._end(session, reason))
