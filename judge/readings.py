"""What the parts of the judge hand to each other for one hop.

`judge.listening` hears, the model judges, `judge.scoring` draws the conclusions; these types are
the seams between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.messages import Beat, Finding, Loudness, Reading, Score, Transition

ANALYSIS_RATE_HZ = 24_000
"""Rate of the mono signal that the mel and the listening work on."""

ANALYSIS_HOP_SAMPLES = 12_000
"""Samples of one hop at that rate."""

MEL_BANDS = 128
FRAME_SAMPLES = 480
"""One mel frame each 20 ms, as one Opus packet."""

FRAMES_PER_HOP = 25
FRAMES_PER_WINDOW = 500


@dataclass(frozen=True, slots=True)
class HopSpectra:
    """One hop, reduced to what everyone needs."""

    mono: NDArray[np.float32]  # shape (ANALYSIS_HOP_SAMPLES,), 24 kHz
    log_mel: NDArray[np.float32]  # shape (FRAMES_PER_HOP, MEL_BANDS), fixed-reference log-mel
    mfcc: NDArray[np.float32]  # shape (FRAMES_PER_HOP, 13)


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything listened out of the set, up to the end of the newest hop."""

    bpm: Reading
    beat: Beat | None
    key: Reading
    camelot: Reading
    genre: Reading
    loudness: Loudness
    energy: float | None  # 0-1
    danceability: float | None  # 0-1
    silent_samples: int  # run of silence that ends this hop
    clipped_samples: int  # clipped in this hop, in runs long enough to hear
    bass_db: float | None = None  # below 160 Hz against the set's usual top; None while silent
    clipped_runs: int = 0  # clipped runs that grew long enough to hear in this hop
    onset_rate_hz: float | None = None  # onsets a second; None until 4 s were heard
    brightness_hz: float | None = None  # spectral centroid; None while silent
    kick_db: float | None = None  # onsets of the kick against the set's usual top


@dataclass(frozen=True, slots=True)
class WindowOpinion:
    """What the model says at the end of one hop; see `judge.specification.Output`."""

    outputs: NDArray[np.float32]  # shape (OUTPUTS,)
    deviations: NDArray[np.float32]  # shape (DEVIATIONS,), standard deviations of its errors


@dataclass(frozen=True, slots=True)
class Concluded:
    """What the scorer says of one hop."""

    score: Score
    transitions: tuple[Transition, ...]  # begun, changed or settled
    findings: tuple[Finding, ...]
