"""Epic moments: the crowd and the sound of a set, joined on the media clock."""

from sentiment.moments.audio import AudioEvent, AudioMoments
from sentiment.moments.moments import Moments
from sentiment.moments.rules import MomentRules
from sentiment.moments.senses import CrowdSenses

__all__ = ["AudioEvent", "AudioMoments", "CrowdSenses", "MomentRules", "Moments"]
