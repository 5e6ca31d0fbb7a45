"""Reception statistics of one RTP source (RFC 3550, sections 6.4.1, A.3 and A.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.media import SAMPLE_RATE_HZ
from stream.reorder import Unwrapper
from stream.rtp import RtpPacket

_MOST_LOST: Final = 2**23 - 1


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What one RTCP receiver report says of a source."""

    fraction_lost: int  # of 256, since the last report
    packets_lost: int  # in all; negative where duplicates outnumber losses
    highest_sequence: int  # extended, 32 bits
    jitter_samples: int


class SourceStatistics:
    """Counts the packets of one source as they arrive, before any reordering."""

    def __init__(self) -> None:
        self._sequences = Unwrapper(16)
        self._timestamps = Unwrapper(32)
        self._base = 0
        self._highest = -1
        self._transit: float | None = None
        self._expected_before = 0
        self._received_before = 0
        self._jitter_samples = 0.0
        self.received = 0

    @property
    def jitter_seconds(self) -> float:
        """Interarrival jitter."""
        return self._jitter_samples / SAMPLE_RATE_HZ

    @property
    def expected(self) -> int:
        """Packets that the sender has sent, by its sequence numbers."""
        return self._highest - self._base + 1 if self.received else 0

    def add(self, packet: RtpPacket, arrived_seconds: float) -> None:
        """Count one packet."""
        sequence = self._sequences.extend(packet.sequence)
        if self.received == 0:
            self._base = sequence
        self.received += 1
        if sequence <= self._highest:
            return
        self._highest = self._sequences.latest = sequence
        timestamp = self._timestamps.unwrap(packet.timestamp)
        transit = arrived_seconds * SAMPLE_RATE_HZ - timestamp
        if self._transit is not None:
            self._jitter_samples += (abs(transit - self._transit) - self._jitter_samples) / 16.0
        self._transit = transit

    def report(self) -> ReportBlock:
        """Return what to report now, and begin the next interval."""
        expected, received = self.expected, self.received
        expected_now = expected - self._expected_before
        lost_now = expected_now - (received - self._received_before)
        self._expected_before, self._received_before = expected, received
        fraction = (lost_now << 8) // expected_now if expected_now > 0 and lost_now > 0 else 0
        return ReportBlock(
            fraction_lost=min(fraction, 255),
            packets_lost=max(-_MOST_LOST - 1, min(_MOST_LOST, expected - received)),
            highest_sequence=self._highest & 0xFFFFFFFF,
            jitter_samples=int(self._jitter_samples),
        )
