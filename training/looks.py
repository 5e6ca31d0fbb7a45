"""Looks back on the transitions of rendered sets as a server would, to learn from.

The spans of transitions are blurred as the tracker's are, and each is looked at when the tracker
would: while it goes on, when its end is noticed and when it has settled. Rendered sets last some
minutes and played ones hours, so some are heard as if other sets had been played before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.hindsight import Hindsight
from judge.hindsight.likeness import KEPT_PORTRAITS, PORTRAIT_HOPS, Portraits, portrait
from judge.hindsight.record import Notes
from judge.scoring.looking_back import AGAIN_HOPS
from judge.scoring.tracking import BEGIN_HOPS, END_HOPS, SETTLE_HOPS
from judge.specification import LAG_HOPS
from training.dataset import Example

SETTLED_WEIGHT: Final = 1.0
UNDER_WAY_WEIGHT: Final = 0.4
START_BLUR_HOPS: Final = 2.0
END_BLUR_HOPS: Final = 2.5
"""How far the tracker is off, as a standard deviation."""

LATER_SHARE: Final = 0.5
"""Of sets that are heard as if late in a night."""
FEWEST_EARLIER: Final = 10
"""Portraits of other sets before such a one; at most as many as are kept."""

Portrayed = NDArray[np.float32]
"""Portraits of one set, shape (n, PORTRAIT_FEATURES)."""


@dataclass(frozen=True, slots=True)
class Looks:
    """N looks back at transitions.

    Attributes
    ----------
    features
        Shape (N, HINDSIGHT_FEATURES).
    told
        Shape (N, 15): true parts and measures.
    settled
        Shape (N,): whether it was the last look.
    set_number, hop
        Shapes (N,): of which set, and when.
    """

    features: NDArray[np.float32]
    told: NDArray[np.float64]
    settled: NDArray[np.bool_]
    set_number: NDArray[np.int64]
    hop: NDArray[np.int64]

    @property
    def weights(self) -> NDArray[np.float64]:
        """How much each counts, shape (N,)."""
        return np.where(self.settled, SETTLED_WEIGHT, UNDER_WAY_WEIGHT)


def looks_at(examples: list[Example], seed: int) -> Looks:
    """Look back on all transitions of some sets."""
    album = [_portrayed(example) for example in examples]
    found = []
    for number, example in enumerate(examples):
        rng = np.random.default_rng([seed, number])
        others = [*album[:number], *album[number + 1 :]]
        memory = Hindsight(_earlier(others, rng))
        found += [(number, *look) for look in _looks(example, memory, rng)]
    numbers, hops, settled, told, features = zip(*found, strict=True)
    return Looks(
        features=np.array(features, np.float32),
        told=np.array(told, np.float64),
        settled=np.array(settled),
        set_number=np.array(numbers),
        hop=np.array(hops),
    )


@dataclass(frozen=True, slots=True)
class _Moment:
    """When a transition is looked at, and what is known of its span by then."""

    hop: int
    row: int
    span: tuple[int, int]
    floor_hop: int
    settled: bool


def _portrayed(example: Example) -> Portrayed:
    rows = example.features.notes
    starts = range(0, len(rows) - PORTRAIT_HOPS + 1, PORTRAIT_HOPS)
    return np.array([portrait(Notes(rows[start : start + PORTRAIT_HOPS])) for start in starts])


def _earlier(others: list[Portrayed], rng: np.random.Generator) -> Portraits:
    """Return what was played before a set: nothing, or whole other sets up to some length."""
    portraits = Portraits()
    if not others or rng.uniform() >= LATER_SHARE:
        return portraits
    count = round(float(np.exp(rng.uniform(np.log(FEWEST_EARLIER), np.log(KEPT_PORTRAITS)))))
    rows: list[NDArray[np.float32]] = []
    while len(rows) < count:
        rows += list(others[int(rng.integers(len(others)))])
    for age, row in zip(range(count, 0, -1), rows, strict=False):
        portraits.add(-age * PORTRAIT_HOPS, row)
    return portraits


def _looks(
    example: Example, memory: Hindsight, rng: np.random.Generator
) -> Iterator[tuple[int, bool, NDArray[np.float64], NDArray[np.float32]]]:
    truth, features = example.truth, example.features
    due: dict[int, list[_Moment]] = {}
    for moment in _moments(truth.spans, len(features.evidence), rng):
        due.setdefault(moment.hop, []).append(moment)
    for hop, (evidence, note) in enumerate(zip(features.evidence, features.notes, strict=True)):
        memory.hear(hop, evidence.astype(np.float32), note)
        for moment in due.get(hop, ()):
            told = np.concatenate(
                (truth.course.parts[moment.row], truth.course.measures[moment.row])
            )
            yield hop, moment.settled, told, memory.features(moment.span, moment.floor_hop)


def _moments(spans: NDArray[np.int64], hops: int, rng: np.random.Generator) -> Iterator[_Moment]:
    """Yield looks while a transition goes on, when its end is noticed and when it has settled."""
    floor = 0
    for row, (first, last) in enumerate(spans.tolist()):
        start = max(first + round(rng.normal(0, START_BLUR_HOPS)), floor, 0)
        end = max(last + 1 + round(rng.normal(0, END_BLUR_HOPS)), start + 1)
        begun = start + LAG_HOPS + BEGIN_HOPS - 1
        noticed = end + LAG_HOPS + END_HOPS - 1
        settling = end + LAG_HOPS + SETTLE_HOPS
        if row + 1 < len(spans):  # the next one may begin before this one has settled
            next_begun = int(spans[row + 1, 0]) + LAG_HOPS + BEGIN_HOPS - 1
            settling = max(min(settling, next_begun), noticed)
        due = {begun, begun + 2 * AGAIN_HOPS, (begun + noticed) // 2, noticed}
        for hop in sorted({*(hop for hop in due if hop < settling), settling}):
            known_end = end if hop >= noticed else max(hop - LAG_HOPS + 1, start + 1)
            if hop < hops:
                yield _Moment(hop, row, (start, known_end), floor, hop == settling)
        floor = end
