"""Evidence: what a hop shows of a transition, as numbers that a network can weigh.

The listener says what it is sure of; the evidence keeps what it is not sure of as well: how the
onsets lie within the beat, how they repeat within a fifth of a second, how sound, key, level and
beat grid differ from those of a while ago. Nothing of it depends on the level of the sound.
"""

from judge.evidence.taker import EVIDENCE_FEATURES, PLACES, EvidenceTaker

__all__ = ["EVIDENCE_FEATURES", "PLACES", "EvidenceTaker"]
