"""The latest sound of a room, as it came, for clips."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from core.media import seconds_to_samples
from core.messages import EncodedAudio


class RecentAudio:
    """A ring of one set's packets; a new set empties it.

    Parameters
    ----------
    seconds
        How much is kept, on the media clock.
    most_bytes
        Bound on the payloads, whatever their rate.
    """

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self._samples = seconds_to_samples(seconds)
        self._most_bytes = most_bytes
        self._packets: deque[EncodedAudio] = deque()
        self._bytes = 0
        self._epoch: str | None = None

    def __len__(self) -> int:
        return len(self._packets)

    def hear(self, epoch: str, packet: EncodedAudio) -> None:
        """Take the next packet of a set."""
        if epoch != self._epoch:
            self.clear()
            self._epoch = epoch
        self._packets.append(packet)
        self._bytes += len(packet.payload)
        oldest = packet.start_sample + packet.duration_samples - self._samples
        while self._packets and (
            self._bytes > self._most_bytes or self._packets[0].start_sample < oldest
        ):
            self._bytes -= len(self._packets.popleft().payload)

    def of(self, epoch: str) -> Sequence[EncodedAudio]:
        """Return what is kept of a set, in order."""
        return tuple(self._packets) if epoch == self._epoch else ()

    def clear(self) -> None:
        """Forget all of it."""
        self._packets.clear()
        self._bytes = 0
        self._epoch = None
