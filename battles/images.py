"""What a small picture is, read from its first bytes: nothing here decodes one.

Sources of the layouts: PNG (ISO/IEC 15948, 5.2 and 11.2.2), GIF89a (sections 17 and 18), WebP
(RFC 9649, section 2), VP8 (RFC 6386, section 9.1).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
GIF_MAGICS: Final = (b"GIF87a", b"GIF89a")
VP8_START: Final = b"\x9d\x01\x2a"
VP8L_SIGNATURE: Final = 0x2F


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's type and size, as it states them."""

    media_type: str
    width: int  # pixels
    height: int


def read_picture(data: bytes) -> Picture | None:
    """Return what `data` is, or None if it is no PNG, GIF or WebP, or ends too soon to tell."""
    try:
        if data.startswith(PNG_MAGIC):
            return _png(data)
        if data.startswith(GIF_MAGICS):
            width, height = struct.unpack_from("<HH", data, 6)
            return Picture("image/gif", width, height)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        return None  # it ends within its header
    return None


def _png(data: bytes) -> Picture | None:
    length, kind, width, height = struct.unpack_from(">I4sII", data, 8)
    if (length, kind) != (13, b"IHDR"):
        return None
    return Picture("image/png", width, height)


def _webp(data: bytes) -> Picture | None:
    (size,) = struct.unpack_from("<I", data, 4)
    if size + 8 > len(data):
        return None
    chunk, body = data[12:16], data[20:]
    if chunk == b"VP8X":  # the canvas, for animation and transparency
        width = int.from_bytes(body[4:7], "little") + 1
        height = int.from_bytes(body[7:10], "little") + 1
        return Picture("image/webp", width, height) if len(body) >= 10 else None
    if chunk == b"VP8L" and body[0] == VP8L_SIGNATURE:
        (packed,) = struct.unpack_from("<I", body, 1)
        return Picture("image/webp", (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1)
    if chunk == b"VP8 " and body[3:6] == VP8_START:
        width, height = struct.unpack_from("<HH", body, 6)
        return Picture("image/webp", width & 0x3FFF, height & 0x3FFF)
    return None
