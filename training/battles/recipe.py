"""What a data set of battles is made of: who plays where, on which records, through which room."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from core.messages import Genre
from training.recipes import OPUS_BITRATES_BPS, SetDraw, drawn
from training.recipes import Recipe as SetRecipe
from training.simulator.flaws import Combinations
from training.simulator.nuisance import draw_nuisances
from training.simulator.randomness import pick, stream

GENRES: Final = (Genre.HOUSE, Genre.TECHNO, Genre.TRANCE, Genre.DUBSTEP)
CORNERS: Final = ("red", "blue")
TRAINING_SHARE: Final = 0.8
_SEEDS: Final = 2**31


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the data set is made; equal recipes make equal data sets.

    Attributes
    ----------
    battles
        How many, each with two participants.
    hops
        Length of each set in hops of 0.5 s.
    seed
        Draws everything.
    """

    battles: int = 1_000
    hops: int = 480
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Battle:
    """One battle.

    Attributes
    ----------
    battle_id
        Such as "battle-00042"; sorts as it is counted.
    genre
        What both play.
    split
        "train" or "test": no battle is in both.
    participants
        One draw for each of `CORNERS`.
    """

    battle_id: str
    genre: Genre
    split: str
    participants: tuple[SetDraw, ...]


def battle(recipe: Recipe, index: int) -> Battle:
    """Draw a battle: both DJs in one room, at one encoder, each with a skill of their own.

    What is drawn for a battle does not depend on how many there are.
    """
    rng = stream(recipe.seed, "battle", index)
    genre = pick(rng, GENRES)
    split = "train" if rng.uniform() < TRAINING_SHARE else "test"
    nuisances, bitrate_bps = draw_nuisances(rng), pick(rng, OPUS_BITRATES_BPS)
    sets = SetRecipe(hops=recipe.hops, combinations=Combinations.ALL)
    participants = []
    for corner in CORNERS:
        own = drawn(int(stream(recipe.seed, "participant", index, corner).integers(_SEEDS)), sets)
        style = replace(own.style, genre=genre)
        participants.append(replace(own, style=style, nuisances=nuisances, bitrate_bps=bitrate_bps))
    return Battle(f"battle-{index:05d}", genre, split, tuple(participants))
