import asyncio

import pytest

from core.queues import BoundedQueue, DropPolicy, QueueClosed, RankedQueue


def test_oldest_gives_way() -> None:
    dropped: list[int] = []
    queue: BoundedQueue[int] = BoundedQueue(2, DropPolicy.OLDEST, dropped.append)
    assert [queue.put(item) for item in (1, 2, 3)] == [True, True, False]
    assert queue.take_all() == [2, 3]
    assert dropped == [1]
    assert queue.dropped == 1


def test_newest_gives_way() -> None:
    dropped: list[int] = []
    queue: BoundedQueue[int] = BoundedQueue(2, DropPolicy.NEWEST, dropped.append)
    assert [queue.put(item) for item in (1, 2, 3)] == [True, True, False]
    assert queue.take_all() == [1, 2]
    assert dropped == [3]


async def test_a_waiting_reader_gets_the_next_item() -> None:
    queue: BoundedQueue[int] = BoundedQueue(2, DropPolicy.OLDEST)
    reader = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.put(7)
    assert await reader == 7


async def test_closing_lets_what_is_held_be_taken() -> None:
    queue: BoundedQueue[int] = BoundedQueue(2, DropPolicy.OLDEST)
    queue.put(1)
    queue.close()
    assert await queue.get() == 1
    with pytest.raises(QueueClosed):
        await queue.get()
    with pytest.raises(QueueClosed):
        queue.put(2)


async def test_closing_releases_a_waiting_reader() -> None:
    queue: BoundedQueue[int] = BoundedQueue(1, DropPolicy.OLDEST)
    reader = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.close()
    with pytest.raises(QueueClosed):
        await reader


def test_a_queue_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        BoundedQueue(0, DropPolicy.OLDEST)


def test_the_least_worth_gives_way_oldest_first_and_order_is_kept() -> None:
    queue: RankedQueue[int] = RankedQueue(4, rank=lambda item: item // 10)
    for item in (21, 1, 11, 2, 22, 12):
        queue.put(item)
    assert (len(queue), queue.dropped) == (4, 2)
    assert asyncio.run(drained(queue)) == [21, 11, 22, 12]


def test_what_is_worth_less_than_all_that_waits_goes_itself() -> None:
    queue: RankedQueue[int] = RankedQueue(2, rank=lambda item: item // 10)
    assert [queue.put(item) for item in (11, 21, 1, 12)] == [True, True, False, False]
    assert queue.dropped == 2
    assert asyncio.run(drained(queue)) == [21, 12]


async def drained(queue: RankedQueue[int]) -> list[int]:
    queue.close()
    items = []
    while len(queue):
        items.append(await queue.get())
    with pytest.raises(QueueClosed):
        await queue.get()
    with pytest.raises(QueueClosed):
        queue.put(1)
    return items


async def test_a_reader_that_waits_for_whatever_is_worth_most_gets_what_comes() -> None:
    queue: RankedQueue[int] = RankedQueue(2, rank=lambda item: item)
    reader = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.put(7)
    assert await reader == 7
    reader = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.close()
    with pytest.raises(QueueClosed):
        await reader


def test_a_ranked_queue_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        RankedQueue(0, rank=int)
