"""The shapes that the judge's model and its runner agree on.

A *column* is one step of the trunk's output. Column `c` sees the mel frames `4 c` to `4 c + 17` of
the set and no others (three 3-frame convolutions, two poolings by 2), so it can be computed once
and kept while windows move on.
"""

from __future__ import annotations

from typing import Final

from core.messages import Component
from judge.mel import specification as mel
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
TRANSITION_FEATURES: Final = 4
MIXING_FEATURES: Final = 32
COMPONENTS: Final = len(Component)

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
    }
