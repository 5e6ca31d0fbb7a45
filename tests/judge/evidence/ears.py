"""Evidence of sounds whose truth is known because they are made from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from judge.evidence import EvidenceTaker
from judge.listening import Listener
from tests.judge.listening.signals import hops, info


def evidence(stereo: NDArray[np.float32], *, first: int = 0) -> NDArray[np.float32]:
    """Return the evidence of every hop, shape (hops, EVIDENCE_FEATURES)."""
    listener, taker = Listener(info()), EvidenceTaker()
    rows = []
    for hop, spectra in hops(stereo):
        index = first + hop.index
        moved = replace(hop, index=index, start_sample=index * HOP_SAMPLES)
        rows.append(taker.take(moved, listener, listener.hear(moved, spectra)))
    return np.array(rows)


def click() -> NDArray[np.float64]:
    """Return a short bright click with a thump: onsets in every band."""
    time = np.arange(round(0.03 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    noise = np.random.default_rng(2).standard_normal(len(time))
    thump = np.sin(2 * np.pi * 60 * time)
    return (0.3 * noise * np.exp(-time / 0.004) + 0.5 * thump) * np.exp(-time / 0.015)


def music(seconds: float, seed: int = 0) -> NDArray[np.float32]:
    """Return kicks, hats and a chord that changes, shape (n, 2)."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    beat = time * 126 / 60 % 1.0
    kick = 0.5 * np.exp(-12 * beat) * np.sin(2 * np.pi * 55 * time)
    hat = 0.1 * np.exp(-30 * ((beat + 0.5) % 1.0)) * rng.standard_normal(len(time))
    root_hz = 220 * 2.0 ** (np.floor(time / 4) % 3 / 12)
    chord = 0.05 * signal.sawtooth(2 * np.pi * np.cumsum(root_hz) / SAMPLE_RATE_HZ)
    mono = kick + hat + chord
    return np.stack((mono, mono), axis=1).astype(np.float32)
