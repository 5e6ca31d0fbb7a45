from __future__ import annotations

import asyncio
import logging
import re
import threading
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from battles.database import Database
from core.bus import MemoryBus
from core.clock import ManualClock
from core.errors import StorageUnavailable
from core.metrics import Metrics
from web import operations
from web.operations import (
    Health,
    LoopLagMonitor,
    PartCheck,
    PartHealth,
    bus_part,
    database_part,
    disk_part,
    operations_router,
)


def _part(health: PartHealth) -> PartCheck:
    async def check() -> PartHealth:
        return health

    return check


OK = _part(PartHealth(Health.OK))
DEGRADED = _part(PartHealth(Health.DEGRADED, "bus_unavailable"))
FAILED = _part(PartHealth(Health.FAILED, "no_models"))


def _client(parts: dict[str, PartCheck], clock: ManualClock | None = None) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(operations_router(parts, Metrics(), clock or ManualClock()))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server")


@pytest.mark.parametrize(
    ("parts", "status", "code"),
    [
        ({}, "ok", 200),
        ({"a": OK, "b": OK}, "ok", 200),
        ({"a": OK, "b": DEGRADED}, "degraded", 200),
        ({"a": DEGRADED, "b": FAILED, "c": OK}, "failed", 503),
    ],
)
async def test_the_whole_is_as_well_as_its_worst_part(
    parts: dict[str, PartCheck], status: str, code: int
):
    async with _client(parts) as client:
        answer = await client.get("/health")
    assert answer.status_code == code
    assert answer.json()["status"] == status
    assert list(answer.json()["parts"]) == list(parts)
    assert ("retry-after" in answer.headers) == (code == 503)


async def test_a_part_that_fails_is_told_without_its_secrets(caplog: pytest.LogCaptureFixture):
    async def away() -> PartHealth:
        raise StorageUnavailable("postgresql://u:geheim@h is away")

    async def broken() -> PartHealth:
        raise RuntimeError("geheim")

    async with _client({"database": away, "models": broken}) as client:
        answer = await client.get("/health")
    assert answer.status_code == 503
    assert "geheim" not in answer.text
    assert answer.json()["parts"]["database"]["reason"] == "storage_unavailable"
    assert answer.json()["parts"]["models"]["reason"] == "internal"
    assert [record.levelno for record in caplog.records].count(logging.ERROR) == 1


async def test_a_part_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(operations, "CHECK_SECONDS", 0.01)

    async def hangs() -> PartHealth:
        await asyncio.Event().wait()
        raise AssertionError

    async with _client({"a": hangs, "b": OK}) as client:
        parts = (await client.get("/health")).json()["parts"]
    assert parts["a"] == {"status": "failed", "reason": "no_answer", "figures": {}}
    assert parts["b"]["status"] == "ok"


async def test_asking_often_asks_the_parts_once():
    asked = 0
    clock = ManualClock()

    async def count() -> PartHealth:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return PartHealth(Health.OK)

    async with _client({"a": count}, clock) as client:
        await asyncio.gather(*(client.get("/health") for _ in range(10)))
        assert asked == 1
        clock.advance(operations.ANSWER_SECONDS)
        await client.get("/health")
    assert asked == 2


async def test_a_disk_that_does_not_answer_takes_one_thread_and_nobody_off_the_air(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    answered, asked = threading.Event(), []

    def hang(folder: Path) -> int:
        asked.append(folder)
        answered.wait(30)
        return 5

    monkeypatch.setattr(operations, "DISK_SECONDS", 0.02)
    monkeypatch.setattr(operations, "free_bytes", hang)
    check = disk_part(tmp_path, 1)
    for _ in range(3):
        assert await check() == PartHealth(Health.DEGRADED, "disk_no_answer")
    assert len(asked) == 1
    answered.set()
    monkeypatch.setattr(operations, "DISK_SECONDS", 5.0)
    assert await check() == PartHealth(Health.OK, None, {"free_bytes": 5})


async def test_a_disk_that_fails_is_no_reason_to_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(folder: Path) -> int:
        raise OSError("Transport endpoint is not connected")

    monkeypatch.setattr(operations, "free_bytes", fail)
    assert await disk_part(tmp_path, 1)() == PartHealth(Health.DEGRADED, "disk_unavailable")


async def test_real_parts_say_how_they_are(tmp_path: Path):
    database, bus = Database(f"sqlite:///{tmp_path}/x.db"), MemoryBus()
    parts = {
        "database": database_part(database),
        "bus": bus_part(bus),
        "disk": disk_part(tmp_path / "not" / "yet", 1),
        "full": disk_part(tmp_path, 1 << 60),
    }
    await database.open()
    healths = {name: await check() for name, check in parts.items()}
    assert {name: health.status.value for name, health in healths.items()} == {
        "database": "ok",
        "bus": "ok",
        "disk": "ok",
        "full": "degraded",
    }
    assert healths["full"].reason == "disk_nearly_full"
    assert int(healths["disk"].figures["free_bytes"]) > 0
    await bus.close()
    assert (await parts["bus"]()).status is Health.DEGRADED
    await database.close()
    (tmp_path / "x.db").unlink()
    (tmp_path / "x.db").mkdir()
    with pytest.raises(StorageUnavailable):
        await parts["database"]()
    await database.close()


async def test_figures_are_what_prometheus_reads():
    metrics = Metrics()
    metrics.windows_dropped.labels(reason="deadline").inc(3)
    app = FastAPI()
    app.include_router(operations_router({}, metrics))
    app.include_router(operations_router({}, metrics), prefix="/again")  # registers nothing twice
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        plain = await client.get("/metrics")
        opened = await client.get("/metrics", headers={"Accept": "application/openmetrics-text"})
    families = {family.name: family for family in text_string_to_metric_families(plain.text)}
    (sample,) = [s for s in families["djuv_windows_dropped"].samples if s.name.endswith("_total")]
    assert (sample.labels, sample.value) == ({"reason": "deadline"}, 3.0)
    assert "process_open_fds" in families
    assert plain.headers["content-type"].startswith("text/plain")
    assert opened.headers["content-type"].startswith("application/openmetrics-text")
    assert opened.text.endswith("# EOF\n")


async def test_loop_lag_is_what_a_timer_is_late():
    clock, metrics = ManualClock(), Metrics()
    lags = iter([0.0, 0.004, 0.3])
    measured = asyncio.Event()

    async def sleep(seconds: float) -> None:
        lag = next(lags, None)
        if lag is None:
            measured.set()
            await asyncio.Event().wait()
        clock.advance(seconds + (lag or 0.0))

    monitor = LoopLagMonitor(metrics, clock, sleep)
    monitor.start()
    monitor.start()  # starting twice measures once
    await asyncio.wait_for(measured.wait(), 5)
    await monitor.stop()
    await monitor.stop()
    value = metrics.registry.get_sample_value
    assert value("djuv_loop_lag_seconds_count") == 3
    assert value("djuv_loop_lag_seconds_sum") == pytest.approx(0.304)
    assert value("djuv_loop_lag_seconds_bucket", {"le": "0.005"}) == 2


def test_the_page_names_figures_that_there_are():
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    metrics = Metrics()
    operations_router({}, metrics)
    exported = set(generate_latest(metrics.registry).decode().split())
    named = re.findall(r"`((?:djuv|process)_[a-z_]+)(?:\{(\w+)\})?`", page)
    assert len(named) > 10
    assert [name for name, _ in named if name not in exported] == []
