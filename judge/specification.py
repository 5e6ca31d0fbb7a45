"""The shapes that the judge's model and its runner agree on.

A *column* is one step of the trunk's output. Column `c` sees the mel frames `4 c` to `4 c + 17` of
the set and no others (three 3-frame convolutions, two poolings by 2), so it can be computed once
and kept while windows move on.
"""

from __future__ import annotations

from enum import Enum, StrEnum, unique
from typing import Final

from core.messages import Component
from judge.evidence import EVIDENCE_FEATURES
from judge.hindsight import HINDSIGHT_FEATURES
from judge.mel import specification as mel
from judge.parts import Part
from judge.readings import FRAMES_PER_WINDOW

COLUMN_STRIDE: Final = 4
HALO_FRAMES: Final = 14
"""What k columns need beyond their stride: T = HALO_FRAMES + COLUMN_STRIDE * k frames."""

COLUMN_FRAMES: Final = HALO_FRAMES + COLUMN_STRIDE
"""Frames that one column sees."""

COLUMN_FEATURES: Final = 128

COLUMNS_PER_HOP: Final = 7
"""Most columns that become known with one hop: 25 frames are 6.25 strides."""

HOP_TRUNK_FRAMES: Final = HALO_FRAMES + COLUMN_STRIDE * COLUMNS_PER_HOP

COLUMNS_PER_WINDOW: Final = 120
"""Of the columns that lie inside a window's 500 frames (120 or 121, by phase), the last 120."""

WINDOW_MODEL_FRAMES: Final = HALO_FRAMES + COLUMN_STRIDE * COLUMNS_PER_WINDOW

BASIC_FEATURES: Final = 3
BPM_SCALE: Final = 200.0
TRANSITIONS: Final = 10
TRANSITION_FEATURES: Final = 6
"""Duration over 32 s, beat match, harmony, smoothness, technical and selection; 0 if unknown."""

MIXING_FEATURES: Final = 32
STATE_FEATURES: Final = 160
"""What the reader remembers of a set from hop to hop."""

LAG_HOPS: Final = 8
"""Whether a transition is under way is said of the moment 4 s ago: its first seconds are told from
the playing track's own doings by what follows."""

COMPONENTS: Final = len(Component)
PARTS: Final = len(Part)
DIRECT: Final = 2
"""Energy and creativity of a window are read directly; technical and selection from parts."""


@unique
class Output(Enum):
    """Groups of the reader's outputs; the value is where they lie in its vector."""

    ACTIVE = slice(0, 1)  # a transition was under way LAG_HOPS ago, 0-1
    PARTS = slice(1, 11)  # s of each part of the newest transition, 0-1
    WINDOW = slice(11, 13)  # energy and creativity of the window, 0-1
    DRIVE = slice(13, 15)  # drive and pulse of the hop, 0-1
    SECTION = slice(15, 19)  # probabilities in the order of Section
    KIND = slice(19, 28)  # probabilities in the order of TransitionKind
    TECHNIQUES = slice(28, 35)  # in the order of Technique, each 0-1
    MEASURES = slice(35, 40)  # in the order of Measure, over its scale

    @property
    def size(self) -> int:
        """How many values the group has."""
        place: slice = self.value
        return int(place.stop - place.start)


OUTPUTS: Final = 40
DEVIATIONS: Final = PARTS + DIRECT
"""Stated standard deviations: of the parts, then of energy and creativity."""


class Measure(StrEnum):
    """What is measured of a transition beside its parts."""

    OFFSET_MS = "offset_ms"
    DRIFT_MS_PER_SECOND = "drift_ms_per_second"
    LEVEL_STEP_LU = "level_step_lu"
    BASS_EXCESS_DB = "bass_excess_db"
    PHRASE_ERROR_BEATS = "phrase_error_beats"


MEASURE_SCALES: Final = (100.0, 20.0, 9.0, 6.0, 4.0)
"""What an output of 1 means, in the measure's unit."""

TOLD: Final = PARTS + len(Measure)
"""What hindsight tells of a transition: its parts, then its measures in units."""

LABELS: Final = tuple(component.value for component in Component)


def columns_known(frames: int) -> int:
    """Return how many columns of a set are known once `frames` mel frames are."""
    return max(0, (frames - HALO_FRAMES) // COLUMN_STRIDE)


def settings() -> dict[str, object]:
    """Return what a model file must have been made for, as it travels in its metadata."""
    return mel.description() | {
        "window_frames": FRAMES_PER_WINDOW,
        "column_stride": COLUMN_STRIDE,
        "halo_frames": HALO_FRAMES,
        "columns_per_window": COLUMNS_PER_WINDOW,
        "transitions": TRANSITIONS,
        "bpm_scale": BPM_SCALE,
        "evidence_features": EVIDENCE_FEATURES,
        "hindsight_features": HINDSIGHT_FEATURES,
        "parts": [part.value for part in Part],
        "outputs": {group.name.lower(): [group.value.start, group.value.stop] for group in Output},
    }
