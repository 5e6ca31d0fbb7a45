"""A panel whose severities, and a judge whose distortion, are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.messages import Component, Genre
from judge.panels import FACETS, Opinions, Panel
from judge.panels.panel import Array

MODEL = "a" * 64
NOISE = 1.3


@dataclass(frozen=True)
class Truth:
    quality: dict[str, Array]  # of each facet, (sets,), 1-10
    leniency: Array  # (judges,)
    stretch: Array  # (judges,)
    drift: float


def simulate(
    seed: int,
    sets: int,
    judges: int,
    *,
    density: float = 1.0,
    drift: float = 0.0,
    distort=lambda quality: quality,
    judge_error: float = 0.5,
    reach: float = 0.82,
) -> tuple[Panel, Opinions, Truth]:
    """Simulate y = a_j x + b_j + halo + drift + noise, rounded to halves.

    `distort` maps the truth to what the judge says of it, to which a normal error is added.
    """
    random = np.random.default_rng(seed)
    skill = random.normal(0, 0.8, sets)
    components = {c.value: skill + random.normal(0, 1.0, sets) for c in Component}
    quality = {**components, "overall": np.mean(list(components.values()), axis=0)}
    leniency, stretch = random.normal(0, 0.65, judges), random.normal(1, 0.2, judges)
    order = np.array([random.permutation(sets) for _ in range(judges)], float).T
    halo = random.normal(0, 0.4, (sets, judges))
    heard = random.random((sets, judges)) < density
    scores = {}
    for facet in FACETS:
        said = 5.5 + np.outer(quality[facet], stretch) + leniency + halo
        said = said + drift * (order - order.mean()) + random.normal(0, NOISE, (sets, judges))
        scores[facet] = np.where(heard, np.clip(np.round(2 * said) / 2, 1, 10), np.nan)
    opinion = {
        c: np.clip(distort(5.5 + quality[c]) + random.normal(0, judge_error, sets), 1, 10)
        for c in Component
    }
    panel = Panel(
        judges=tuple(f"judge {index}" for index in range(judges)),
        sets=tuple(f"dj {index}" for index in range(sets)),
        battles=tuple(f"battle {index // 2}" for index in range(sets)),
        scores=scores,
        order=np.where(heard, order, np.nan),
    )
    reaches = {c: np.full(sets, reach) for c in Component}
    opinions = Opinions(opinion, reaches, (Genre.HOUSE,) * sets, MODEL)
    truth = Truth({f: 5.5 + q for f, q in quality.items()}, leniency, stretch, drift)
    return panel, opinions, truth
