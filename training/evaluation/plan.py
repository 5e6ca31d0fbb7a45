"""How much is examined, from which seeds, and what an examination is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Final, Protocol

from training.evaluation.cases import Case
from training.evaluation.chapters import Chapter
from training.evaluation.judging import Traces


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of sets and their lengths in hops of 0.5 s.

    Attributes
    ----------
    alike_sets, alike_hops
        Split A, which the streaming curve and the listening figures are taken from as well.
    split_sets, split_hops
        Each of the other simulated splits.
    fitted_sets, fitted_hops
        What baselines are fitted to, from the training's own seeds.
    pair_seeds, dose_seeds, pair_hops
        Matched pairs and doses; one transition and what follows must fit in.
    invariance_sets, gaming_sets, treated_hops
        Sets whose sound is treated.
    real_pairs, real_flawed
        Mixes of real recordings: clean ones against their wrecks, and with flaws injected.
    recordings, recorded_hops
        Real recordings whose tempo is asked for.
    cost_hops
        Hops whose cost is measured.
    """

    alike_sets: int = 40
    alike_hops: int = 1_200
    split_sets: int = 24
    split_hops: int = 480
    fitted_sets: int = 40
    fitted_hops: int = 240
    pair_seeds: int = 24
    dose_seeds: int = 8
    pair_hops: int = 200
    invariance_sets: int = 10
    gaming_sets: int = 10
    treated_hops: int = 400
    real_pairs: int = 60
    real_flawed: int = 40
    recordings: int = 40
    recorded_hops: int = 80
    cost_hops: int = 240

    def scaled(self, factor: float) -> Sizes:
        """Return so many times as many sets, at least one of each; lengths stay."""
        counts = {
            field.name: max(1, round(factor * getattr(self, field.name)))
            for field in fields(self)
            if not field.name.endswith("_hops")
        }
        return replace(self, **counts)


TINY: Final = Sizes(
    alike_sets=2,
    alike_hops=30,
    split_sets=1,
    split_hops=22,
    fitted_sets=2,
    fitted_hops=22,
    pair_seeds=1,
    dose_seeds=1,
    pair_hops=22,
    invariance_sets=1,
    gaming_sets=1,
    treated_hops=22,
    real_pairs=1,
    real_flawed=1,
    recordings=1,
    recorded_hops=22,
    cost_hops=24,
)
"""A trial of the way: its figures mean nothing."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """First seeds; training counts from 0 and never comes near."""

    training: int = 0
    alike: int = 1_000_000
    unseen_families: int = 2_000_000
    genre: int = 3_000_000
    combinations: int = 4_000_000
    pairs: int = 5_000_000
    effects: int = 6_000_000
    treated: int = 7_000_000
    real: int = 8_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What is examined.

    Attributes
    ----------
    models
        Folder of the exported models; `without-GENRE` folders within are other judges, for split C.
    tiny
        A trial: few values of everything.
    """

    models: Path
    sizes: Sizes
    seeds: Seeds = Seeds()
    tiny: bool = False

    def described(self) -> dict[str, object]:
        """Return seeds and sizes for the report."""
        return {"sizes": asdict(self.sizes), "first_seeds": asdict(self.seeds), "tiny": self.tiny}


class Examination(Protocol):
    """One thing that is examined."""

    name: str

    def cases(self, plan: Plan) -> list[Case]:
        """Return what must be judged for it; raise `ConfigurationInvalid` where that cannot be."""
        ...

    def chapter(self, plan: Plan, traces: Traces, pictures: Path) -> Chapter:
        """Conclude from what was judged, and put plots into `pictures`."""
        ...
