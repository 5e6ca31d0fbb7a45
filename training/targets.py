"""What the network should say of each hop of a set, and where it is asked at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.media import HOP_SECONDS
from judge.scoring.passages import mixing_row
from judge.scoring.tracking import SETTLE_HOPS
from judge.specification import (
    LAG_HOPS,
    MEASURE_SCALES,
    PARTS,
    TRANSITION_FEATURES,
    TRANSITIONS,
)
from training.renders import Truth

DURING: Final = 0.4
SETTLING: Final = 1.0
LATER: Final = 0.15
"""How much a hop counts for a transition's parts: while it goes on, in the half minute after, when
its last word is taken, and later."""

SETTLING_HOPS: Final = SETTLE_HOPS + LAG_HOPS + 12
MIXING_BLUR: Final = 0.1
MISSED: Final = 0.15
"""What a server knows of earlier transitions is the network's own reading of them: some are
missed, all are a little off."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Targets of N hops.

    Attributes
    ----------
    active
        Shape (N, 1): whether a transition was under way `LAG_HOPS` ago.
    parts, measures, kind
        Shapes (N, 10), (N, 5), (N,): of the newest transition; nothing before the first.
    weight
        Shape (N,): how much the three above count.
    windows, levels, section, techniques
        Shapes (N, 2), (N, 2), (N,), (N, 7).
    """

    active: Tensor
    parts: Tensor
    measures: Tensor
    kind: Tensor
    weight: Tensor
    windows: Tensor
    levels: Tensor
    section: Tensor
    techniques: Tensor


def targets_of(truth: Truth, first_hop: int = 0) -> Targets:
    """Return the targets of a set that is heard from `first_hop` on."""
    course = truth.course
    hops = len(course.newest)
    newest = course.newest
    lagged = np.concatenate((np.zeros(LAG_HOPS), course.active[: hops - LAG_HOPS]))
    starts = truth.spans[:, 0] if len(truth.spans) else np.zeros(0, np.int64)
    known = newest >= 0
    heard = np.zeros(hops, dtype=np.bool_)
    heard[known] = starts[newest[known]] >= first_hop
    age = course.age_hops
    weight = np.where(age < 0, DURING, np.where(age <= SETTLING_HOPS, SETTLING, LATER))
    row = np.maximum(newest, 0)
    some = len(course.parts) > 0
    parts = course.parts[row] if some else np.ones((hops, PARTS))
    measures = course.measures[row] if some else np.zeros((hops, len(MEASURE_SCALES)))
    kind = course.kind[row] if some else np.zeros(hops, np.int64)

    def cut(values: NDArray[np.generic], dtype: torch.dtype = torch.float32) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values[first_hop:])).to(dtype)

    return Targets(
        active=cut(lagged[:, None]),
        parts=cut(parts),
        measures=cut(measures / np.array(MEASURE_SCALES)),
        kind=cut(kind, torch.long),
        weight=cut(np.where(heard, weight, 0.0)),
        windows=cut(course.windows),
        levels=cut(course.levels.T),
        section=cut(course.section, torch.long),
        techniques=cut(course.techniques),
    )


def mixing_tables(
    truth: Truth, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return what a server would know of earlier transitions, and when.

    Returns
    -------
    tuple
        Tables of shape (S, 10, 6), and for each hop which one holds, shape (N,).
    """
    hops = len(truth.course.newest)
    which = np.zeros(hops, dtype=np.int64)
    tables = [np.zeros((TRANSITIONS, TRANSITION_FEATURES), np.float32)]
    for (start, end), parts in zip(truth.spans, truth.course.parts, strict=True):
        if rng.uniform() < MISSED:
            continue
        blurred = np.clip(parts + rng.normal(0, MIXING_BLUR, len(parts)), 0.0, 1.0)
        table = np.roll(tables[-1], -1, axis=0)
        table[-1] = mixing_row(float(end - start) * HOP_SECONDS, blurred)
        tables.append(table)
        which[max(end + LAG_HOPS + SETTLE_HOPS, 0) :] = len(tables) - 1
    return np.stack(tables), which
