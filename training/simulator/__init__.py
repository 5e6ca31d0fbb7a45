"""Renders DJ sets, and knows what is true of them.

From the small to the large: `synthesis` (tones, noise, rooms), `drums` and `instruments` (sounds),
`harmony` and `composition` (notes), `percussion` and `track` (loops of one track),
`arrangement` (its sections), `channel`, `filters` and `deck` (a track as played), `transitions` and
`gestures` (what a DJ does and how), `turntable` (records moved by hand), `tricks` (what is done
within a track), `flaws` (what goes wrong), `set_plan` (a whole set), `mastering` and `rendering`
(its sound), `stems` (what was audible of which track), `labels` (how it should be judged).
"""

from training.simulator.arrangement import Pace
from training.simulator.flaws import Combinations, Flaws
from training.simulator.rendering import BLOCK_SAMPLES, SetRenderer
from training.simulator.set_plan import SetStyle, SetTruth
from training.simulator.transitions import Draw

__all__ = [
    "BLOCK_SAMPLES",
    "Combinations",
    "Draw",
    "Flaws",
    "Pace",
    "SetRenderer",
    "SetStyle",
    "SetTruth",
]
