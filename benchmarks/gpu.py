"""Windows a second and latency by batch, on each provider that works, with CUDA graphs and without.

A window is judged as in production: mel of the new hop, trunk on the new frames, head on the
window's columns. Where there is no GPU only the CPU provider is measured, and the result says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from benchmarks.timing import percentiles
from core.errors import DjUniverseError
from inference.batching import BUCKETS
from inference.placement import Placement
from inference.providers import PREFERENCE, Provider
from judge.mel.specification import SLICE_SAMPLES
from judge.networks import PARTS, Networks
from judge.readings import MEL_BANDS
from judge.specification import (
    HOP_TRUNK_FRAMES,
)

WARM_UP_CALLS: Final = 5
BUDGET_SECONDS: Final = 10.0


def _batch(networks: Networks, size: int) -> Callable[[], None]:
    """Return a call that judges `size` windows of noise."""
    generator = np.random.default_rng(size)

    def noise(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return generator.standard_normal((size, *shape), dtype=np.float32)

    samples, frames = noise(SLICE_SAMPLES), noise(HOP_TRUNK_FRAMES, MEL_BANDS)
    inputs = {name: noise(*shape) for name, shape in PARTS["head"].items()}

    def judge() -> None:
        networks.mel.log_mel(samples, size)
        networks.columns(frames, size)
        networks.head.run(inputs, size)

    return judge


def _measure(networks: Networks, size: int, seconds: float) -> dict[str, float]:
    judge = _batch(networks, size)
    for _ in range(WARM_UP_CALLS):
        judge()
    milliseconds: list[float] = []
    begin = time.monotonic()
    while time.monotonic() - begin < seconds or len(milliseconds) < WARM_UP_CALLS:
        called = time.perf_counter()
        judge()
        milliseconds.append((time.perf_counter() - called) * 1000.0)
    found = percentiles(milliseconds)
    return found | {"windows_a_second": size * 1000.0 / found["p50"]}


def _provider(provider: Provider, graphs: bool, seconds: float) -> dict[str, Any]:
    placement = Placement(provider=provider, graphs=graphs)
    try:
        networks = Networks.load(providers=[provider.value], placement=placement)
    except DjUniverseError as error:
        return {"not_measured": str(error)}
    return {f"batch {size}": _measure(networks, size, seconds) for size in BUCKETS}


def run(quick: bool) -> dict[str, object]:
    """Return latency in milliseconds and throughput by provider and batch."""
    seconds = 0.05 if quick else BUDGET_SECONDS
    found: dict[str, object] = {}
    for provider in PREFERENCE:
        for graphs in (True, False) if provider.on_gpu else (False,):
            name = f"{provider.value}{', CUDA graphs' if graphs else ''}"
            found[name] = _provider(provider, graphs, seconds)
    return {"unit": "ms a batch, host to host", "providers": found}
