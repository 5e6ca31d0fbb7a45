from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from battles import sets
from battles.database import Database
from battles.keys import KeyStore
from battles.sets import SetResult, SetStore
from core.clock import ManualClock
from core.errors import BadInput, NotFound, StorageUnavailable
from core.messages import Component, Estimate, Genre, SessionInfo

RESULT = SetResult(
    reason="dj_left",
    played_seconds=3600.5,
    overall=Estimate(7.25, 6.9, 7.6),
    components={Component.TECHNICAL: Estimate(8.0, 7.5, 8.5), Component.CREATIVITY: None},
)


def _info(session: str, clock: ManualClock) -> SessionInfo:
    return SessionInfo(session, "ana", "Ana", clock.wall_seconds(), "Sunrise", Genre.TECHNO)


@pytest.fixture
async def store(database: Database, clock: ManualClock) -> SetStore:
    await KeyStore(database, clock).create("Ana")
    return SetStore(database, "here:8000", clock)


async def test_a_set_is_stored_when_it_starts_and_when_it_ends(store: SetStore, clock: ManualClock):
    await store.started(_info("s1", clock), recording="recordings/s1")
    (live,) = await store.latest(5)
    assert live.result is None and live.ended_unix_seconds is None
    assert (live.session, live.room, live.dj_name) == ("s1", "ana", "Ana")
    assert (live.title, live.declared_genre) == ("Sunrise", Genre.TECHNO)
    assert live.recording == "recordings/s1"
    clock.advance(3600.5)
    await store.ended(_info("s1", clock), RESULT)
    ended = await store.find("s1")
    assert ended.ended_unix_seconds == clock.wall_seconds()
    assert ended.result == RESULT


async def test_a_set_without_a_score_says_why(store: SetStore, clock: ManualClock):
    await store.started(_info("s1", clock))
    result = SetResult("dj_left", 4.0, overall=None, score_reason="too_short")
    await store.ended(_info("s1", clock), result)
    assert (await store.find("s1")).result == result


async def test_the_latest_come_first(store: SetStore, clock: ManualClock):
    for number in range(4):
        await store.started(_info(f"s{number}", clock))
        clock.advance(60)
    assert [found.session for found in await store.latest(3)] == ["s3", "s2", "s1"]
    for limit in (0, 201):
        with pytest.raises(BadInput):
            await store.latest(limit)


async def test_of_each_room_the_last_finished_set_is_found(
    store: SetStore, database: Database, clock: ManualClock
):
    await KeyStore(database, clock).create("Bea")
    for name, room in (("s1", "ana"), ("s2", "ana"), ("s3", "bea"), ("s4", "ana")):
        clock.advance(60)
        await store.started(replace(_info(name, clock), room=room))
        if name != "s4":  # which is on air
            await store.ended(_info(name, clock), RESULT)
    assert [found.session for found in await store.last_of_rooms(5)] == ["s3", "s2"]
    assert [found.session for found in await store.last_of_rooms(1)] == ["s3"]
    assert [found.session for found in await store.last_of_rooms(1, "ana")] == ["s2"]
    assert await store.last_of_rooms(1, "nobody") == ()
    with pytest.raises(BadInput):
        await store.last_of_rooms(0)


async def test_starting_twice_changes_nothing(store: SetStore, clock: ManualClock):
    await store.started(_info("s1", clock))
    await store.started(_info("s1", clock))
    assert len(await store.latest(5)) == 1


async def test_long_titles_are_cut(store: SetStore, clock: ManualClock):
    info = SessionInfo("s1", "ana", "Ana", clock.wall_seconds(), title="é" * 500)
    await store.started(info)
    assert (await store.find("s1")).title == "é" * 200


async def test_what_is_not_there_is_told(store: SetStore):
    with pytest.raises(NotFound):
        await store.find("nothing")
    with pytest.raises(NotFound):
        await store.started(SessionInfo("s1", "nowhere", "Nobody", 0.0))


async def test_a_crashed_process_closes_its_sets_when_it_comes_back(
    store: SetStore, database: Database, clock: ManualClock
):
    await store.started(_info("s1", clock))
    clock.advance(25)
    await store.beat()
    last_seen = clock.wall_seconds()
    clock.advance(10)  # the process dies here and is back at once
    again = SetStore(database, "here:8000", clock)
    await again.start()
    closed = await again.find("s1")
    await again.stop()
    assert closed.ended_unix_seconds == last_seen
    assert closed.result is not None
    assert closed.result.reason == closed.result.score_reason == sets.ABANDONED
    assert closed.result.overall is None
    assert closed.result.played_seconds == 25.0


async def test_a_starting_process_leaves_the_sets_of_others_on_air(
    store: SetStore, database: Database, clock: ManualClock
):
    await store.started(_info("s1", clock))
    clock.advance(100)
    other = SetStore(database, "elsewhere:8000", clock)
    await other.start()
    assert (await other.find("s1")).result is None
    clock.advance(sets.ABANDONED_SECONDS)
    await other.beat()
    closed = await other.find("s1")
    await other.stop()
    assert closed.result is not None and closed.result.reason == sets.ABANDONED


async def test_who_was_thought_dead_has_the_last_word(
    store: SetStore, database: Database, clock: ManualClock
):
    await store.started(_info("s1", clock))
    clock.advance(sets.ABANDONED_SECONDS + 1)
    await SetStore(database, "elsewhere:8000", clock).beat()
    await store.ended(_info("s1", clock), RESULT)
    assert (await store.find("s1")).result == RESULT


async def test_an_end_is_not_lost_while_the_database_is_away(
    store: SetStore, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
):
    await store.started(_info("s1", clock))

    @asynccontextmanager
    async def away() -> AsyncIterator[None]:
        raise StorageUnavailable("away")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(database, "writing", away)
        await store.ended(_info("s1", clock), RESULT)
        with pytest.raises(StorageUnavailable):
            await store.beat()
    clock.advance(20)
    await store.beat()
    stored = await store.find("s1")
    assert stored.result == RESULT
    assert stored.ended_unix_seconds == clock.wall_seconds() - 20


async def test_a_set_whose_start_could_not_be_stored_is_stored_whole_at_its_end(
    store: SetStore, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
):
    @asynccontextmanager
    async def full() -> AsyncIterator[None]:
        raise StorageUnavailable("the disk is full")
        yield

    info = _info("s1", clock)
    with monkeypatch.context() as patch:
        patch.setattr(database, "writing", full)
        with pytest.raises(StorageUnavailable):
            await store.started(info, recording="recordings/s1")
        clock.advance(60)
        await store.ended(info, RESULT, recording="recordings/s1")
    clock.advance(20)
    await store.beat()
    stored = await store.find("s1")
    assert stored.result == RESULT
    assert stored.recording == "recordings/s1"
    assert stored.started_unix_seconds == clock.wall_seconds() - 80
    assert stored.ended_unix_seconds == clock.wall_seconds() - 20


async def test_an_end_in_a_room_of_nobody_does_not_stand_in_the_way_of_others(
    store: SetStore, clock: ManualClock, caplog: pytest.LogCaptureFixture
):
    await store.ended(replace(_info("s1", clock), room="nowhere"), RESULT)
    assert "belongs to no DJ" in caplog.text
    await store.ended(_info("s2", clock), RESULT)
    assert [found.session for found in await store.latest(5)] == ["s2"]


async def test_endings_kept_are_bounded(
    store: SetStore, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sets, "UNSTORED_SETS", 2)

    @asynccontextmanager
    async def away() -> AsyncIterator[None]:
        raise StorageUnavailable("away")
        yield

    for number in range(3):
        await store.started(_info(f"s{number}", clock))
    with monkeypatch.context() as patch:
        patch.setattr(database, "writing", away)
        for number in range(3):
            await store.ended(_info(f"s{number}", clock), RESULT)
    await store.stop()
    stored = [found.result is not None for found in await store.latest(5)]
    assert stored.count(True) == 2


async def test_the_keeper_beats_and_survives_a_database_that_is_away(
    store: SetStore, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sets, "BEAT_SECONDS", 0.001)
    beats = asyncio.Semaphore(0)
    true_beat = store.beat

    async def beat() -> None:
        beats.release()
        await true_beat()
        raise StorageUnavailable("away")

    monkeypatch.setattr(store, "beat", beat)
    await store.start()
    await store.started(_info("s1", clock))
    clock.advance(10)
    for _ in range(3):
        await asyncio.wait_for(beats.acquire(), timeout=5)
    await store.stop()
    monkeypatch.undo()
    again = SetStore(database, "here:8000", clock)
    await again.start()
    closed = await again.find("s1")
    await again.stop()
    assert closed.ended_unix_seconds == clock.wall_seconds()


async def test_the_keeper_survives_whatever_a_beat_raises(
    store: SetStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(sets, "BEAT_SECONDS", 0.001)
    beats: list[int] = []

    async def beat() -> None:
        beats.append(len(beats))
        if len(beats) == 1:
            raise ValueError("no one thought of this")

    monkeypatch.setattr(store, "beat", beat)
    await store.start()
    async with asyncio.timeout(5):
        while len(beats) < 3:
            await asyncio.sleep(0.001)
    await store.stop()
    assert "no one thought of this" in caplog.text
