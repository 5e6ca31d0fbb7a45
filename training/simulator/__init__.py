"""Renders DJ sets, and knows what is true of them.

From the small to the large: `synthesis` (tones, noise, rooms), `drums` and `instruments` (sounds),
`harmony` and `composition` (notes), `percussion` and `track` (loops of one track),
`arrangement` (its sections), `channel`, `filters` and `deck` (a track as played), `transitions`
and `flaws` (what a DJ does and what goes wrong), `set_plan` (a whole set), `mastering` and
`rendering` (its sound), `labels` (how it should be judged).
"""

from training.simulator.rendering import BLOCK_SAMPLES, SetRenderer
from training.simulator.set_plan import SetStyle, SetTruth

__all__ = ["BLOCK_SAMPLES", "SetRenderer", "SetStyle", "SetTruth"]
