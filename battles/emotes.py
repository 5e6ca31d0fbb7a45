"""A room's own emotes: small pictures that its chat shows for `:name:`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from battles.database import Database
from battles.images import Picture, read_picture
from battles.rooms import require_room
from battles.tables import RoomEmoteRow
from core.clock import Clock, SystemClock
from core.crowd import EMOTE_NAME, EMOTE_NAME_MOST
from core.errors import BadInput, NotFound, TooLarge, UnsupportedMedia

NAME_FORMAT: Final = re.compile(EMOTE_NAME)
"""As `:name:` is recognised in a message."""

MOST_BYTES: Final = 65_536
MOST_PIXELS: Final = 128
"""Width, and height: four times what a line of chat shows it at."""

MOST_EMOTES: Final = 60
"""Of one room."""


@dataclass(frozen=True, slots=True)
class Emote:
    """One emote of a room, without its picture."""

    room: str
    name: str
    media_type: str
    digest: str  # SHA-256 of the picture, hexadecimal
    added_unix_seconds: float


class EmoteStore:
    """Adds, lists, shows and removes emotes.

    Parameters
    ----------
    database
        Where they are stored.
    taken
        Names that every room has already.
    clock
        Dates the additions.
    """

    def __init__(
        self, database: Database, taken: Collection[str] = (), clock: Clock | None = None
    ) -> None:
        self._database = database
        self._taken = frozenset(taken)
        self._clock = clock or SystemClock()

    async def add(self, room: str, name: str, image: bytes) -> Emote:
        """Store a picture under a name, in place of the one that had it.

        Raises
        ------
        BadInput
            If the name is none, or taken by an emote that every room has; if the room has as many
            emotes as it may have.
        TooLarge, UnsupportedMedia
            If the picture is too large, in bytes or pixels, or no PNG, WebP or GIF.
        NotFound
            If no DJ has that room.
        StorageUnavailable
            If the database cannot be used.
        """
        self._check_name(name)
        picture = _checked(image)
        row = RoomEmoteRow(
            room=room,
            name=name,
            media_type=picture.media_type,
            image=image,
            digest=hashlib.sha256(image).digest(),
            added_unix_seconds=self._clock.wall_seconds(),
        )
        async with self._database.writing(alone=True) as session:
            await require_room(session, room)
            await _check_number(session, room, name)
            await session.merge(row)
        return _emote(row)

    def _check_name(self, name: str) -> None:
        if not NAME_FORMAT.fullmatch(name):
            raise BadInput(
                f"An emote's name has 2 to {EMOTE_NAME_MOST} characters out of a-z, 0-9 and _.",
                code="emote_name_invalid",
                longest=EMOTE_NAME_MOST,
            )
        if name in self._taken:
            raise BadInput(
                f"Every room has an emote called {name}. Choose another name.",
                code="emote_name_taken",
                name=name,
            )

    async def list(self, room: str) -> tuple[Emote, ...]:
        """Return a room's own emotes by name; none where there is no such room.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used.
        """
        columns = (
            RoomEmoteRow.room,
            RoomEmoteRow.name,
            RoomEmoteRow.media_type,
            RoomEmoteRow.digest,
            RoomEmoteRow.added_unix_seconds,
        )
        query = select(*columns).where(RoomEmoteRow.room == room).order_by(RoomEmoteRow.name)
        async with self._database.reading() as session:
            found = (await session.execute(query)).all()
        return tuple(
            Emote(room_name, name, media_type, digest.hex(), added)
            for room_name, name, media_type, digest, added in found
        )

    async def image(self, room: str, name: str) -> tuple[Emote, bytes]:
        """Return an emote and its picture.

        Raises
        ------
        NotFound
            If the room has no such emote of its own.
        StorageUnavailable
            If the database cannot be used.
        """
        async with self._database.reading() as session:
            row = await session.get(RoomEmoteRow, (room, name))
        if row is None:
            raise _not_found(room, name)
        return _emote(row), row.image

    async def remove(self, room: str, name: str) -> None:
        """Remove an emote; messages that name it show its name as text from now on.

        Raises
        ------
        NotFound
            If the room has no such emote of its own.
        StorageUnavailable
            If the database cannot be used.
        """
        mine = (RoomEmoteRow.room == room, RoomEmoteRow.name == name)
        async with self._database.writing() as session:
            if await session.get(RoomEmoteRow, (room, name)) is None:
                raise _not_found(room, name)
            await session.execute(delete(RoomEmoteRow).where(*mine))


async def _check_number(session: AsyncSession, room: str, name: str) -> None:
    others = select(func.count()).where(RoomEmoteRow.room == room, RoomEmoteRow.name != name)
    if (await session.scalar(others) or 0) >= MOST_EMOTES:
        raise BadInput(
            f"A room has {MOST_EMOTES} emotes of its own at most. Remove one first.",
            code="emotes_full",
            most=MOST_EMOTES,
        )


def _checked(image: bytes) -> Picture:
    if len(image) > MOST_BYTES:
        raise TooLarge(
            f"An emote's picture has {MOST_BYTES} bytes at most, not {len(image)}.",
            code="emote_too_large",
            limit=MOST_BYTES,
            size=len(image),
        )
    picture = read_picture(image)
    if picture is None:
        raise UnsupportedMedia(
            "An emote's picture is a PNG, a WebP or a GIF.", code="emote_type_unknown"
        )
    if not (1 <= picture.width <= MOST_PIXELS and 1 <= picture.height <= MOST_PIXELS):
        raise TooLarge(
            f"An emote's picture has {MOST_PIXELS} x {MOST_PIXELS} pixels at most, not"
            f" {picture.width} x {picture.height}.",
            code="emote_too_many_pixels",
            limit=MOST_PIXELS,
            width=picture.width,
            height=picture.height,
        )
    return picture


def _emote(row: RoomEmoteRow) -> Emote:
    return Emote(row.room, row.name, row.media_type, row.digest.hex(), row.added_unix_seconds)


def _not_found(room: str, name: str) -> NotFound:
    return NotFound(
        f"Room {room} has no emote of its own called {name}.",
        code="emote_not_found",
        room=room,
        name=name,
    )
