"""Moderators' passes: who may moderate the chat of which room.

A pass is a secret as `battles.hashed` makes them. It opens the moderation of one room and nothing
else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from battles.database import Database
from battles.hashed import SHORTEST_BEGINNING, SecretKind, digest, note_use
from battles.names import clean_name
from battles.rooms import require_room
from battles.tables import ModeratorRow
from core.clock import Clock, SystemClock
from core.errors import BadInput, NotAuthorised, NotFound

PASS: Final = SecretKind("djum_")
PASS_FORMAT: Final = PASS.format
MODERATOR_ID_CHARACTERS: Final = PASS.id_characters

LONGEST_NAME: Final = 32
MOST_MODERATORS: Final = 50
"""Valid passes of one room."""


@dataclass(frozen=True, slots=True)
class Moderator:
    """What is known of a pass. The pass itself is not."""

    moderator_id: str  # its first characters
    room: str
    name: str
    created_unix_seconds: float
    last_used_unix_seconds: float | None
    revoked_unix_seconds: float | None


class ModeratorStore:
    """Makes, checks and revokes moderators' passes.

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

    async def create(self, room: str, name: str) -> tuple[str, Moderator]:
        """Make a pass to `room` for the moderator called `name`; return it, and its record.

        Raises
        ------
        BadInput
            If the name cannot be shown, or the room has as many moderators as it may have.
        NotFound
            If no DJ has that room.
        StorageUnavailable
            If the database cannot be used.
        """
        cleaned = _clean(name)
        async with self._database.writing(alone=True) as session:
            await require_room(session, room)
            await self._check_number(session, room)
            secret = await PASS.make(session, ModeratorRow)
            row = ModeratorRow(
                moderator_id=PASS.id_of(secret),
                digest=digest(secret),
                room=room,
                name=cleaned,
                created_unix_seconds=self._clock.wall_seconds(),
            )
            session.add(row)
        return secret, _moderator(row)

    @staticmethod
    async def _check_number(session: AsyncSession, room: str) -> None:
        valid = select(func.count()).where(
            ModeratorRow.room == room, ModeratorRow.revoked_unix_seconds.is_(None)
        )
        if (await session.scalar(valid) or 0) >= MOST_MODERATORS:
            raise BadInput(
                f"A room has {MOST_MODERATORS} moderators at most. Revoke a pass first.",
                code="moderators_full",
                most=MOST_MODERATORS,
            )

    async def authenticate(self, secret: str) -> Moderator:
        """Return whose pass `secret` is.

        Raises
        ------
        NotAuthorised
            If it is no pass, not known, or revoked.
        StorageUnavailable
            If the database cannot be used.
        """
        if not PASS_FORMAT.fullmatch(secret):
            _refuse("pass_malformed", "This is no moderator's pass. Paste it whole, from djum_ on.")
        query = select(ModeratorRow).where(ModeratorRow.digest == digest(secret))
        async with self._database.reading() as session:
            row = await session.scalar(query)
        if row is None:
            _refuse("pass_unknown", "This pass is not known here. Ask the DJ for a new one.")
        if row.revoked_unix_seconds is not None:
            _refuse("pass_revoked", "This pass was revoked. Ask the DJ for a new one.")
        await note_use(self._database, self._clock, row)
        return _moderator(row)

    async def list(self, room: str) -> tuple[Moderator, ...]:
        """Return all passes of a room, revoked ones too, the newest first.

        Raises
        ------
        NotFound
            If no DJ has that room.
        StorageUnavailable
            If the database cannot be used.
        """
        newest_first = (
            select(ModeratorRow)
            .where(ModeratorRow.room == room)
            .order_by(ModeratorRow.created_unix_seconds.desc(), ModeratorRow.moderator_id)
        )
        async with self._database.reading() as session:
            await require_room(session, room)
            return tuple(map(_moderator, await session.scalars(newest_first)))

    async def revoke(self, room: str, prefix: str) -> Moderator:
        """Revoke the one valid pass of a room that begins with `prefix`; `djum_` may be left out.

        Raises
        ------
        NotFound
            If no valid pass of the room begins so.
        BadInput
            If several do, or `prefix` is too short to mean one pass on purpose.
        StorageUnavailable
            If the database cannot be used.
        """
        beginning = PASS.beginning(prefix)
        if beginning is None:
            raise BadInput(
                f"Give {SHORTEST_BEGINNING} characters or more after {PASS.prefix} to name a pass.",
                code="pass_prefix_short",
                shortest=SHORTEST_BEGINNING,
            )
        query = (
            select(ModeratorRow)
            .where(ModeratorRow.room == room)
            .where(ModeratorRow.moderator_id.startswith(beginning, autoescape=True))
            .where(ModeratorRow.revoked_unix_seconds.is_(None))
        )
        async with self._database.writing() as session:
            row = _only((await session.scalars(query)).all(), beginning)
            row.revoked_unix_seconds = self._clock.wall_seconds()
        return _moderator(row)


def _clean(name: str) -> str:
    problem = BadInput(
        f"A moderator's name has 1 to {LONGEST_NAME} visible characters. Choose another name.",
        code="moderator_name_invalid",
        longest=LONGEST_NAME,
    )
    try:
        cleaned = clean_name(name)
    except BadInput:
        raise problem from None
    if len(cleaned) > LONGEST_NAME:
        raise problem
    return cleaned


def _only(rows: Sequence[ModeratorRow], beginning: str) -> ModeratorRow:
    if not rows:
        raise NotFound(
            f"No valid pass begins with {beginning}. `djuniverse moderator list` shows them.",
            code="pass_not_found",
            prefix=beginning,
        )
    if len(rows) > 1:
        raise BadInput(
            f"{len(rows)} valid passes begin with {beginning}. Give more of its characters.",
            code="pass_ambiguous",
            prefix=beginning,
            count=len(rows),
        )
    return rows[0]


def _moderator(row: ModeratorRow) -> Moderator:
    return Moderator(
        moderator_id=row.moderator_id,
        room=row.room,
        name=row.name,
        created_unix_seconds=row.created_unix_seconds,
        last_used_unix_seconds=row.last_used_unix_seconds,
        revoked_unix_seconds=row.revoked_unix_seconds,
    )


def _refuse(code: str, message: str) -> NoReturn:
    raise NotAuthorised(message, code=code)
