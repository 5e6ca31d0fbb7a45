"""The latest moments of every room, also of those that nobody is in any more."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from core.crowd import Moment


class MomentShelf:
    """Keeps each moment as it last was.

    Parameters
    ----------
    rooms_most
        The room whose last moment is longest ago is forgotten first.
    moments_most
        Of one room; the oldest goes.
    """

    def __init__(self, rooms_most: int, moments_most: int) -> None:
        self._rooms_most = rooms_most
        self._moments_most = moments_most
        self._rooms: OrderedDict[str, OrderedDict[str, Moment]] = OrderedDict()

    def put(self, room: str, moment: Moment) -> Moment:
        """Keep a moment; return it with the clip that is known of it already."""
        moments = self._rooms.setdefault(room, OrderedDict())
        self._rooms.move_to_end(room)
        if len(self._rooms) > self._rooms_most:
            self._rooms.popitem(last=False)
        known = moments.get(moment.id)
        if known is not None and moment.clip is None and moment.clip_reason is None:
            moment = replace(moment, clip=known.clip, clip_reason=known.clip_reason)
        moments[moment.id] = moment
        if len(moments) > self._moments_most:
            moments.popitem(last=False)
        return moment

    def get(self, room: str, moment: str) -> Moment | None:
        """Return a moment as it last was."""
        moments = self._rooms.get(room)
        return moments.get(moment) if moments else None

    def newest(self, room: str) -> list[Moment]:
        """Return a room's moments, the newest first."""
        moments = self._rooms.get(room)
        return list(reversed(moments.values())) if moments else []
