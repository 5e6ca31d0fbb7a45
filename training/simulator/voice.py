"""What every tonal instrument is: something that turns a frequency into a sound."""

from __future__ import annotations

from typing import Protocol

from training.simulator.synthesis import Audio


class Voice(Protocol):
    """An instrument, its knobs set."""

    def __call__(self, frequency_hz: float, samples: int, /) -> Audio:
        """Return a note held for `samples`, which may ring on.

        Shape (n,) or, with sides of their own, (n, 2).
        """
        ...
