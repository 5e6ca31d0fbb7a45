"""RTP headers, as far as one audio stream needs them (RFC 3550, section 5.1)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

_HEADER: Final = struct.Struct("!BBHII")
_VERSION: Final = 2


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet as it came."""

    sequence: int  # 16 bits
    timestamp: int  # 32 bits, at 48 kHz for Opus (RFC 7587)
    ssrc: int
    payload_type: int
    payload: bytes


def is_rtp(datagram: bytes) -> bool:
    """Return whether a datagram is (S)RTP rather than (S)RTCP, STUN or DTLS.

    RFC 7983 gives RTP and RTCP the first bytes 128 to 191; RFC 5761 tells the two apart by the
    payload types 64 to 95, which RTP leaves alone.
    """
    return len(datagram) >= 12 and 127 < datagram[0] < 192 and not 63 < datagram[1] & 0x7F < 96


def parse_rtp(datagram: bytes) -> RtpPacket | None:
    """Read a decrypted packet; None if it is not well-formed."""
    if len(datagram) < _HEADER.size:
        return None
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(datagram)
    start = _HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:
        if len(datagram) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4], "big")
    end = len(datagram)
    if first & 0x20:
        padding = datagram[-1]
        end -= padding
        if padding == 0:
            return None
    if first >> 6 != _VERSION or start > end:
        return None
    return RtpPacket(sequence, timestamp, ssrc, second & 0x7F, datagram[start:end])
