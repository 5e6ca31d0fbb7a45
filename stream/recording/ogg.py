"""Ogg pages (RFC 3533), written and read without I/O.

Only what a recording needs: one logical stream at a time, and every packet ends on the page on
which it began. Each page therefore stands alone, and a file that was cut anywhere is whole up to
its last whole page.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

CAPTURE: Final = b"OggS"
MOST_SEGMENTS: Final = 255
SEGMENT_BYTES: Final = 255
LARGEST_PACKET_BYTES: Final = MOST_SEGMENTS * SEGMENT_BYTES - 1

_CONTINUED: Final = 1
_FIRST: Final = 2
_LAST: Final = 4
_HEADER = struct.Struct("<4sBBQIIIB")
_CHECKSUM_AT: Final = 22

_REVERSED_BITS: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class PageDamaged(ValueError):
    """No whole page stands at this place."""


class Readable(Protocol):
    """Bytes that can be sliced and searched, such as `bytes` or `mmap`."""

    def __len__(self) -> int: ...
    def __getitem__(self, key: slice, /) -> bytes: ...

    def find(self, sub: bytes, start: int = ..., /) -> int:
        """Return where `sub` next stands from `start` on, or -1."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    `granule` is the position at the end of its last packet, in the codec's own unit.
    """

    serial: int
    sequence: int
    granule: int
    packets: tuple[bytes, ...]
    first: bool = False  # begins a logical stream
    last: bool = False  # ends it


def segments_of(packet: bytes) -> int:
    """Return how many of a page's 255 segments `packet` takes."""
    return len(packet) // SEGMENT_BYTES + 1


def write_page(page: Page) -> bytes:
    """Return `page` as bytes.

    Raises
    ------
    ValueError
        If its packets need more than 255 segments.
    """
    lacing = b"".join(
        b"\xff" * (len(packet) // SEGMENT_BYTES) + bytes((len(packet) % SEGMENT_BYTES,))
        for packet in page.packets
    )
    if len(lacing) > MOST_SEGMENTS:
        raise ValueError(f"{len(lacing)} segments do not fit on a page")
    flags = _FIRST * page.first | _LAST * page.last
    header = _HEADER.pack(
        CAPTURE, 0, flags, page.granule, page.serial, page.sequence, 0, len(lacing)
    )
    blank = b"".join((header, lacing, *page.packets))
    checksum = struct.pack("<I", checksum_of(blank))
    return blank[:_CHECKSUM_AT] + checksum + blank[_CHECKSUM_AT + 4 :]


def read_page(data: Readable, at: int) -> tuple[Page, int]:
    """Return the page that begins at byte `at`, and where the next one begins.

    Raises
    ------
    PageDamaged
        If there is no whole page there, or one that `write_page` does not write.
    """
    header = data[at : at + _HEADER.size]
    if len(header) < _HEADER.size:
        raise PageDamaged("the page's header is cut short")
    capture, version, flags, granule, serial, sequence, checksum, segments = _HEADER.unpack(header)
    if capture != CAPTURE or version != 0 or flags & _CONTINUED:
        raise PageDamaged("no page of ours begins here")
    lacing = data[at + _HEADER.size : at + _HEADER.size + segments]
    body_at = at + _HEADER.size + segments
    end = body_at + sum(lacing)
    whole = data[at:end]
    if len(lacing) < segments or len(whole) < end - at:
        raise PageDamaged("the page is cut short")
    if checksum_of(whole[:_CHECKSUM_AT] + bytes(4) + whole[_CHECKSUM_AT + 4 :]) != checksum:
        raise PageDamaged("the page's checksum does not fit")
    packets = tuple(_packets(lacing, whole[body_at - at :]))
    return Page(serial, sequence, granule, packets, bool(flags & _FIRST), bool(flags & _LAST)), end


def _packets(lacing: Sequence[int], body: bytes) -> Iterator[bytes]:
    start = end = 0
    for length in lacing:
        end += length
        if length < SEGMENT_BYTES:
            yield body[start:end]
            start = end
    if start != end:
        raise PageDamaged("the last packet does not end on its page")


def checksum_of(data: bytes) -> int:
    """Return Ogg's checksum: CRC-32 without reflection, start value or final inversion.

    Notes
    -----
    It has zlib's polynomial with all bits the other way round, so zlib computes it in C once every
    byte, and the result, is mirrored. In Python itself it would take 100 times as long, which with
    sixty sets is a fifth of a core.
    """
    mirrored = zlib.crc32(data.translate(_REVERSED_BITS), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_REVERSED_BITS), "big")
