"""How sixteenths of a loop fall on samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.simulator.melody import STEPS_PER_BAR
from training.simulator.synthesis import Audio


@dataclass(frozen=True, slots=True)
class LoopTime:
    """The grid of one loop."""

    samples_per_step: float
    bars: int
    swing: float  # share of a sixteenth by which every second one comes late

    @property
    def samples(self) -> int:
        """Length of the loop."""
        return round(self.samples_per_step * STEPS_PER_BAR * self.bars)

    def position(self, step: float) -> float:
        """Return the sample of a step; swing moves odd sixteenths."""
        late = self.swing if int(step) % 2 else 0.0
        return (step + late) * self.samples_per_step

    def duration(self, steps: float) -> int:
        """Return the samples of a duration."""
        return max(1, int(steps * self.samples_per_step))

    def silence(self) -> Audio:
        """Return an empty stereo loop."""
        return np.zeros((self.samples, 2), dtype=np.float32)
