"""Hindsight: a transition read as a whole, once there is something to look back on.

The reader follows a set hop by hop and forgets; here the beats, keys, levels and phrases of both
tracks are laid side by side. What that shows is weighed by trees.
"""

from judge.hindsight.features import ASPECTS, HINDSIGHT_FEATURES, Hindsight, Span
from judge.hindsight.record import NOTE_FEATURES, note

__all__ = ["ASPECTS", "HINDSIGHT_FEATURES", "NOTE_FEATURES", "Hindsight", "Span", "note"]
