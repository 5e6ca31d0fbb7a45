"""Fair timing on a noisy machine: contenders take turns, CPU time counts, medians speak."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

import numpy as np


def interleaved_cpu_milliseconds(
    contenders: Mapping[str, Callable[[], object]], *, rounds: int, calls: int
) -> dict[str, list[float]]:
    """Time contenders in turns.

    Parameters
    ----------
    contenders
        What to call, by name.
    rounds
        How many turns each gets, after one that does not count.
    calls
        Calls in a turn.

    Returns
    -------
    dict
        For each contender the CPU milliseconds of one call, one figure a turn.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, call in contenders.items():
            begin = time.process_time()
            for _ in range(calls):
                call()
            if turn > 0:
                times[name].append((time.process_time() - begin) * 1000.0 / calls)
    return times


def medians(times: Mapping[str, list[float]]) -> dict[str, float]:
    """Return each contender's median."""
    return {name: statistics.median(values) for name, values in times.items()}


def median_ratio(times: Mapping[str, list[float]], peer: str, ours: str) -> float:
    """Return how many times `peer` costs what `ours` does: the median over turns taken together."""
    return statistics.median(p / o for p, o in zip(times[peer], times[ours], strict=True))


def percentiles(values: list[float]) -> dict[str, float]:
    """Return the median, 95th and 99th percentile of `values`."""
    found = np.percentile(values, [50, 95, 99])
    return {"p50": float(found[0]), "p95": float(found[1]), "p99": float(found[2])}
