"""The media clock: one count of samples at 48 kHz that every room shares.

Sample 0 is the first sample of a set. A set that survives a broken network keeps its clock: the
missing stretch is filled and flagged, so positions never jump and never repeat.
"""

from __future__ import annotations

from typing import Final

SAMPLE_RATE_HZ: Final = 48_000
"""Rate of the media clock and of all PCM between rooms, in Hz (Opus's own clock, RFC 7587)."""

CHANNELS: Final = 2
"""PCM between rooms is always stereo; mono input is doubled and reported as mono."""

HOP_SECONDS: Final = 0.5
HOP_SAMPLES: Final = 24_000
"""New audio between two windows."""

WINDOW_SECONDS: Final = 10.0
WINDOW_SAMPLES: Final = 480_000
"""What one score speaks of."""

HOPS_PER_WINDOW: Final = WINDOW_SAMPLES // HOP_SAMPLES


def samples_to_seconds(samples: int) -> float:
    """Convert a position on the media clock to seconds."""
    return samples / SAMPLE_RATE_HZ


def samples_to_microseconds(samples: int) -> int:
    """Convert a position on the media clock to whole microseconds, rounding down."""
    return samples * 1_000_000 // SAMPLE_RATE_HZ


def seconds_to_samples(seconds: float) -> int:
    """Convert seconds to the nearest sample on the media clock."""
    return round(seconds * SAMPLE_RATE_HZ)
