"""The end of a set reaches the database whatever becomes of its recording."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from battles.database import Database
from battles.keys import KeyStore
from battles.sets import SetStore
from core.bus import MemoryBus
from core.clock import SystemClock
from core.errors import StorageUnavailable
from core.messages import Envelope, Fault, Phase, RoomMessage, SessionInfo, SessionState
from core.metrics import Metrics
from core.show import EncodedPicture, PictureFormat, ShowSettings, ShowState
from stream.recording.facts import JudgingFacts, ModelFacts
from stream.recording.recorder import Recorder
from web import live_sets
from web.live_sets import LiveSets

INFO = SessionInfo("set-1", "ana", "Ana", 1_700_000_000.0)
JUDGING = JudgingFacts(ModelFacts("judge", "1.0", "ab" * 32), "CPU", "libopus", "0.1.0")


class HangingRecorder(Recorder):
    """A recorder whose disk never answers."""

    async def close(self, session: str) -> None:
        await asyncio.sleep(60)


class KeepingRecorder(Recorder):
    """A recorder that shows what it was told."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.kept: list[RoomMessage] = []

    def envelope(self, envelope: Envelope) -> None:
        self.kept.append(envelope.message)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SetStore]:
    database = Database(f"sqlite:///{tmp_path / 'sets.db'}")
    await database.open()
    await KeyStore(database).create("Ana")
    yield SetStore(database, "here:8000", SystemClock())
    await database.close()


async def test_a_disk_that_hangs_does_not_leave_a_set_on_air_for_ever(
    store: SetStore, tmp_path: Path
):
    recorder = HangingRecorder(tmp_path / "recordings", Metrics())
    sets = LiveSets(MemoryBus(), store, recorder, JUDGING, Path("recordings"))
    feed = sets.open(INFO)
    feed.publish(SessionState(INFO, Phase.ENDED, "stopped", 48_000), 48_000)
    with pytest.raises(TimeoutError):  # as ingest does, which waits for nobody for ever
        await asyncio.wait_for(sets.close(feed), 1.0)
    stored = await store.find("set-1")
    assert stored.result is not None
    assert (stored.result.reason, stored.result.played_seconds) == ("stopped", 1.0)
    assert stored.recording == "recordings/set-1"
    assert not store._on_air


async def test_a_fault_is_told_where_the_set_stands(store: SetStore):
    bus = MemoryBus()
    sets = LiveSets(bus, store, None, JUDGING, Path("recordings"))
    following = await bus.follow("ana")
    feed = sets.open(INFO)
    feed.publish(SessionState(INFO, Phase.LIVE, None, 96_000), 96_000)
    sets.announce("set-1", Fault("recording_failed"))
    sets.announce("another", Fault("recording_failed"))
    await anext(following)
    told = await asyncio.wait_for(anext(following), 5)
    assert (told.message, told.pts_microseconds) == (Fault("recording_failed"), 2_000_000)
    await sets.close(feed)
    await bus.close()


async def test_a_show_is_published_and_not_recorded(store: SetStore, tmp_path: Path):
    bus = MemoryBus()
    recorder = KeepingRecorder(tmp_path / "recordings", Metrics())
    sets = LiveSets(bus, store, recorder, JUDGING, Path("recordings"))
    following = await bus.follow("ana")
    feed = sets.open(INFO)
    shown = EncodedPicture("set-1", PictureFormat.VP9, 0, 2_400, True, 320, 180, False, b"vp9")
    standing = ShowState(False, "off", None, None, False, 0, 0, 0.0, ShowSettings())
    fault = Fault("recording_failed")
    for message in (shown, standing, fault):
        sets.publish("set-1", message, 48_000)
    told = [(await asyncio.wait_for(anext(following), 5)).message for _ in range(3)]
    assert told == [shown, standing, fault]
    assert recorder.kept == [fault]
    await sets.close(feed)
    sets.publish("set-1", fault, 48_000)  # it is over
    sets.publish("another", fault, 48_000)
    await bus.close()
    assert [envelope async for envelope in following] == []


async def test_a_set_that_began_while_the_database_was_away_is_stored_at_its_end(store: SetStore):
    started = store.started
    away = True

    async def started_if_there(info: SessionInfo, recording: str | None = None) -> None:
        if away:
            raise StorageUnavailable("The database is away.")
        await started(info, recording)

    store.started = started_if_there  # type: ignore[method-assign]  # a fault, injected
    sets = LiveSets(MemoryBus(), store, None, JUDGING, Path("recordings"))
    feed = sets.open(INFO)
    await asyncio.sleep(0)
    feed.publish(SessionState(INFO, Phase.ENDED, "stopped", 48_000), 48_000)
    await asyncio.sleep(0.05)
    away = False
    await sets.close(feed)
    stored = await store.find("set-1")
    assert stored.result is not None
    assert stored.result.reason == "stopped"


async def test_a_database_that_hangs_from_the_first_moment_costs_no_set(
    store: SetStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(live_sets, "STORE_SECONDS", 0.05)

    @asynccontextmanager
    async def hanging() -> AsyncIterator[None]:
        await asyncio.sleep(60)
        yield

    sets = LiveSets(MemoryBus(), store, None, JUDGING, Path("recordings"))
    with monkeypatch.context() as patch:
        patch.setattr(store._database, "writing", hanging)
        feed = sets.open(INFO)
        feed.publish(SessionState(INFO, Phase.ENDED, "stopped", 48_000), 48_000)
        await asyncio.wait_for(sets.close(feed), 5)
    await store.beat()
    stored = await store.find("set-1")
    assert stored.result is not None
    assert (stored.result.reason, stored.dj_name) == ("stopped", "Ana")
