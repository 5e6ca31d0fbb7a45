"""The bounded buffer of a viewer that does not read as fast as the room speaks.

What no longer fits pushes out old video, then old sound. Events are kept until they alone fill the
bound; then the viewer is too slow to be served, and comes back by `seq`.
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
    """

    def __init__(self, capacity_bytes: int, on_drop: Callable[[Rank], None]) -> None:
        self._capacity_bytes = capacity_bytes
        self._on_drop = on_drop
        self._waiting: dict[Rank, deque[tuple[int, Unit]]] = {rank: deque() for rank in Rank}
        self._gaps = dict.fromkeys(Rank, False)
        self._added = 0
        self.bytes_held = 0

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self._waiting.values())

    @property
    def owes_a_flag(self) -> bool:
        """Whether media was dropped and nothing sent since has said so."""
        return any(self._gaps.values())

    def add(self, unit: Unit) -> None:
        """Put `unit` at the end, pushing out what is worth less and older.

        Raises
        ------
        OutboxFull
            If an event does not fit although all media was pushed out.
        """
        size = len(unit.frame)
        while self.bytes_held + size > self._capacity_bytes:
            if not self._push_out(unit.rank):
                self._refuse(unit)
                return
        self._waiting[unit.rank].append((self._added, unit))
        self._added += 1
        self.bytes_held += size

    def _push_out(self, newcomer: Rank) -> bool:
        """Drop the oldest unit of the lowest rank; events go for nobody."""
        for rank in (Rank.VIDEO, Rank.AUDIO):
            if rank <= newcomer and self._waiting[rank]:
                _, unit = self._waiting[rank].popleft()
                self.bytes_held -= len(unit.frame)
                self._dropped(rank)
                return True
        return False

    def _refuse(self, unit: Unit) -> None:
        if unit.rank is Rank.EVENT:
            raise OutboxFull
        self._dropped(unit.rank)

    def _dropped(self, rank: Rank) -> None:
        self._gaps[rank] = True
        self._on_drop(rank)

    def take(self, most_bytes: int, flags: MediaFlag = MediaFlag.NONE) -> bytes:
        """Remove and return the next units, oldest first, as one run of frames.

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
            _, unit = self._waiting[rank].popleft()
            self.bytes_held -= len(unit.frame)
            gap = MediaFlag.DISCONTINUITY if self._gaps[rank] else MediaFlag.NONE
            self._gaps[rank] = False
            frames.append(unit.flagged(flags | gap))
            taken += len(frames[-1])
        return b"".join(frames)

    def _next_rank(self) -> Rank | None:
        waiting = [(units[0][0], rank) for rank, units in self._waiting.items() if units]
        return min(waiting)[1] if waiting else None

    def clear(self) -> None:
        """Forget everything: the connection is closing."""
        for units in self._waiting.values():
            units.clear()
        self.bytes_held = 0
