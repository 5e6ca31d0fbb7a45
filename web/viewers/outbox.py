"""The bounded buffer of a viewer that does not read as fast as the room speaks.

What no longer fits pushes out old pictures, then old sound. Events are kept until they alone fill
the bound; then the viewer is too slow to be served, and comes back by `seq`. Pictures wait until
sound and events have gone, so that they get what these leave of a slow line. Once a picture is
dropped, so is everything that needs it, up to the next key picture.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from web.viewers.protocol import MediaFlag
from web.viewers.units import Rank, Unit


class OutboxFull(Exception):
    """Events alone fill the bound."""


class Outbox:
    """Units that wait for one viewer, in order.

    Parameters
    ----------
    capacity_bytes
        Most bytes held.
    on_drop
        Called with the rank of every unit that was pushed out, to count it.
    picture_bytes
        Most bytes of pictures among them; by default they may be all.
    """

    def __init__(
        self,
        capacity_bytes: int,
        on_drop: Callable[[Rank], None],
        picture_bytes: int | None = None,
    ) -> None:
        self._capacity_bytes = capacity_bytes
        self._on_drop = on_drop
        self._picture_capacity_bytes = capacity_bytes if picture_bytes is None else picture_bytes
        self._waiting: dict[Rank, deque[tuple[int, Unit]]] = {rank: deque() for rank in Rank}
        self._owed = dict.fromkeys(Rank, MediaFlag.NONE)  # by the next unit of each rank
        self._added = 0
        self._picture_bytes_held = 0
        self.bytes_held = 0

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self._waiting.values())

    @property
    def owes_a_flag(self) -> bool:
        """Whether sound was dropped and nothing sent since has said so."""
        return bool(self._owed[Rank.AUDIO])

    @property
    def skips_pictures(self) -> bool:
        """Whether pictures were dropped, so that only a key picture can be sent next."""
        return bool(self._owed[Rank.VIDEO])

    def add(self, unit: Unit) -> None:
        """Put `unit` at the end, pushing out what is worth less and older.

        A picture that needs one that was dropped is dropped itself.

        Raises
        ------
        OutboxFull
            If an event does not fit although all media was pushed out.
        """
        while not self._fits(unit):
            if not self._push_out(unit.rank):
                self._refuse(unit)
                return
        if unit.rank is Rank.VIDEO and not self._can_follow(unit):
            self.skip(unit)
            return
        self._waiting[unit.rank].append((self._added, unit))
        self._added += 1
        self._count(unit, len(unit.frame))

    def _fits(self, unit: Unit) -> bool:
        size = len(unit.frame)
        if self.bytes_held + size > self._capacity_bytes:
            return False
        if unit.rank is not Rank.VIDEO:
            return True
        return self._picture_bytes_held + size <= self._picture_capacity_bytes

    def _can_follow(self, picture: Unit) -> bool:
        """Whether what `picture` needs has been sent, or waits."""
        missing = self.skips_pictures and not self._waiting[Rank.VIDEO]
        return not missing or bool(picture.flags & MediaFlag.KEY)

    def _count(self, unit: Unit, size: int) -> None:
        self.bytes_held += size
        if unit.rank is Rank.VIDEO:
            self._picture_bytes_held += size

    def _push_out(self, newcomer: Rank) -> bool:
        """Drop the oldest unit of the lowest rank; events go for nobody."""
        if self._waiting[Rank.VIDEO]:
            self._push_out_pictures()
            return True
        if newcomer >= Rank.AUDIO and self._waiting[Rank.AUDIO]:
            self.skip(self._pop(Rank.AUDIO))
            return True
        return False

    def _push_out_pictures(self) -> None:
        """Drop the oldest picture and those that need it."""
        waiting = self._waiting[Rank.VIDEO]
        self.skip(self._pop(Rank.VIDEO))
        while waiting and not waiting[0][1].flags & MediaFlag.KEY:
            self.skip(self._pop(Rank.VIDEO))

    def _pop(self, rank: Rank) -> Unit:
        _, unit = self._waiting[rank].popleft()
        self._count(unit, -len(unit.frame))
        return unit

    def _refuse(self, unit: Unit) -> None:
        if unit.rank is Rank.EVENT:
            raise OutboxFull
        self.skip(unit)

    def skip(self, unit: Unit) -> None:
        """Drop `unit`, which is not among those that wait; the next of its rank will say so."""
        self.owe(unit.rank, unit.flags & MediaFlag.CONFIGURATION_CHANGED)
        self._on_drop(unit.rank)

    def owe(self, rank: Rank, flags: MediaFlag = MediaFlag.NONE) -> None:
        """Note that something of `rank` is missing before the next unit."""
        self._owed[rank] |= MediaFlag.DISCONTINUITY | flags

    def take(self, most_bytes: int, flags: MediaFlag = MediaFlag.NONE) -> bytes:
        """Remove and return the next units as one run of frames: oldest first, then one picture.

        Parameters
        ----------
        most_bytes
            Units are taken until this is reached; at least one is, where there is one.
        flags
            Added to every unit of media; the first after a gap is marked besides.
        """
        frames: list[bytes] = []
        taken = 0
        while taken < most_bytes and (rank := self._next_rank()) is not None:
            if rank is Rank.VIDEO and frames:
                break  # alone: sound that comes meanwhile goes before the next one
            owed, self._owed[rank] = self._owed[rank], MediaFlag.NONE
            frames.append(self._pop(rank).flagged(flags | owed))
            taken += len(frames[-1])
        return b"".join(frames)

    def _next_rank(self) -> Rank | None:
        sound, events = self._waiting[Rank.AUDIO], self._waiting[Rank.EVENT]
        if sound and events:
            return Rank.AUDIO if sound[0][0] < events[0][0] else Rank.EVENT
        if sound or events:
            return Rank.AUDIO if sound else Rank.EVENT
        return Rank.VIDEO if self._waiting[Rank.VIDEO] else None

    def clear(self) -> None:
        """Forget everything: the connection is closing."""
        for units in self._waiting.values():
            units.clear()
        self.bytes_held = self._picture_bytes_held = 0
