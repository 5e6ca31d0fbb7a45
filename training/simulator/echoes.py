"""Echo-outs: what a DJ asks of the effect, whichever mixer it is in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Echo:
    """An echo-out: the last stretch before `cut_sample` comes back, each time softer."""

    cut_sample: float
    length_samples: float
    feedback: float
    repeats: int

    @property
    def end_sample(self) -> float:
        """When the last repeat is over."""
        return self.cut_sample + self.repeats * self.length_samples
