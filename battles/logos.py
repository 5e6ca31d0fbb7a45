"""A room's logo: the picture that its shows lay over theirs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select

from battles.database import Database
from battles.rooms import require_room
from battles.still_images import Animated, StillImage, still_image
from battles.tables import RoomLogoRow
from core.clock import Clock, SystemClock
from core.errors import NotFound, TooLarge, UnsupportedMedia

MOST_BYTES: Final = 524_288
MOST_PIXELS: Final = 2_048
"""Width, and height: more than any screen's corner needs."""


@dataclass(frozen=True, slots=True)
class Logo:
    """A room's logo, without its picture."""

    room: str
    media_type: str
    digest: str  # SHA-256 of the picture, hexadecimal
    added_unix_seconds: float


class LogoStore:
    """Keeps one logo a room.

    Parameters
    ----------
    database
        Where they are stored.
    clock
        Dates the additions.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database = database
        self._clock = clock or SystemClock()

    async def put(self, room: str, image: bytes) -> Logo:
        """Store a picture as the room's logo, in place of the one that it had.

        What the file holds beside its picture is left out.

        Raises
        ------
        TooLarge, UnsupportedMedia
            If the picture is too large, in bytes or pixels, moves, or is no PNG, JPEG or WebP.
        NotFound
            If no DJ has that room.
        StorageUnavailable
            If the database cannot be used.
        """
        picture = _checked(image)
        row = RoomLogoRow(
            room=room,
            media_type=picture.media_type,
            image=picture.data,
            digest=hashlib.sha256(picture.data).digest(),
            added_unix_seconds=self._clock.wall_seconds(),
        )
        async with self._database.writing() as session:
            await require_room(session, room)
            await session.merge(row)
        return _logo(row)

    async def logo(self, room: str, digest: str) -> tuple[Logo, int]:
        """Return a room's logo and the size of its picture in bytes, without reading that.

        Raises
        ------
        NotFound
            If the room has no logo, or another.
        StorageUnavailable
            If the database cannot be used.
        """
        wanted = select(
            RoomLogoRow.media_type,
            RoomLogoRow.added_unix_seconds,
            func.length(RoomLogoRow.image),
        ).where(RoomLogoRow.room == room, RoomLogoRow.digest == bytes.fromhex(digest))
        async with self._database.reading() as session:
            found = (await session.execute(wanted)).one_or_none()
        if found is None:
            raise no_such_logo(room)
        media_type, added_unix_seconds, size_bytes = found
        return Logo(room, media_type, digest, added_unix_seconds), size_bytes

    async def image(self, room: str, digest: str) -> tuple[Logo, bytes]:
        """Return a room's logo and its picture.

        Raises
        ------
        NotFound
            If the room has no logo, or another.
        StorageUnavailable
            If the database cannot be used.
        """
        async with self._database.reading() as session:
            row = await session.get(RoomLogoRow, room)
        if row is None or row.digest.hex() != digest:
            raise no_such_logo(room)
        return _logo(row), row.image

    async def remove(self, room: str) -> None:
        """Remove a room's logo; does nothing where there is none.

        Raises
        ------
        StorageUnavailable
            If the database cannot be used.
        """
        async with self._database.writing() as session:
            await session.execute(delete(RoomLogoRow).where(RoomLogoRow.room == room))


def no_such_logo(room: str) -> NotFound:
    """Return the error for a logo that is not, or no longer, the room's."""
    return NotFound(f"Room {room} has no such logo.", code="logo_not_found", room=room)


def _checked(image: bytes) -> StillImage:
    if len(image) > MOST_BYTES:
        raise TooLarge(
            f"A logo has {MOST_BYTES} bytes at most, not {len(image)}.",
            code="logo_too_large",
            limit=MOST_BYTES,
            size=len(image),
        )
    picture = _picture(image)
    if not (1 <= picture.width <= MOST_PIXELS and 1 <= picture.height <= MOST_PIXELS):
        raise TooLarge(
            f"A logo has {MOST_PIXELS} x {MOST_PIXELS} pixels at most, not"
            f" {picture.width} x {picture.height}.",
            code="logo_too_many_pixels",
            limit=MOST_PIXELS,
            width=picture.width,
            height=picture.height,
        )
    return picture


def _picture(image: bytes) -> StillImage:
    try:
        picture = still_image(image)
    except Animated:
        # It lies over pictures that are kept from flashing, and nobody keeps this one.
        raise UnsupportedMedia(
            "A logo stands still: send a picture that does not move.", code="logo_animated"
        ) from None
    if picture is None:
        raise UnsupportedMedia("A logo is a PNG, a JPEG or a WebP.", code="logo_type_unknown")
    return picture


def _logo(row: RoomLogoRow) -> Logo:
    return Logo(row.room, row.media_type, row.digest.hex(), row.added_unix_seconds)
