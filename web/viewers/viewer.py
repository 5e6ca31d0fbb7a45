"""One viewer, as its room sees it: a transport, and what waits while the transport is full."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from core.metrics import Metrics
from web.viewers.outbox import Outbox, OutboxFull
from web.viewers.protocol import CloseCode, MediaFlag
from web.viewers.units import Rank, Unit
from web.viewers.wants import Wants

CHUNK_BYTES: Final = 16_384
"""Waiting frames are written in runs of this size, until the transport says stop."""


class Link(Protocol):
    """The connection under a viewer."""

    def write(self, data: bytes) -> None:
        """Write whole frames; never waits."""
        ...

    def end(self, code: CloseCode, reason: str) -> None:
        """Close the connection for `reason`, a slug for the metrics and the client."""
        ...


class Viewer:
    """Takes frames at the pace of its reader.

    While it *flows*, its room calls `write` straight, which is the transport's own. Otherwise its
    room offers it units, which wait here within bounds.

    Parameters
    ----------
    link
        The connection.
    write
        Writes whole frames; never waits. The transport's bound method, to spare a call.
    outbox_bytes
        Bound of what waits; events that a joining viewer missed are shared with the room's history
        and do not count.
    metrics
        Where bytes and drops are counted.
    wants
        What it is to be sent.
    picture_bytes
        Bound of the pictures among what waits; by default they may be all of it.
    """

    __slots__ = (
        "_backlog",
        "_metrics",
        "_outbox",
        "attends",
        "dropped",
        "link",
        "moved",
        "paused",
        "wants",
        "write",
    )

    def __init__(
        self,
        link: Link,
        write: Callable[[bytes], None],
        outbox_bytes: int,
        metrics: Metrics,
        *,
        wants: Wants = Wants.SOUND,
        picture_bytes: int | None = None,
    ) -> None:
        self.link = link
        self.write = write
        self.wants = wants
        self.attends = False  # whether it gets what the crowd says as it comes
        self.moved: Callable[[Viewer], None] | None = None  # told when `flows` may have changed
        self.paused = False
        self.dropped = 0
        self._metrics = metrics
        self._backlog: deque[Unit] = deque()
        self._outbox = Outbox(outbox_bytes, self._count_drop, picture_bytes)

    @property
    def flows(self) -> bool:
        """Whether nothing waits and nothing is owed, so that the room may write straight."""
        return not (
            self.paused or self._backlog or self._outbox.bytes_held or self._outbox.owes_a_flag
        )

    @property
    def skips_pictures(self) -> bool:
        """Whether it missed pictures, so that the next has to be a key picture."""
        return self._outbox.skips_pictures

    @property
    def bytes_held(self) -> int:
        """What waits here, beyond the transport's own buffer."""
        return self._outbox.bytes_held

    def begin(self, missed: Iterable[Unit], pictures: Iterable[Unit] = ()) -> None:
        """Send `missed` before anything else, and `pictures` when nothing else waits.

        Pictures wait within the bound of all pictures: where the line does not take them at once
        and they do not fit, the rest is dropped up to the next key picture.
        """
        self._backlog.extend(missed)
        self._drain(MediaFlag.CATCH_UP)
        for picture in pictures:
            self._outbox.add(picture)
            if not self.paused and self._outbox.bytes_held >= CHUNK_BYTES:
                self._drain(MediaFlag.CATCH_UP)
        self._drain(MediaFlag.CATCH_UP)

    def catch_up(self, missed: Sequence[Unit]) -> None:
        """Send `missed` next, after what waits already."""
        if self._outbox.bytes_held:
            self.offer(missed)  # the backlog would overtake what waits
        else:
            self.begin(missed)

    def send(self, unit: Unit) -> None:
        """Send a unit to this viewer alone."""
        if self.flows:
            self._write(unit.frame)
        else:
            self.offer((unit,))

    def await_key(self) -> None:
        """Send no picture before the next key picture: it has not what the others need."""
        self._outbox.owe(Rank.VIDEO)

    def skip(self, units: Iterable[Unit]) -> None:
        """Leave out `units`, which need a picture that was dropped before."""
        for unit in units:
            self._outbox.skip(unit)

    def offer(self, units: Sequence[Unit]) -> None:
        """Take the room's next units, dropping or ending the connection where they do not fit."""
        up_to_date = not (self.paused or self._backlog or self._outbox.bytes_held)
        try:
            for unit in units:
                self._outbox.add(unit)
        except OutboxFull:
            self._count_drop(Rank.EVENT)
            self.link.end(CloseCode.TRY_AGAIN, "too_slow")
            return
        self._drain(MediaFlag.NONE if up_to_date else MediaFlag.CATCH_UP)

    def pause(self) -> None:
        """Stop writing: the transport's buffer is full."""
        self.paused = True
        self._tell()

    def resume(self) -> None:
        """Write again: the transport's buffer has emptied."""
        self.paused = False
        self._drain(MediaFlag.CATCH_UP)

    def forget(self) -> None:
        """Let go of everything that waits: the connection is closing."""
        self._backlog.clear()
        self._outbox.clear()
        self.moved = None

    def _drain(self, flags: MediaFlag) -> None:
        while not self.paused:
            chunk = self._missed_chunk() or self._outbox.take(CHUNK_BYTES, flags)
            if not chunk:
                break
            self._write(chunk)
        self._tell()

    def _missed_chunk(self) -> bytes:
        frames: list[bytes] = []
        taken = 0
        while self._backlog and taken < CHUNK_BYTES:
            frames.append(self._backlog.popleft().flagged(MediaFlag.CATCH_UP))
            taken += len(frames[-1])
        return b"".join(frames)

    def _write(self, data: bytes) -> None:
        self.write(data)
        self._metrics.viewer_bytes.inc(len(data))

    def _tell(self) -> None:
        if self.moved is not None:
            self.moved(self)

    def _count_drop(self, rank: Rank) -> None:
        self.dropped += 1
        self._metrics.viewer_drops.labels(rank.name.lower()).inc()
