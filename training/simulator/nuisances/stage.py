"""What every nuisance is, and where sounds of their own stand in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np

from training.simulator.rendering import HEADROOM_DB
from training.simulator.synthesis import Audio

MUSIC_RMS: Final = 10 ** ((-12 - HEADROOM_DB) / 20)
"""What mastered club music measures on one side, once a mixer has left its headroom: crowd and
speech are set beside it."""


class Stage(Protocol):
    """Changes a stream of blocks."""

    @property
    def delay_samples(self) -> int:
        """How late the sound comes out."""
        ...

    def __call__(self, block: Audio) -> Audio:
        """Take the next block, shape (samples, 2), and return one of the same length."""
        ...


def level_of(audio: Audio) -> float:
    """Return the root-mean-square of a sound."""
    return float(np.sqrt(np.mean(audio**2))) + 1e-9


@dataclass(slots=True)
class Placed:
    """Sounds that begin at samples of their own and may reach over many blocks."""

    _sounds: list[tuple[int, Audio]] = field(default_factory=list)

    def add(self, start: int, sound: Audio) -> None:
        """Let a sound, shape (samples, ...), begin at sample `start`."""
        self._sounds.append((start, sound))

    def mix_into(self, output: Audio, start: int) -> None:
        """Add what sounds from sample `start` on to `output`; call in order of time."""
        end = start + len(output)
        for begins, sound in self._sounds:
            first, last = max(start, begins), min(end, begins + len(sound))
            if first < last:
                output[first - start : last - start] += sound[first - begins : last - begins]
        self._sounds = [(at, sound) for at, sound in self._sounds if at + len(sound) > end]
