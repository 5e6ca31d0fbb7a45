"""Plays sound through the listener hop by hop, as serving does, and keeps what it says."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, HOP_SECONDS, SAMPLE_RATE_HZ
from core.messages import AudioHop, SessionInfo
from judge.listening import Listener
from judge.readings import FRAMES_PER_HOP, MEL_BANDS, Heard, HopSpectra
from judge.resampling import Decimator

PEER_HOPS: Final = 24
"""librosa is given the same 12 s that the live tempo looks back on."""


@dataclass(frozen=True, slots=True)
class Played:
    """What was said hop by hop."""

    heard: list[Heard]
    milliseconds: list[float]  # CPU time of each hop
    peer_bpm: dict[int, float]  # librosa on the 12 s that end with some hops


def played(hops: Iterable[NDArray[np.float32]], peer_every_hops: int = 40) -> Played:
    """Play hops of 48 kHz stereo; ask librosa now and then."""
    import librosa  # noqa: PLC0415 (a peer that only these benchmarks need)

    listener = Listener(SessionInfo("benchmark", "benchmark", "DJ", 0.0))
    decimator = Decimator()
    no_mel = np.zeros((FRAMES_PER_HOP, MEL_BANDS), np.float32)
    no_mfcc = np.zeros((FRAMES_PER_HOP, 13), np.float32)
    result = Played([], [], {})
    newest: list[NDArray[np.float32]] = []
    for index, samples in enumerate(hops):
        mono = decimator.process(samples)
        hop = AudioHop("benchmark", index, index * HOP_SAMPLES, samples, 0, 0.0)
        before = time.thread_time()
        result.heard.append(listener.hear(hop, HopSpectra(mono, no_mel, no_mfcc)))
        result.milliseconds.append(1_000 * (time.thread_time() - before))
        newest = [*newest, mono][-PEER_HOPS:]
        if len(newest) == PEER_HOPS and index % peer_every_hops == 0:
            tempo = librosa.feature.tempo(y=np.concatenate(newest), sr=SAMPLE_RATE_HZ // 2)
            result.peer_bpm[index] = float(tempo[0])
    return result


def said_bpm(heard: Heard) -> float | None:
    """Return the tempo that was said, if any."""
    return heard.bpm.value if isinstance(heard.bpm.value, float) else None


def said_beats(heard: Heard, index: int) -> NDArray[np.float64]:
    """Return the beats that fell into hop `index`, in seconds."""
    if heard.beat is None:
        return np.zeros(0)
    newest, period = heard.beat.sample, heard.beat.period_samples
    count = int((newest - index * HOP_SAMPLES) // period) + 1
    return (newest - period * np.arange(max(count, 0))[::-1]) / SAMPLE_RATE_HZ


def grid(first_seconds: float, period_seconds: float, index: int) -> NDArray[np.float64]:
    """Return the beats of an endless grid that fall into hop `index`, in seconds."""
    start, end = index * HOP_SECONDS, (index + 1) * HOP_SECONDS
    first = int(np.ceil((start - first_seconds) / period_seconds))
    last = int(np.ceil((end - first_seconds) / period_seconds))
    return first_seconds + period_seconds * np.arange(first, last)
