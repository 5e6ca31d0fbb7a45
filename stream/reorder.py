"""Puts RTP packets in order: at once while nothing is missing, after a short wait on a gap only.

No I/O and no clock: the caller passes the time in, and asks again at `deadline_seconds`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from stream.rtp import RtpPacket

MISORDERED_PACKETS: Final = 1_000
"""A packet further behind than this does not come late: the sender has begun to count anew."""

DROPPED_PACKETS: Final = 16_000
"""A packet further ahead than this does not follow a loss, for the same reason (RFC 3550, A.1, with
more patience: a network that comes back after minutes goes on where it would be)."""

LOST_REMEMBERED: Final = 512
"""Sequence numbers given up on that are remembered, to tell late packets from duplicates."""


@dataclass(frozen=True, slots=True)
class OrderedPacket:
    """One packet in its place."""

    sequence: int  # extended: never wraps
    timestamp: int  # extended: never wraps
    payload: bytes
    arrived_seconds: float
    held_seconds: float  # how long it waited for a predecessor
    lost_before: int  # packets given up on right before this one
    restarted: bool  # the sender began anew: neither count continues


class Unwrapper:
    """Extends a counter that wraps to one that does not.

    Parameters
    ----------
    bits
        Width of the counter.
    """

    def __init__(self, bits: int) -> None:
        self._modulus = 1 << bits
        self.latest: int | None = None

    def extend(self, value: int) -> int:
        """Return the extended value nearest to the latest one."""
        if self.latest is None:
            return value
        half = self._modulus >> 1
        return self.latest + (value - self.latest + half) % self._modulus - half

    def unwrap(self, value: int) -> int:
        """Return the extended value nearest to the latest one, and make it the latest."""
        latest = self.latest = self.extend(value)
        return latest


class ReorderBuffer:
    """Orders the packets of one stream.

    Parameters
    ----------
    wait_seconds
        How long a packet waits at most for those before it.
    capacity
        Packets held at most; when more wait, the gap before them is given up at once.
    """

    def __init__(self, *, wait_seconds: float = 0.04, capacity: int = 64) -> None:
        self._wait_seconds = wait_seconds
        self._capacity = capacity
        self._held: dict[int, tuple[RtpPacket, float]] = {}  # in order of arrival
        self._given_up: dict[int, None] = {}  # in order of age
        self._sequences = Unwrapper(16)
        self._timestamps = Unwrapper(32)
        self._next: int | None = None
        self._restart_at: int | None = None
        self._restarted = False
        self.lost = 0
        self.late = 0
        self.duplicates = 0

    @property
    def deadline_seconds(self) -> float | None:
        """When `expire` has something to do; None while nothing waits."""
        for _, arrived in self._held.values():  # the first is the one that waits longest
            return arrived + self._wait_seconds
        return None

    def push(self, packet: RtpPacket, now_seconds: float) -> list[OrderedPacket]:
        """Take a packet that arrived now; return those that are in order now."""
        sequence = self._sequences.extend(packet.sequence)
        if self._next is None:
            self._next = sequence
        if not -MISORDERED_PACKETS <= sequence - self._next <= DROPPED_PACKETS:
            return self._doubt(packet, now_seconds)
        self._restart_at = None
        if sequence == self._next and not self._held:  # the way nearly every packet goes
            return [self._release(packet, now_seconds, now_seconds, lost_before=0)]
        if sequence < self._next or sequence in self._held:
            self._count_useless(sequence)
            return []
        self._held[sequence] = (packet, now_seconds)
        released = self._release_run(now_seconds, lost_before=0)
        while len(self._held) > self._capacity:
            released += self._give_up(now_seconds)
        return released

    def expire(self, now_seconds: float) -> list[OrderedPacket]:
        """Give up on what was waited for long enough; return what is in order then."""
        released: list[OrderedPacket] = []
        while self._held and (self.deadline_seconds or 0.0) <= now_seconds:
            released += self._give_up(now_seconds)
        return released

    def flush(self, now_seconds: float) -> list[OrderedPacket]:
        """Give up on all that is missing and return everything held."""
        released: list[OrderedPacket] = []
        while self._held:
            released += self._give_up(now_seconds)
        return released

    def _count_useless(self, sequence: int) -> None:
        if sequence in self._given_up:
            del self._given_up[sequence]
            self.late += 1
        else:
            self.duplicates += 1

    def _doubt(self, packet: RtpPacket, now_seconds: float) -> list[OrderedPacket]:
        """Begin anew only where a second packet confirms the first (RFC 3550, A.1)."""
        if packet.sequence != self._restart_at:
            self._restart_at = (packet.sequence + 1) & 0xFFFF
            return []
        released = self.flush(now_seconds)
        self._restart_at = None
        self._restarted = True
        self._given_up.clear()
        self._next = self._sequences.extend(packet.sequence)
        released.append(self._release(packet, now_seconds, now_seconds, lost_before=0))
        return released

    def _give_up(self, now_seconds: float) -> list[OrderedPacket]:
        """Count what is missing before the first packet held as lost, and go on from there."""
        first = min(self._held)
        missing = range(self._next or 0, first)
        self.lost += len(missing)
        for sequence in missing[-LOST_REMEMBERED:]:
            self._given_up[sequence] = None
        while len(self._given_up) > LOST_REMEMBERED:
            del self._given_up[next(iter(self._given_up))]
        self._next = first
        return self._release_run(now_seconds, lost_before=len(missing))

    def _release_run(self, now_seconds: float, lost_before: int) -> list[OrderedPacket]:
        """Release what follows without a gap."""
        released: list[OrderedPacket] = []
        while self._next in self._held:
            packet, arrived = self._held.pop(self._next)
            released.append(self._release(packet, arrived, now_seconds, lost_before))
            lost_before = 0
        return released

    def _release(
        self, packet: RtpPacket, arrived: float, now_seconds: float, lost_before: int
    ) -> OrderedPacket:
        sequence = self._sequences.unwrap(packet.sequence)
        self._next = sequence + 1
        restarted, self._restarted = self._restarted, False
        return OrderedPacket(
            sequence=sequence,
            timestamp=self._timestamps.unwrap(packet.timestamp),
            payload=packet.payload,
            arrived_seconds=arrived,
            held_seconds=now_seconds - arrived,
            lost_before=lost_before,
            restarted=restarted,
        )
