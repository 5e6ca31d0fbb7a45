"""A set's course, small enough to draw: what the page's chart shows of up to many hours.

Points are gathered in buckets of equal length. When there are too many, neighbours are merged and
the length doubles; so a set of any length costs a bounded number of points, and each score a
constant effort.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.media import HOP_SECONDS, samples_to_seconds
from core.messages import Estimate, Finding, Score, Transition
from web.viewers import protocol

MOST_POINTS: Final = 2_000
"""Points kept, and the most that are given out."""

MOST_MARKS: Final = 2_048
"""Findings, and as many transitions, kept of a set; the oldest go first."""


@dataclass(slots=True)
class _Bucket:
    """The scores whose windows end within one stretch of time."""

    set_overall: Estimate | None = None  # the last one: the set's score is a running value
    window_sum: float = 0.0
    window_count: int = 0
    energy_sum: float = 0.0
    energy_count: int = 0

    def add(self, score: Score) -> None:
        if score.set_overall is not None:
            self.set_overall = score.set_overall
        if score.overall is not None:
            self.window_sum += score.overall.value
            self.window_count += 1
        if score.energy is not None:
            self.energy_sum += score.energy
            self.energy_count += 1

    def absorb(self, later: _Bucket) -> None:
        """Take in the bucket that follows this one."""
        self.set_overall = later.set_overall or self.set_overall
        self.window_sum += later.window_sum
        self.window_count += later.window_count
        self.energy_sum += later.energy_sum
        self.energy_count += later.energy_count

    def copy(self) -> _Bucket:
        return _Bucket(
            self.set_overall,
            self.window_sum,
            self.window_count,
            self.energy_sum,
            self.energy_count,
        )

    @property
    def window_mean(self) -> float | None:
        return round(self.window_sum / self.window_count, 3) if self.window_count else None

    @property
    def energy_mean(self) -> float | None:
        return round(self.energy_sum / self.energy_count, 4) if self.energy_count else None


class RoomTimeline:
    """The course of one epoch.

    Parameters
    ----------
    most_points
        Bound of the points kept.
    """

    def __init__(self, most_points: int = MOST_POINTS) -> None:
        self._most_points = most_points
        self._bucket_seconds = HOP_SECONDS
        self._buckets: list[_Bucket | None] = []
        self._transitions: OrderedDict[int, Transition] = OrderedDict()
        self._findings: deque[Finding] = deque(maxlen=MOST_MARKS)

    def add(self, message: object) -> None:
        """Take in one message; those that a timeline does not show are ignored."""
        if isinstance(message, Score):
            self._add_score(message)
        elif isinstance(message, Finding):
            self._findings.append(message)
        elif isinstance(message, Transition):
            self._transitions[message.index] = message
            if len(self._transitions) > MOST_MARKS:
                self._transitions.popitem(last=False)

    def _add_score(self, score: Score) -> None:
        # A window that ends at 10 s closes the bucket before 10 s.
        hop = max(0, round(samples_to_seconds(score.end_sample) / HOP_SECONDS) - 1)
        while hop // self._hops_per_bucket >= self._most_points:
            self._buckets = _merged(self._buckets, 2)
            self._bucket_seconds *= 2
        index = hop // self._hops_per_bucket
        self._buckets.extend([None] * (index + 1 - len(self._buckets)))
        bucket = self._buckets[index]
        if bucket is None:
            bucket = self._buckets[index] = _Bucket()
        bucket.add(score)

    @property
    def _hops_per_bucket(self) -> int:
        return round(self._bucket_seconds / HOP_SECONDS)

    def columns(self, resolution: int) -> dict[str, Any]:
        """Return the course as columns of equal length.

        Parameters
        ----------
        resolution
            Most points wanted.

        Returns
        -------
        dict
            `step_seconds` (between points); columns `time_seconds` (the end of each point's
            stretch), `set_overall`, `set_low`, `set_high`, `window_overall`, `energy` with None
            where nothing is known; and the lists `transitions` and `findings`.
        """
        factor = max(1, -(-len(self._buckets) // resolution))
        buckets = _merged(self._buckets, factor)
        step_seconds = self._bucket_seconds * factor
        present = [(index, bucket) for index, bucket in enumerate(buckets) if bucket is not None]
        points = [bucket for _, bucket in present]
        sets = [bucket.set_overall for bucket in points]
        return {
            "step_seconds": step_seconds,
            "time_seconds": [(index + 1) * step_seconds for index, _ in present],
            "set_overall": _column(sets, lambda estimate: estimate.value),
            "set_low": _column(sets, lambda estimate: estimate.low),
            "set_high": _column(sets, lambda estimate: estimate.high),
            "window_overall": [bucket.window_mean for bucket in points],
            "energy": [bucket.energy_mean for bucket in points],
            "transitions": [protocol.message_data(each)[1] for each in self._transitions.values()],
            "findings": [protocol.message_data(each)[1] for each in self._findings],
        }


def _merged(buckets: Sequence[_Bucket | None], factor: int) -> list[_Bucket | None]:
    """Return copies in which each run of `factor` neighbours has become one."""
    merged: list[_Bucket | None] = []
    for start in range(0, len(buckets), factor):
        run = [bucket for bucket in buckets[start : start + factor] if bucket is not None]
        if not run:
            merged.append(None)
            continue
        first = run[0].copy()
        for later in run[1:]:
            first.absorb(later)
        merged.append(first)
    return merged


def _column(
    estimates: Sequence[Estimate | None], part: Callable[[Estimate], float]
) -> list[float | None]:
    return [None if each is None else round(part(each), 3) for each in estimates]
