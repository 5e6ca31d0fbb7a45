"""What sets the judge learns from: which seeds, how long, in which style, through which room."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from core.messages import Genre
from training.simulator import SetStyle
from training.simulator.arrangement import Pace
from training.simulator.flaws import BROAD, SEASONED, Combinations, Flaws, Skill
from training.simulator.nuisance import Nuisances, draw_nuisances
from training.simulator.randomness import pick, stream
from training.simulator.transitions import Draw, Revise

MASTERLY: Final = Skill(0.88, 0.11, 0.01)
CLUMSY: Final = Skill(0.08, 0.37, 0.55)
SKILLS: Final = (MASTERLY, SEASONED, BROAD, BROAD, CLUMSY)
"""DJs differ: over all sets this leaves about as many clean, mild and severe transitions as one
broad skill does, but a set is a good or a bad one, as people's are."""

PACES: Final = (Pace.RAPID, Pace.RAPID, Pace.BRISK)
"""Mostly rapid: what is to be learnt of transitions grows with their number."""

TRICKS: Final = (0.0, 0.5, 1.0, 1.0, 2.0)
MONOTONE_SETS: Final = 0.4
"""Share of sets whose DJ keeps, more or less, to tracks in which little happens."""
WRECKED_SETS: Final = 0.2
"""Share for training; what `training.evaluation` examines on has none beyond the usual."""

WRECKED_SHARE: Final = 0.7
"""Of a wrecked set's transitions, how many have each flaw of a train wreck."""
WRECK_TEMPO_PERCENT: Final = (0.8, 6.0)
WRECK_OFFSET_MS: Final = (40.0, 220.0)
"""Beats that do not match at all. A few in a hundred transitions of usual sets are as bad, too few
to learn from that two tempi which stay apart are no change of tempo."""

STRAIGHT_CABLE: Final = 0.35
"""Share of sets without any nuisance: most DJs stream from the mixer."""
OPUS_BITRATES_BPS: Final = (96_000, 128_000, 192_000, 256_000)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a data set is made.

    Attributes
    ----------
    sets
        How many.
    hops
        Length of each in hops of 0.5 s.
    seed
        Set `i` is made from seed `seed + i`.
    combinations
        Which flaws may come together; some pairs are kept from training (split E).
    without_genre
        A genre that is left out (split C).
    wrecked
        Share of sets whose DJ cannot match beats.
    """

    sets: int = 400
    hops: int = 440
    seed: int = 0
    combinations: Combinations = Combinations.TRAINED
    without_genre: Genre | None = None
    wrecked: float = 0.0


@dataclass(frozen=True, slots=True)
class SetDraw:
    """One set of a recipe."""

    seed: int
    style: SetStyle
    revise: Revise | None
    nuisances: Nuisances
    bitrate_bps: int


def drawn(seed: int, recipe: Recipe) -> SetDraw:
    """Draw one set; equal arguments give equal sets."""
    rng = stream(seed, "recipe")
    genres = [genre for genre in Genre if genre not in (Genre.OTHER, recipe.without_genre)]
    style = SetStyle(
        genre=pick(rng, genres),
        pace=pick(rng, PACES),
        skill=pick(rng, SKILLS),
        combinations=recipe.combinations,
        tricks=pick(rng, TRICKS),
    )
    if recipe.without_genre is not None:
        style = replace(style, genre_changes=0.0)
    monotone = bool(rng.uniform() < MONOTONE_SETS)
    monotony = float(rng.uniform(0.2, 1.0))
    straight = rng.uniform() < STRAIGHT_CABLE
    return SetDraw(
        seed=seed,
        style=style,
        revise=_revised(seed, monotony if monotone else 0.0, wrecked=_is_wrecked(seed, recipe)),
        nuisances=Nuisances.none() if straight else draw_nuisances(stream(seed, "nuisances")),
        bitrate_bps=pick(rng, OPUS_BITRATES_BPS),
    )


def _is_wrecked(seed: int, recipe: Recipe) -> bool:
    """Say whether a set is; of a stream of its own, so that all others stay what they were."""
    return bool(stream(seed, "wrecked").uniform() < recipe.wrecked)


def _revised(seed: int, monotony: float, *, wrecked: bool) -> Revise | None:
    """Return what makes some tracks monotonous and the beats of a wrecked set miss each other."""
    if not wrecked and monotony == 0:
        return None

    def revise(index: int, draw: Draw) -> Draw:
        flaws = draw.flaws
        if stream(seed, "flat", index).uniform() < monotony:
            flaws = replace(flaws, monotone=True)
        return Draw(draw.kind, _wrecked(flaws, stream(seed, "wreck", index)) if wrecked else flaws)

    return revise


def _wrecked(flaws: Flaws, rng: np.random.Generator) -> Flaws:
    """Return flaws with beats apart; none makes one of the pairs that training never shows.

    The tempo stays as it is where two tracks do not play together.
    """
    apart, late = rng.uniform(size=2) < WRECKED_SHARE
    signs = np.sign(rng.uniform(-1, 1, 2))
    if apart and flaws.clip_drive_db == 0:
        percent = float(np.exp(rng.uniform(*np.log(WRECK_TEMPO_PERCENT))))
        flaws = replace(flaws, tempo_difference_percent=float(signs[0]) * percent)
    if late and abs(flaws.key_fifths) <= 1:
        offset_ms = float(signs[1] * rng.uniform(*WRECK_OFFSET_MS))
        flaws = replace(flaws, offset_ms=offset_ms)
    return flaws


def seeds(recipe: Recipe) -> range:
    """Return the seeds of a recipe."""
    return range(recipe.seed, recipe.seed + recipe.sets)


def order_of(recipe: Recipe) -> np.random.Generator:
    """Return what shuffles a recipe's sets, the same every time."""
    return stream(recipe.seed, "order")
