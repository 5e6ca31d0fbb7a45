"""Live sets in the database: stored when they start, and again when they end.

A process that dies cannot say that its sets have ended. While a set is on air its process notes
so every half minute (`beat`); a set that nobody spoke for is closed at its last sign of life, by
its own process when that starts again, or by any other a few minutes later.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import CursorResult, and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from battles.database import Database
from battles.tables import NODE_LENGTH, TITLE_LENGTH, LiveSetRow
from core.clock import Clock, SystemClock
from core.errors import BadInput, NotFound, StorageUnavailable
from core.messages import Component, Estimate, Genre, SessionInfo

BEAT_SECONDS: Final = 30.0
"""How often a process says that its sets are still on air."""

ABANDONED_SECONDS: Final = 180.0
"""Silence after which any process may close a set."""

ABANDONED: Final = "server_stopped"
"""Why such a set ended."""

UNSTORED_SETS: Final = 1_000
"""Endings kept in memory while the database is away; beyond, the oldest is given up and logged."""

MOST_LISTED: Final = 200

RESULT_COLUMNS: Final = (
    "ended_unix_seconds",
    "end_reason",
    "played_seconds",
    "overall",
    "overall_low",
    "overall_high",
    "score_reason",
    "components",
)
"""What of a set is stored at its end."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SetResult:
    """How a set ended."""

    reason: str  # why it ended: slug, such as "dj_left"
    played_seconds: float
    overall: Estimate | None
    components: Mapping[Component, Estimate | None] = field(default_factory=dict)
    score_reason: str | None = None  # why there is no overall score


@dataclass(frozen=True, slots=True)
class LiveSet:
    """A set as stored."""

    session: str
    room: str
    dj_name: str
    title: str | None
    declared_genre: Genre | None
    started_unix_seconds: float
    ended_unix_seconds: float | None  # None while it is on air
    recording: str | None  # path of the recording, relative to the data directory
    result: SetResult | None  # None while it is on air


class SetStore:
    """Stores live sets and lists them.

    Parameters
    ----------
    database
        Where they are stored.
    node
        Names this process for as long as its place in the world is the same: host and port.
    clock
        Dates the sets.
    """

    def __init__(self, database: Database, node: str, clock: Clock | None = None) -> None:
        self._database = database
        self._node = node[:NODE_LENGTH]
        self._clock = clock or SystemClock()
        self._on_air: set[str] = set()
        self._unstored: OrderedDict[str, dict[str, Any]] = OrderedDict()  # session -> whole row
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Close what a crash left open and begin to speak for the sets on air.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used.
        """
        await self._close_abandoned(own=True)
        self._keeper = asyncio.create_task(self._keep(), name="live-sets")

    async def stop(self) -> None:
        """Store what is still to be stored, if the database lets it, and rest."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        with contextlib.suppress(StorageUnavailable):
            await self._store_endings()
        for session in self._unstored:
            _log.error("the end of set %s could not be stored", session)

    async def started(self, info: SessionInfo, recording: str | None = None) -> None:
        """Store that a set went on air; storing it again changes nothing.

        Raises
        ------
        NotFound
            If the room belongs to no DJ.
        StorageUnavailable
            If the database cannot be used.
        """
        row = LiveSetRow(**self._first_columns(info, recording))
        try:
            async with self._database.writing() as session:
                if await session.get(LiveSetRow, info.session) is None:
                    session.add(row)
        except IntegrityError:
            raise NotFound(
                f"Room {info.room} belongs to no DJ. Create a stream key first.",
                code="room_not_found",
                room=info.room,
            ) from None
        self._on_air.add(info.session)

    async def ended(
        self, info: SessionInfo, result: SetResult, recording: str | None = None
    ) -> None:
        """Store how a set ended, and the set itself where its start could not be stored.

        While the database is away the end is kept and stored later. It is kept before anything is
        awaited: who gives up waiting loses nothing.
        """
        self._on_air.discard(info.session)
        row = self._first_columns(info, recording)
        self._unstored[info.session] = row | _result_columns(result, row["seen_unix_seconds"])
        if len(self._unstored) > UNSTORED_SETS:
            lost, _ = self._unstored.popitem(last=False)
            _log.error("the end of set %s was given up: the database is away for too long", lost)
        try:
            await self._store_endings()
        except StorageUnavailable as error:
            _log.warning("the end of set %s will be stored later: %s", info.session, error)

    async def beat(self) -> None:
        """Say that the sets on air are, store endings left over, close what others abandoned.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used; the next beat tries again.
        """
        await self._store_endings()
        if self._on_air:
            mine = update(LiveSetRow).where(LiveSetRow.session.in_(sorted(self._on_air)))
            async with self._database.writing() as session:
                await session.execute(mine.values(seen_unix_seconds=self._clock.wall_seconds()))
        await self._close_abandoned(own=False)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self.beat()
            except StorageUnavailable as error:
                _log.warning("sets on air could not be noted: %s", error)
            except Exception:  # whatever it was, the sets on air must be spoken for next time
                _log.exception("sets on air could not be noted")

    async def _store_endings(self) -> None:
        for name, row in list(self._unstored.items()):
            if not await self._store_end(row) and not await self._store_whole(row):
                _log.error("set %s was given up: its room belongs to no DJ", name)
            if self._unstored.get(name) is row:
                del self._unstored[name]

    async def _store_end(self, row: Mapping[str, Any]) -> bool:
        """Store the end of a set; return False where its start is not stored."""
        changed = {name: row[name] for name in RESULT_COLUMNS}
        statement = update(LiveSetRow).where(LiveSetRow.session == row["session"]).values(changed)
        async with self._database.writing() as session:
            result = await session.execute(statement)
        return isinstance(result, CursorResult) and result.rowcount > 0

    async def _store_whole(self, row: Mapping[str, Any]) -> bool:
        """Store a set whose start is not stored; return False where it may not be."""
        try:
            async with self._database.writing() as session:
                session.add(LiveSetRow(**row))
        except IntegrityError:
            # Or its start came through after all, on its way since before it was given up.
            return await self._store_end(row)
        return True

    def _first_columns(self, info: SessionInfo, recording: str | None) -> dict[str, Any]:
        return {
            "session": info.session,
            "room": info.room,
            "dj_name": info.dj_name,
            "title": info.title[:TITLE_LENGTH] if info.title else None,
            "declared_genre": info.declared_genre.value if info.declared_genre else None,
            "node": self._node,
            "recording": recording,
            "started_unix_seconds": info.started_unix_seconds,
            "seen_unix_seconds": self._clock.wall_seconds(),
        }

    async def _close_abandoned(self, *, own: bool) -> None:
        """Close sets that nobody speaks for: silent ones and, at the start, this process's own."""
        silent_since = self._clock.wall_seconds() - ABANDONED_SECONDS
        orphan = LiveSetRow.seen_unix_seconds < silent_since
        if own:
            orphan = or_(orphan, LiveSetRow.node == self._node)
        statement = (
            update(LiveSetRow)
            .where(LiveSetRow.ended_unix_seconds.is_(None), orphan)
            .where(LiveSetRow.session.not_in(sorted(self._on_air)))
            .values(
                ended_unix_seconds=LiveSetRow.seen_unix_seconds,
                end_reason=ABANDONED,
                score_reason=ABANDONED,
            )
            .returning(LiveSetRow.session)
        )
        async with self._database.writing() as session:
            closed = (await session.scalars(statement)).all()
        for name in closed:
            _log.warning("set %s was left open by a process that stopped; it is closed now", name)

    async def latest(self, limit: int) -> tuple[LiveSet, ...]:
        """Return the sets that started last, those on air among them, the newest first.

        Raises
        ------
        BadInput
            If `limit` is not between 1 and 200.
        StorageUnavailable
            If the database cannot be used.
        """
        _check_limit(limit)
        newest = LiveSetRow.started_unix_seconds.desc()
        query = select(LiveSetRow).order_by(newest, LiveSetRow.session).limit(limit)
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
        return tuple(_live_set(row) for row in rows)

    async def last_of_rooms(self, limit: int, room: str | None = None) -> tuple[LiveSet, ...]:
        """Return the last finished set of each room, or of `room` alone, the newest first.

        Raises
        ------
        BadInput
            If `limit` is not between 1 and 200.
        StorageUnavailable
            If the database cannot be used.
        """
        _check_limit(limit)
        finished = and_(
            LiveSetRow.ended_unix_seconds.is_not(None), LiveSetRow.end_reason.is_not(None)
        )
        if room is not None:
            finished = and_(finished, LiveSetRow.room == room)
        newest = LiveSetRow.started_unix_seconds.desc()
        place = func.row_number().over(
            partition_by=LiveSetRow.room, order_by=(newest, LiveSetRow.session)
        )
        last = select(LiveSetRow.session, place.label("place")).where(finished).subquery()
        query = select(LiveSetRow).join(last, last.c.session == LiveSetRow.session)
        query = query.where(last.c.place == 1).order_by(newest, LiveSetRow.session).limit(limit)
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
        return tuple(_live_set(row) for row in rows)

    async def find(self, session_id: str) -> LiveSet:
        """Return one set.

        Raises
        ------
        NotFound
            If there is none of that name.
        StorageUnavailable
            If the database cannot be used.
        """
        async with self._database.reading() as session:
            row = await session.get(LiveSetRow, session_id)
        if row is None:
            raise NotFound(f"There is no set {session_id}.", code="set_not_found", set=session_id)
        return _live_set(row)


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= MOST_LISTED:
        raise BadInput(f"A list has 1 to {MOST_LISTED} sets, not {limit}.", most=MOST_LISTED)


def _result_columns(result: SetResult, ended_unix_seconds: float) -> dict[str, Any]:
    overall = result.overall
    return {
        "ended_unix_seconds": ended_unix_seconds,
        "end_reason": result.reason,
        "played_seconds": result.played_seconds,
        "overall": overall.value if overall else None,
        "overall_low": overall.low if overall else None,
        "overall_high": overall.high if overall else None,
        "score_reason": result.score_reason,
        "components": {
            component.value: {"value": e.value, "low": e.low, "high": e.high} if e else None
            for component, e in result.components.items()
        },
    }


def _result(row: LiveSetRow) -> SetResult | None:
    if row.ended_unix_seconds is None or row.end_reason is None:
        return None
    overall = None
    if row.overall is not None and row.overall_low is not None and row.overall_high is not None:
        overall = Estimate(row.overall, row.overall_low, row.overall_high)
    played = row.played_seconds
    if played is None:
        played = max(0.0, row.ended_unix_seconds - row.started_unix_seconds)
    return SetResult(
        reason=row.end_reason,
        played_seconds=played,
        overall=overall,
        components={
            Component(name): Estimate(**estimate) if estimate else None
            for name, estimate in (row.components or {}).items()
        },
        score_reason=row.score_reason if overall is None else None,
    )


def _live_set(row: LiveSetRow) -> LiveSet:
    return LiveSet(
        session=row.session,
        room=row.room,
        dj_name=row.dj_name,
        title=row.title,
        declared_genre=Genre(row.declared_genre) if row.declared_genre else None,
        started_unix_seconds=row.started_unix_seconds,
        ended_unix_seconds=row.ended_unix_seconds,
        recording=row.recording,
        result=_result(row),
    )
