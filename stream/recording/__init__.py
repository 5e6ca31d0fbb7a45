"""What is kept of a set, so that it can be heard, explained and judged again."""

from stream.recording.facts import JudgingFacts, ModelFacts, SetFacts, folder_of
from stream.recording.recorder import Recorder
from stream.recording.recording import Completeness, Recording, hops_from_recording
from stream.recording.retention import sweep

__all__ = [
    "Completeness",
    "JudgingFacts",
    "ModelFacts",
    "Recorder",
    "Recording",
    "SetFacts",
    "folder_of",
    "hops_from_recording",
    "sweep",
]
