"""A drum kit: the one-shots of one track."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.media import SAMPLE_RATE_HZ
from training.simulator.synthesis import Audio, gate


@dataclass(frozen=True, slots=True)
class Kit:
    """The one-shots of one track, each mono with a peak of 1."""

    kick: Audio
    clap: Audio
    snare: Audio
    rim: Audio
    tom: Audio
    closed_hat: Audio
    open_hat: Audio
    ride: Audio
    shaker: Audio
    percussion: Audio
    crash: Audio


def samples_in(seconds: float) -> int:
    """Return the length of a one-shot."""
    return int(seconds * SAMPLE_RATE_HZ)


def peaked(audio: Audio) -> Audio:
    """Return a one-shot with a peak of 1 and without clicks at its ends."""
    faded = audio * gate(len(audio), 0.0002, 0.003)
    return np.asarray(faded / np.abs(faded).max(), dtype=np.float32)
