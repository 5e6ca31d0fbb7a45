"""The crowd's pulse: hype, mood and agreement of a room, once a second."""

from sentiment.pulse.pulse import Pulse
from sentiment.pulse.utterance import Utterance, utterance

__all__ = ["Pulse", "Utterance", "utterance"]
