"""The splits: which held-out sets a judge is asked about, and in what they differ from training's.

A is alike but for the seeds. The others each take away something the training could lean on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.errors import ConfigurationInvalid
from training.evaluation import recordings
from training.evaluation.cases import Case
from training.evaluation.mixes import Mixed, MixFlaws, folded
from training.evaluation.plan import Plan
from training.evaluation.recordings import Recording
from training.evaluation.simulated import Drawn
from training.evaluation.styles import StyleWords
from training.simulator.set_plan import GENRES

MOST_STRETCH: Final = 0.12
"""Two recordings whose tempi differ by more are not mixed."""

SOLO_SECONDS: Final = (18.0, 32.0)
OVERLAP_SECONDS: Final = (10.0, 20.0)
AFTER_SECONDS: Final = 25.0


@dataclass(frozen=True, slots=True)
class Split:
    """One kind of held-out sets; `missing` says why there are none."""

    letter: str
    title: str
    cases: tuple[Case, ...]
    missing: str | None = None

    @property
    def name(self) -> str:
        """Letter and title."""
        return f"{self.letter} {self.title}"


def splits(plan: Plan) -> list[Split]:
    """Return the splits A to F, those that cannot be examined with the reason."""
    seeds = plan.seeds
    made: list[tuple[str, str, Callable[[], tuple[Case, ...]]]] = [
        ("A", "alike", lambda: alike(plan)),
        ("B", "unseen families", lambda: _styled(
            plan, seeds.unseen_families, StyleWords(family="unseen"))),
        ("D", "real recordings, injected flaws", lambda: real_flawed(plan)),
        ("E", "unseen flaw combinations", lambda: _styled(
            plan, seeds.combinations, StyleWords(combinations="unseen"))),
        ("F", "second effects", lambda: _styled(
            plan, seeds.effects, StyleWords(effects="second"))),
    ]  # fmt: skip
    found = [_split(letter, title, cases) for letter, title, cases in made]
    without = [_without(plan, genre.value) for genre in GENRES]
    return sorted([*found, *without], key=lambda split: split.name)


def _split(letter: str, title: str, cases: Callable[[], tuple[Case, ...]]) -> Split:
    try:
        return Split(letter, title, cases())
    except ConfigurationInvalid as error:
        return Split(letter, title, (), str(error))


def alike(plan: Plan) -> tuple[Case, ...]:
    """Return sets as the training's, from seeds far from its own."""
    sizes = plan.sizes
    return tuple(
        Case(Drawn(plan.seeds.alike + number), sizes.alike_hops)
        for number in range(sizes.alike_sets)
    )


def fitted(plan: Plan) -> tuple[Case, ...]:
    """Return sets of the training's own seeds, to which baselines are fitted."""
    sizes = plan.sizes
    return tuple(
        Case(Drawn(plan.seeds.training + number), sizes.fitted_hops)
        for number in range(sizes.fitted_sets)
    )


def _styled(plan: Plan, first_seed: int, style: StyleWords) -> tuple[Case, ...]:
    style.style()  # refuses what this simulator does not have
    sizes = plan.sizes
    return tuple(
        Case(Drawn(first_seed + number, style), sizes.split_hops)
        for number in range(sizes.split_sets)
    )


def _without(plan: Plan, genre: str) -> Split:
    """Return sets of a genre for the judge that never heard it."""
    title, folder = f"{genre} left out of training", f"without-{genre}"
    if not (plan.models / folder).is_dir():
        reason = f"no judge trained without {genre}: put its models into {folder} within the models"
        return Split("C", title, (), reason)
    style, sizes = StyleWords(genre=genre), plan.sizes
    first = plan.seeds.genre + 10_000 * [each.value for each in GENRES].index(genre)
    cases = tuple(
        Case(Drawn(first + number, style), sizes.split_hops, models=folder)
        for number in range(sizes.split_sets)
    )
    return Split("C", title, cases)


def mixable(found: list[Recording]) -> list[tuple[Recording, Recording]]:
    """Return the ordered pairs of two recordings whose tempi lie near enough to mix.

    Raises
    ------
    ConfigurationInvalid
        If there are none.
    """
    pairs = [
        (first, second)
        for first in found
        for second in found
        if first != second and abs(folded(first.bpm / second.bpm) - 1) <= MOST_STRETCH
    ]
    if not pairs:
        raise ConfigurationInvalid(recordings.ABSENT[0].upper() + recordings.ABSENT[1:] + ".")
    return pairs


def real_mixes(plan: Plan, count: int, stream: int) -> list[tuple[Mixed, np.random.Generator]]:
    """Return clean mixes of recordings drawn from a stream of seeds, each with its own chance."""
    pairs = mixable(recordings.found())
    mixes = []
    for number in range(count):
        rng = np.random.default_rng([plan.seeds.real, stream, number])
        first, second = pairs[int(rng.integers(len(pairs)))]
        solo, overlap = float(rng.uniform(*SOLO_SECONDS)), float(rng.uniform(*OVERLAP_SECONDS))
        mixes.append((Mixed(first, second, solo, overlap), rng))
    return mixes


def mixed_hops(plan: Plan, mix: Mixed) -> int:
    """Return how long a mix plays: both alone, and together."""
    seconds = mix.solo_seconds + mix.overlap_seconds + AFTER_SECONDS
    return plan.sizes.recorded_hops if plan.tiny else round(2 * seconds)


def real_flawed(plan: Plan) -> tuple[Case, ...]:
    """Return mixes of real recordings with flaws drawn at random; a third are clean."""
    return tuple(
        Case(
            Mixed(mix.first, mix.second, mix.solo_seconds, mix.overlap_seconds, draw_flaws(rng)),
            mixed_hops(plan, mix),
        )
        for mix, rng in real_mixes(plan, plan.sizes.real_flawed, 1)
    )


def draw_flaws(rng: np.random.Generator) -> MixFlaws:
    """Draw what goes wrong in a mix of recordings."""
    if rng.uniform() < 1 / 3:
        return MixFlaws()

    def size(low: float, high: float) -> float:
        return float(rng.uniform(low, high)) if rng.uniform() < 0.4 else 0.0

    sign = -1.0 if rng.uniform() < 0.5 else 1.0
    return MixFlaws(
        offset_ms=sign * size(12, 120),
        tempo_percent=sign * size(0.1, 3),
        level_db=-size(1.5, 9),
        silence_seconds=float(rng.uniform(0.3, 3)) if rng.uniform() < 0.15 else 0.0,
        clip_db=size(1.5, 8),
    )
