"""What is to be judged: a source, how long, what happens to its sound, and by which models."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.evaluation.alone import TrackAlone
from training.evaluation.mixes import Mixed
from training.evaluation.recordings import ROOT
from training.evaluation.simulated import Drawn, Simulated
from training.evaluation.tapes import Recorded

JUDGE: Final = ""
"""The judge itself: models of the folder that is examined, not of one within it."""

_OURS: Final = (
    *("alone", "cases", "mixes", "recordings", "serving", "simulated", "sources", "styles"),
    *("tapes", "traces", "treatments"),
)
SOURCES: Final = (
    *("core/media.py", "inference", "judge", "training/simulator"),
    *("training/codecs.py", "training/opus.py", "training/recipes.py"),
    *(f"training/evaluation/{name}.py" for name in _OURS),
)
"""What a trace follows from besides its case and the models."""


@dataclass(frozen=True, slots=True)
class Case:
    """One set to be judged.

    Attributes
    ----------
    source
        Its sound.
    hops
        How long, in hops of 0.5 s.
    treatment
        Name in `training.evaluation.treatments.TREATMENTS`; None leaves the sound.
    models
        Folder within the examined one, such as `without-house`; empty for the judge itself.
    step_hops
        From one window that is kept to the next: neighbours share nearly all of their sound.
    """

    source: Simulated | Drawn | TrackAlone | Mixed | Recorded
    hops: int
    treatment: str | None = None
    models: str = JUDGE
    step_hops: int = 5

    def digest(self) -> str:
        """Return a name for it: equal cases have equal ones."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:24]


def code_digest(root: Path = ROOT) -> str:
    """Return a digest of all code that a trace follows from."""
    digest = hashlib.sha256()
    for source in SOURCES:
        path = root / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
