"""A still picture and nothing else: what a file holds beside its picture is left out.

Photographs say where they were taken, and a picture may move or flash. The file is written anew
from the parts that a decoder needs; nothing here decodes one.

Sources of the layouts: PNG (ISO/IEC 15948, 5 and 11), JPEG (ITU-T T.81, Annex B; JFIF, ITU-T
T.871), WebP (RFC 9649, section 2).
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Final

from battles.images import PNG_MAGIC, read_picture

PNG_PARTS: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"}
)
WEBP_PARTS: Final = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"})
WEBP_ANIMATION: Final = 0x02
WEBP_METADATA: Final = 0x08 | 0x04  # EXIF, XMP

JPEG_MAGIC: Final = b"\xff\xd8"
JPEG_COMMENT: Final = 0xFE
JPEG_APPLICATION: Final = range(0xE0, 0xF0)
JPEG_KEPT: Final = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Application segments that say how to read the picture, by how they begin."""

JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_SCAN: Final = 0xDA
JPEG_END: Final = 0xD9
JPEG_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a segment


class Animated(ValueError):
    """The picture moves."""


@dataclass(frozen=True, slots=True)
class StillImage:
    """A picture's type, size and bytes."""

    media_type: str
    width: int  # pixels
    height: int
    data: bytes


def still_image(data: bytes) -> StillImage | None:
    """Return the picture that `data` holds, or None if it is no whole PNG, JPEG or WebP.

    Raises
    ------
    Animated
        If it moves.
    """
    try:
        if data.startswith(JPEG_MAGIC):
            return _jpeg(data)
        if data.startswith(PNG_MAGIC):
            return _of_type("image/png", _png(data))
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _of_type("image/webp", _webp(data))
    except (struct.error, IndexError):
        return None  # it ends too soon
    return None


def _of_type(media_type: str, data: bytes | None) -> StillImage | None:
    picture = None if data is None else read_picture(data)
    if data is None or picture is None:
        return None
    return StillImage(media_type, picture.width, picture.height, data)


def _png(data: bytes) -> bytes | None:
    kept, at = [PNG_MAGIC], len(PNG_MAGIC)
    kinds: list[bytes] = []
    while not kinds or kinds[-1] != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(data[at + 4 : end - 4]) != checksum:
            return None
        if kind == b"acTL":
            raise Animated
        if kind in PNG_PARTS:
            kept.append(data[at:end])
        elif kind[:1].isupper():
            return None  # one that a decoder has to know, and none does
        kinds.append(kind)
        at = end
    return b"".join(kept) if b"IDAT" in kinds else None


def _webp(data: bytes) -> bytes | None:
    (size,) = struct.unpack_from("<I", data, 4)
    at, end = 12, size + 8
    kept: list[bytes] = []
    kinds: set[bytes] = set()
    if end > len(data):
        return None
    while at < end:
        kind, length = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
        if len(body) < length or at > end:
            return None
        if kind == b"VP8X":
            if body[0] & WEBP_ANIMATION:
                raise Animated
            body = bytes((body[0] & ~WEBP_METADATA,)) + body[1:]
        if kind in WEBP_PARTS:
            kept.append(struct.pack("<4sI", kind, length) + body + b"\0" * (length % 2))
            kinds.add(kind)
    if not kinds & {b"VP8 ", b"VP8L"}:
        return None
    inner = b"WEBP" + b"".join(kept)
    return struct.pack("<4sI", b"RIFF", len(inner)) + inner


def _jpeg(data: bytes) -> StillImage | None:
    kept, at, size, scanned = [JPEG_MAGIC], 2, None, False
    while True:
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker in JPEG_ALONE:
            at += 2
            continue
        if marker == JPEG_END:
            break
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(data):
            return None
        if marker in JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            if size is not None or scanned or not (width and height):
                return None  # a decoder might go by another size than this one
            size = (width, height)
        if marker == JPEG_SCAN:
            scanned = True
            end = _end_of_scan(data, end)
        if _is_of_the_picture(marker, data[at + 4 : end]):
            kept.append(data[at:end])
        at = end
    if size is None:
        return None
    kept.append(data[at : at + 2])
    return StillImage("image/jpeg", *size, b"".join(kept))


def _is_of_the_picture(marker: int, body: bytes) -> bool:
    if marker in JPEG_APPLICATION:
        return marker in JPEG_KEPT and body.startswith(JPEG_KEPT[marker])
    return marker != JPEG_COMMENT


def _end_of_scan(data: bytes, at: int) -> int:
    """Return where the coded data that begins at `at` ends: at the next marker that means it."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise IndexError
        if data[at + 1] not in {0x00, 0xFF} | JPEG_ALONE:
            return at
        at += 1 if data[at + 1] == 0xFF else 2
