"""Bounded queues with a named drop policy and a count of what was dropped.

`asyncio.Queue` is bounded only by making the producer wait. Live media cannot wait: something has
to go, and what goes must be a decision that can be read in the metrics.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from itertools import count
from typing import Generic, TypeVar

Item = TypeVar("Item")


class DropPolicy(StrEnum):
    """What gives way when a queue is full."""

    OLDEST = "oldest"  # live media: the newest is what matters
    NEWEST = "newest"  # work already begun must not be lost


class QueueClosed(Exception):
    """The queue was closed and everything in it has been taken."""


class BoundedQueue(Generic[Item]):
    """A queue that never makes its producer wait.

    Parameters
    ----------
    capacity
        Most items held at once.
    policy
        What gives way when the queue is full.
    on_drop
        Called with every dropped item, to count and to log it.

    Notes
    -----
    For one event loop; one or many consumers. `put` may be called from that loop's thread only.
    """

    def __init__(
        self,
        capacity: int,
        policy: DropPolicy,
        on_drop: Callable[[Item], None] | None = None,
    ) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, not {capacity}")
        self._items: deque[Item] = deque()
        self._capacity = capacity
        self._policy = policy
        self._on_drop = on_drop
        self._arrival = asyncio.Event()
        self._closed = False
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._items)

    @property
    def closed(self) -> bool:
        """Whether no more items are accepted."""
        return self._closed

    def put(self, item: Item) -> bool:
        """Add `item`; return False if an item (this one or the oldest) was dropped.

        Raises
        ------
        QueueClosed
            If the queue was closed.
        """
        if self._closed:
            raise QueueClosed
        full = len(self._items) >= self._capacity
        if full and self._policy is DropPolicy.NEWEST:
            self._drop(item)
            return False
        if full:
            self._drop(self._items.popleft())
        self._items.append(item)
        self._arrival.set()
        return not full

    def _drop(self, item: Item) -> None:
        self.dropped += 1
        if self._on_drop is not None:
            self._on_drop(item)

    async def get(self) -> Item:
        """Wait for the next item.

        Raises
        ------
        QueueClosed
            Once the queue is closed and empty.
        """
        while not self._items:
            if self._closed:
                raise QueueClosed
            self._arrival.clear()
            await self._arrival.wait()
        return self._items.popleft()

    def take_all(self) -> list[Item]:
        """Return everything that waits, without waiting."""
        items = list(self._items)
        self._items.clear()
        return items

    def close(self) -> None:
        """Accept nothing more; consumers still get what is held."""
        self._closed = True
        self._arrival.set()


class RankedQueue(Generic[Item]):
    """A queue in order of arrival from which, when it is full, the least worth goes first.

    Of several of the least worth the oldest goes; what is worth less than everything that waits
    goes itself.

    Parameters
    ----------
    capacity
        Most items held at once.
    rank
        Tells what an item is worth, of few different values.

    Notes
    -----
    For one event loop and one consumer. `put` may be called from that loop's thread only.
    """

    def __init__(self, capacity: int, rank: Callable[[Item], int]) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, not {capacity}")
        self._capacity = capacity
        self._rank = rank
        self._waiting: dict[int, deque[tuple[int, Item]]] = {}
        self._numbers = count()
        self._length = 0
        self._arrival = asyncio.Event()
        self._closed = False
        self.dropped = 0

    def __len__(self) -> int:
        return self._length

    @property
    def closed(self) -> bool:
        """Whether no more items are accepted."""
        return self._closed

    def put(self, item: Item) -> bool:
        """Add `item`; return False if an item (this one or another) was dropped.

        Raises
        ------
        QueueClosed
            If the queue was closed.
        """
        if self._closed:
            raise QueueClosed
        rank = self._rank(item)
        full = self._length >= self._capacity
        if full:
            self.dropped += 1
            if not self._make_place_for(rank):
                return False
        self._waiting.setdefault(rank, deque()).append((next(self._numbers), item))
        self._length += 1
        self._arrival.set()
        return not full

    def _make_place_for(self, rank: int) -> bool:
        least = min(held for held, items in self._waiting.items() if items)
        if least > rank:
            return False
        self._waiting[least].popleft()
        self._length -= 1
        return True

    async def get(self) -> Item:
        """Wait for the next item.

        Raises
        ------
        QueueClosed
            Once the queue is closed and empty.
        """
        while not self._length:
            if self._closed:
                raise QueueClosed
            self._arrival.clear()
            await self._arrival.wait()
        self._length -= 1
        oldest = min((items for items in self._waiting.values() if items), key=_number_of_first)
        return oldest.popleft()[1]

    def close(self) -> None:
        """Accept nothing more; the consumer still gets what is held."""
        self._closed = True
        self._arrival.set()


def _number_of_first(items: deque[tuple[int, Item]]) -> int:
    return items[0][0]
