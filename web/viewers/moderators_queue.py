"""What waits for a room's moderators, told to those who watch here: the latest state only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from core.crowd import CrowdDoor, QueuedMessage
from web.viewers import crowd_protocol, protocol
from web.viewers.units import OwnUnit
from web.viewers.viewer import Viewer


class ModeratorsQueue:
    """Hears what waits for as long as a moderator is here.

    Parameters
    ----------
    room
        Its name.
    door
        The way to its crowd.
    pause_seconds
        Least time between two frames; what changes in between is told as one.
    position
        Tells the room's media clock, in microseconds.
    """

    def __init__(
        self, room: str, door: CrowdDoor, pause_seconds: float, position: Callable[[], int]
    ) -> None:
        self.version = 0  # counts what was heard
        self._room = room
        self._door = door
        self._pause_seconds = pause_seconds
        self._position = position
        self._moderators: dict[Viewer, None] = {}
        self._waiting: Sequence[QueuedMessage] | None = None  # heard, and not told yet
        self._timer: asyncio.TimerHandle | None = None
        self._end: Callable[[], None] | None = None

    def show(self, viewer: Viewer) -> None:
        """Let a moderator hear what waits, whenever that changes."""
        self._moderators[viewer] = None
        if self._end is None:
            self._end = self._door.listen_queue(self._room, self.accept)

    def excuse(self, viewer: Viewer) -> None:
        """Let somebody hear no more of it; does nothing if they do not."""
        self._moderators.pop(viewer, None)
        if not self._moderators:
            self.stop()

    def accept(self, waiting: Sequence[QueuedMessage]) -> None:
        """Take what waits now; the moderators are told within a moment."""
        self.version += 1
        self._waiting = waiting
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._pause_seconds, self._tell)

    def _tell(self) -> None:
        self._timer = None
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            return
        unit = self.unit(waiting)
        for viewer in tuple(self._moderators):
            viewer.send(unit)

    def unit(self, waiting: Sequence[QueuedMessage]) -> OwnUnit:
        """Return what waits, as a moderator is told."""
        payload = crowd_protocol.queue_payload(waiting, self._position())
        return OwnUnit(protocol.text_frame(payload))

    def stop(self) -> None:
        """Hear nothing more."""
        if self._end is not None:
            self._end()
            self._end = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._waiting = None
