"""A panel of people, simulated: how they would score sets whose worth is known.

A person j says of set i, facet by facet, on 1-10 and rounded to halves

    y_ij = 5.5 + a_j (x_i - 5.5) + b_j + halo_ij + c_j o_ij + noise

with the true x, stretch a, leniency b, an impression of the set that colours all facets alike
(halo), and a drift c by the position o in which it is heard. Of the set as a whole each person
thinks by weights of their own: taste. The deviations are those that panels of music show: on 549
public clips with ten raters each, one rater correlates with the rest at .64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as arrow
from numpy.typing import NDArray
from pyarrow import parquet

from core.messages import Component, Genre
from judge.panels import FACETS
from judge.scoring.weights import GENRE_WEIGHTS

LENIENCY_DEVIATION: Final = 0.65
STRETCH_DEVIATION: Final = 0.2
LEAST_STRETCH: Final = 0.3
HALO_DEVIATION: Final = 0.4
NOISE_DEVIATION: Final = 1.3
DRIFT_DEVIATION: Final = 0.3
"""Points from a person's first set to their last."""

TASTE_CONCENTRATION: Final = 30.0
"""Of the Dirichlet distribution round the genre's weights: each varies by about .08."""

JUDGES_A_BATTLE: Final = (5, 7)
POOL: Final = 12
MIDDLE: Final = 5.5
LOWEST: Final = 1.0
HIGHEST: Final = 10.0


@dataclass(frozen=True, slots=True)
class Person:
    """One judge of a pool; the defaults are one who is always right.

    Attributes
    ----------
    judge_id
        Name.
    leniency
        b, points.
    stretch
        a, 1 for the scale as it is meant.
    drift
        Points from the first set to the last.
    halo_deviation, noise_deviation
        Standard deviations, points.
    taste_seed
        Draws the weights by which this person sums up a set of each genre; None for the genre's.
    """

    judge_id: str
    leniency: float = 0.0
    stretch: float = 1.0
    drift: float = 0.0
    halo_deviation: float = 0.0
    noise_deviation: float = 0.0
    taste_seed: int | None = None

    def weights(self, genre: Genre) -> NDArray[np.float64]:
        """Return shares of the components, shape (4,), in a set of a genre."""
        usual = np.array([GENRE_WEIGHTS[genre][component] for component in Component])
        if self.taste_seed is None:
            return usual
        rng = np.random.default_rng([self.taste_seed, list(Genre).index(genre)])
        return rng.dirichlet(TASTE_CONCENTRATION * usual)


@dataclass(frozen=True, slots=True)
class TrueSet:
    """A set and its worth.

    Attributes
    ----------
    battle_id, participant_id
        Who played where.
    genre
        Whose weights sum it up.
    values
        Shape (4,): the components on 1-10, in the order of `core.messages.Component`; NaN where
        nothing can be said, which nobody then scores.
    """

    battle_id: str
    participant_id: str
    genre: Genre
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """What one person said of one set: a row of a panel's file."""

    battle_id: str
    participant_id: str
    judge_id: str
    order: int  # position in which this person heard it, from 1
    said: Mapping[str, float | None]  # by facet, 1-10


def draw_pool(rng: np.random.Generator, people: int = POOL) -> tuple[Person, ...]:
    """Draw the people from whom each battle's judges come."""
    return tuple(
        Person(
            judge_id=f"judge-{index + 1:02d}",
            leniency=float(rng.normal(0.0, LENIENCY_DEVIATION)),
            stretch=max(LEAST_STRETCH, float(rng.normal(1.0, STRETCH_DEVIATION))),
            drift=float(rng.normal(0.0, DRIFT_DEVIATION)),
            halo_deviation=HALO_DEVIATION,
            noise_deviation=NOISE_DEVIATION,
            taste_seed=int(rng.integers(2**31)),
        )
        for index in range(people)
    )


def convene(
    rng: np.random.Generator, pool: Sequence[Person], sets: Sequence[TrueSet]
) -> list[Score]:
    """Let people of a pool score sets, battle by battle.

    Parameters
    ----------
    rng
        Draws who judges which battle, in which order each of them hears them, and their errors.
    pool
        As many as `JUDGES_A_BATTLE` asks for, or more.
    sets
        The sets of a battle stand anywhere.

    Returns
    -------
    list of Score
        By set, then by judge.
    """
    battles = sorted({each.battle_id for each in sets})
    heard: dict[str, list[int]] = {person.judge_id: [] for person in pool}
    for battle in battles:
        seats = int(rng.integers(JUDGES_A_BATTLE[0], JUDGES_A_BATTLE[1] + 1))
        bench = rng.choice(len(pool), min(seats, len(pool)), replace=False)
        for seat in bench:
            indices = [i for i, each in enumerate(sets) if each.battle_id == battle]
            heard[pool[seat].judge_id] += rng.permutation(indices).tolist()
    scores: list[tuple[int, Score]] = []
    for person in pool:
        order = _by_battles(rng, heard[person.judge_id], sets)
        for position, index in enumerate(order):
            tired = position / max(1, len(order) - 1) - 0.5
            score = _said(rng, person, sets[index], tired)
            scores.append((index, replace(score, order=position + 1)))
    return [score for _, score in sorted(scores, key=lambda pair: (pair[0], pair[1].judge_id))]


def _by_battles(rng: np.random.Generator, indices: list[int], sets: Sequence[TrueSet]) -> list[int]:
    """Return sets in the order in which one person hears them: battles at random, each whole."""
    battles = sorted({sets[index].battle_id for index in indices})
    rank = dict(zip(battles, rng.permutation(len(battles)).tolist(), strict=True))
    return sorted(indices, key=lambda index: rank[sets[index].battle_id])


def _said(rng: np.random.Generator, person: Person, each: TrueSet, tired: float) -> Score:
    weights = np.where(np.isnan(each.values), 0.0, person.weights(each.genre))
    whole = float((weights * np.nan_to_num(each.values)).sum() / max(weights.sum(), 1e-9))
    true = np.append(each.values, whole)
    said = MIDDLE + person.stretch * (true - MIDDLE) + person.leniency + person.drift * tired
    said += rng.normal(0.0, person.halo_deviation)
    said += rng.normal(0.0, person.noise_deviation, len(said))
    rounded = np.clip(np.round(2 * said) / 2, LOWEST, HIGHEST).tolist()
    told = {
        facet: None if np.isnan(value) else value
        for facet, value in zip(FACETS, rounded, strict=True)
    }
    return Score(each.battle_id, each.participant_id, person.judge_id, 0, told)


# --- people from whom nothing can be learnt ------------------------------------------------------


def indifferent(scores: Iterable[Score], judge_id: str, value: float = 7.0) -> list[Score]:
    """Return a panel in which one person gives everybody the same."""
    return _changed(scores, judge_id, lambda _: dict.fromkeys(FACETS, value))


def upside_down(scores: Iterable[Score], judge_id: str) -> list[Score]:
    """Return a panel in which one person takes 1 for the best."""

    def mirrored(score: Score) -> Mapping[str, float | None]:
        return {f: None if y is None else LOWEST + HIGHEST - y for f, y in score.said.items()}

    return _changed(scores, judge_id, mirrored)


def copied(scores: Sequence[Score], judge_id: str, neighbour_id: str) -> list[Score]:
    """Return a panel in which one person writes down what a neighbour wrote, where they can."""
    seen = {
        (score.battle_id, score.participant_id): score.said
        for score in scores
        if score.judge_id == neighbour_id
    }

    def looked_up(score: Score) -> Mapping[str, float | None]:
        return seen.get((score.battle_id, score.participant_id), score.said)

    return _changed(scores, judge_id, looked_up)


def _changed(
    scores: Iterable[Score], judge_id: str, change: Callable[[Score], Mapping[str, float | None]]
) -> list[Score]:
    return [
        replace(score, said=change(score)) if score.judge_id == judge_id else score
        for score in scores
    ]


def write_panel(scores: Iterable[Score], path: Path) -> None:
    """Write a panel's file, as `djuniverse calibrate` reads it."""
    texts = ("battle_id", "participant_id", "judge_id")
    schema = arrow.schema(
        [(name, arrow.string()) for name in texts]
        + [("order", arrow.int32())]
        + [(facet, arrow.float64()) for facet in FACETS]
    )
    rows = [
        {name: getattr(score, name) for name in (*texts, "order")} | dict(score.said)
        for score in scores
    ]
    temporary = path.with_suffix(".part")
    parquet.write_table(arrow.Table.from_pylist(rows, schema=schema), temporary)
    temporary.replace(path)
