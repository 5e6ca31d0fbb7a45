"""Stream keys: who may go live, and in which room.

A key is a secret as `battles.hashed` makes them; its name there is `key_id`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from battles.database import Database
from battles.hashed import SHORTEST_BEGINNING, SecretKind, digest, note_use
from battles.names import clean_name, folded, numbered, room_slug
from battles.tables import DjRow, StreamKeyRow
from core.clock import Clock, SystemClock
from core.errors import BadInput, NotAuthorised, NotFound
from core.messages import Publisher

KEY: Final = SecretKind("djuv_")
KEY_FORMAT: Final = KEY.format


@dataclass(frozen=True, slots=True)
class StreamKey:
    """What is known of a key. The key itself is not."""

    key_id: str  # its first characters
    room: str
    dj_name: str
    created_unix_seconds: float
    last_used_unix_seconds: float | None
    revoked_unix_seconds: float | None


class KeyStore:
    """Makes, checks and revokes stream keys.

    Parameters
    ----------
    database
        Where they are stored.
    clock
        Dates what happens to them.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database = database
        self._clock = clock or SystemClock()

    async def create(self, name: str) -> tuple[str, StreamKey]:
        """Make a key for the DJ called `name`; return the key, shown this once, and its record.

        A new name gets a room of its own; a name that is known, in any case of letters, gets one
        more key to its room.

        Raises
        ------
        BadInput
            If the name cannot be shown.
        StorageUnavailable
            If the database cannot be used.
        """
        cleaned = clean_name(name)
        async with self._database.writing(alone=True) as session:
            dj = await self._dj(session, cleaned)
            key, row = await self._add_key(session, dj)
        return key, _stream_key(row, dj.name)

    async def _add_key(self, session: AsyncSession, dj: DjRow) -> tuple[str, StreamKeyRow]:
        key = await KEY.make(session, StreamKeyRow)
        row = StreamKeyRow(
            key_id=KEY.id_of(key),
            digest=digest(key),
            room=dj.room,
            created_unix_seconds=self._clock.wall_seconds(),
        )
        session.add(row)
        return key, row

    async def _dj(self, session: AsyncSession, name: str) -> DjRow:
        known = await session.scalar(select(DjRow).where(DjRow.folded_name == folded(name)))
        if known is not None:
            return known
        dj = DjRow(
            room=await self._free_room(session, room_slug(name)),
            name=name,
            folded_name=folded(name),
            created_unix_seconds=self._clock.wall_seconds(),
        )
        session.add(dj)
        await session.flush()
        return dj

    @staticmethod
    async def _free_room(session: AsyncSession, slug: str) -> str:
        alike = select(DjRow.room).where(DjRow.room.startswith(slug, autoescape=True))
        taken = set(await session.scalars(alike))
        number = 1
        while numbered(slug, number) in taken:
            number += 1
        return numbered(slug, number)

    async def authenticate(self, key: str) -> Publisher:
        """Return who may go live with `key`.

        Raises
        ------
        NotAuthorised
            If it is no key, not known, or revoked.
        StorageUnavailable
            If the database cannot be used.
        """
        if not KEY_FORMAT.fullmatch(key):
            _refuse("key_malformed", "This is not a stream key. Paste it whole, from djuv_ on.")
        query = select(StreamKeyRow, DjRow.name).join(DjRow, DjRow.room == StreamKeyRow.room)
        async with self._database.reading() as session:
            found = (await session.execute(query.where(StreamKeyRow.digest == digest(key)))).first()
        if found is None:
            _refuse("key_unknown", "This stream key is not known here. Create one for this server.")
        row, dj_name = found
        if row.revoked_unix_seconds is not None:
            _refuse("key_revoked", "This stream key was revoked. Ask for a new one.")
        await note_use(self._database, self._clock, row)
        return Publisher(key_id=row.key_id, room=row.room, dj_name=dj_name)

    async def list(self) -> tuple[StreamKey, ...]:
        """Return all keys, revoked ones too, the newest first.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used.
        """
        query = select(StreamKeyRow, DjRow.name).join(DjRow, DjRow.room == StreamKeyRow.room)
        newest_first = query.order_by(StreamKeyRow.created_unix_seconds.desc(), StreamKeyRow.key_id)
        async with self._database.reading() as session:
            rows = (await session.execute(newest_first)).all()
        return tuple(_listed(row) for row in rows)

    async def revoked(self, key_ids: Collection[str]) -> frozenset[str]:
        """Return which of some keys may not be used any more: revoked, or not there at all.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used.
        """
        valid = (
            select(StreamKeyRow.key_id)
            .where(StreamKeyRow.key_id.in_(sorted(key_ids)))
            .where(StreamKeyRow.revoked_unix_seconds.is_(None))
        )
        async with self._database.reading() as session:
            return frozenset(key_ids) - set(await session.scalars(valid))

    async def renew(self, name: str) -> tuple[str, StreamKey]:
        """Make a key for the DJ called `name` in place of all that the DJ had, which are deleted.

        For keys that live as long as a process; returns and raises as `create` does.
        """
        async with self._database.writing(alone=True) as session:
            dj = await self._dj(session, clean_name(name))
            await session.execute(delete(StreamKeyRow).where(StreamKeyRow.room == dj.room))
            key, row = await self._add_key(session, dj)
        return key, _stream_key(row, dj.name)

    async def delete(self, key_id: str) -> None:
        """Delete a key, as if it had never been; does nothing where it is not there.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used.
        """
        async with self._database.writing() as session:
            await session.execute(delete(StreamKeyRow).where(StreamKeyRow.key_id == key_id))

    async def revoke(self, prefix: str) -> StreamKey:
        """Revoke the one valid key that begins with `prefix`; `djuv_` may be left out.

        Raises
        ------
        NotFound
            If no valid key begins so.
        BadInput
            If several do, or `prefix` is too short to mean one key on purpose.
        StorageUnavailable
            If the database cannot be used.
        """
        beginning = KEY.beginning(prefix)
        if beginning is None:
            raise BadInput(
                f"Give at least {SHORTEST_BEGINNING} characters after {KEY.prefix} to name a key.",
                code="key_prefix_short",
                shortest=SHORTEST_BEGINNING,
            )
        query = (
            select(StreamKeyRow, DjRow.name)
            .join(DjRow, DjRow.room == StreamKeyRow.room)
            .where(StreamKeyRow.key_id.startswith(beginning, autoescape=True))
            .where(StreamKeyRow.revoked_unix_seconds.is_(None))
        )
        async with self._database.writing() as session:
            rows = (await session.execute(query)).all()
            row, dj_name = _only(rows, beginning)
            row.revoked_unix_seconds = self._clock.wall_seconds()
        return _stream_key(row, dj_name)


def _only(rows: Sequence[Row[StreamKeyRow, str]], beginning: str) -> Row[StreamKeyRow, str]:
    if not rows:
        raise NotFound(
            f"No valid key begins with {beginning}. `djuniverse key list` shows them.",
            code="key_not_found",
            prefix=beginning,
        )
    if len(rows) > 1:
        raise BadInput(
            f"{len(rows)} valid keys begin with {beginning}. Give more of its characters.",
            code="key_ambiguous",
            prefix=beginning,
            count=len(rows),
        )
    return rows[0]


def _listed(row: Row[StreamKeyRow, str]) -> StreamKey:
    key, dj_name = row
    return _stream_key(key, dj_name)


def _stream_key(row: StreamKeyRow, dj_name: str) -> StreamKey:
    return StreamKey(
        key_id=row.key_id,
        room=row.room,
        dj_name=dj_name,
        created_unix_seconds=row.created_unix_seconds,
        last_used_unix_seconds=row.last_used_unix_seconds,
        revoked_unix_seconds=row.revoked_unix_seconds,
    )


def _refuse(code: str, message: str) -> NoReturn:
    raise NotAuthorised(message, code=code)
