"""The whole server under load: window latency by stage, and live judged streams a core.

Aims: the 99th percentile from a window's last packet to its score at the viewers' sockets below
25 ms with 20 live streams and 200 viewers on two cores; at least 60 live judged streams a core. The
server runs as in production, in this process; DJs and viewers have processes of their own.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import uvloop

from battles.database import Database
from battles.keys import KeyStore
from benchmarks.load import load_process
from benchmarks.timing import percentiles
from core.metrics import Metrics
from web.app import running, spare_the_loop_long_collections
from web.settings import Settings, load_settings

STREAMS: Final = 20
VIEWERS: Final = 200
WARM_UP_SECONDS: Final = 15.0
"""The first window is judged after ten seconds; then queues and caches settle."""

MEASURED_SECONDS: Final = 60.0
AIM_LATENCY_MS: Final = 25.0
AIM_STREAMS_A_CORE: Final = 60.0


class _Samples:
    """Stands in for a histogram and keeps every observation, so that percentiles are exact."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    def labels(self, stage: str) -> _Stage:
        return _Stage(self.seconds[stage])


class _Stage:
    def __init__(self, seconds: list[float]) -> None:
        self._seconds = seconds

    def observe(self, seconds: float) -> None:
        self._seconds.append(seconds)


async def _create_keys(settings: Settings, count: int) -> tuple[list[str], list[str]]:
    database = Database(settings.database_address)
    await database.open()
    try:
        created = [await KeyStore(database).create(f"DJ {number}") for number in range(count)]
    finally:
        await database.close()
    return [shown for shown, _ in created], [key.room for _, key in created]


async def _measure(streams: int, viewers: int, seconds: float) -> dict[str, Any]:
    metrics = Metrics()
    samples = _Samples()
    metrics.window_latency_seconds = samples  # type: ignore[assignment]  # see `_Samples`
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            port=0,
            data_dir=Path(folder),
            limits={
                "sessions_per_address": streams,
                "viewers_per_address": max(1, viewers),
                "sessions": streams,
            },
        )
        keys, rooms = await _create_keys(settings, streams)
        key_file = Path(folder) / "keys"
        key_file.write_text("\n".join(keys))
        async with running(settings, metrics=metrics) as addresses:
            spare_the_loop_long_collections()  # as `serve` does
            at = urlsplit(addresses.home)
            async with (
                load_process("benchmarks.publishers", addresses.whip, str(key_file)),
                load_process(
                    "benchmarks.watchers", str(at.hostname), str(at.port), str(viewers), *rooms
                ),
            ):
                await asyncio.sleep(WARM_UP_SECONDS)
                samples.seconds.clear()
                cpu, wall = time.process_time(), time.monotonic()
                await asyncio.sleep(seconds)
                cpu, wall = time.process_time() - cpu, time.monotonic() - wall
                stages = {name: list(values) for name, values in samples.seconds.items()}
    judged = metrics.registry.get_sample_value("djuv_windows_judged_total") or 0.0
    dropped = {
        sample.labels["reason"]: sample.value
        for metric in metrics.registry.collect()
        if metric.name == "djuv_windows_dropped"
        for sample in metric.samples
        if sample.name.endswith("_total")
    }
    return {
        "streams": streams,
        "viewers": viewers,
        "seconds": wall,
        "core_share": cpu / wall,
        "cpu_percent_a_stream": 100.0 * cpu / wall / streams,
        "streams_a_core": streams * wall / cpu,
        "windows_judged": judged,
        "windows_dropped": dropped,
        "latency_ms": {
            name: percentiles([1000.0 * value for value in values])
            for name, values in stages.items()
            if values
        },
    }


def run(quick: bool) -> dict[str, object]:
    """Return latency with streams and viewers, and the cost of streams alone."""
    if quick:
        return {"full": uvloop.run(_measure(2, 4, 4.0))}
    full = uvloop.run(_measure(STREAMS, VIEWERS, MEASURED_SECONDS))
    alone = uvloop.run(_measure(STREAMS, 0, MEASURED_SECONDS))
    return {
        "with_viewers": full,
        "streams_alone": alone,
        "aims": {
            f"p99 of `sent` < {AIM_LATENCY_MS} ms": full["latency_ms"]["sent"]["p99"],
            f"streams a core >= {AIM_STREAMS_A_CORE}": alone["streams_a_core"],
        },
    }
