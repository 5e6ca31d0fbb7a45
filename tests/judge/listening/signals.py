"""Signals whose truth is known because they are made from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import AudioHop, Genre, SessionInfo
from judge.listening import Listener
from judge.readings import ANALYSIS_HOP_SAMPLES, FRAMES_PER_HOP, MEL_BANDS, Heard, HopSpectra


def info(genre: Genre | None = None) -> SessionInfo:
    return SessionInfo("set", "room", "DJ Test", 1_700_000_000.0, declared_genre=genre)


def hops(
    stereo: NDArray[np.float32], concealed_samples: int = 0
) -> Iterator[tuple[AudioHop, HopSpectra]]:
    """Cut 48 kHz stereo, shape (n, 2), into whole hops; listening reads no mel: it stays empty."""
    mono = signal.resample_poly(stereo.mean(axis=1), 1, 2).astype(np.float32)
    empty_mel = np.zeros((FRAMES_PER_HOP, MEL_BANDS), np.float32)
    empty_mfcc = np.zeros((FRAMES_PER_HOP, 13), np.float32)
    for index in range(len(stereo) // HOP_SAMPLES):
        start = index * HOP_SAMPLES
        samples = stereo[start : start + HOP_SAMPLES].astype(np.float32)
        at = index * ANALYSIS_HOP_SAMPLES
        part = mono[at : at + ANALYSIS_HOP_SAMPLES]
        hop = AudioHop("set", index, start, samples, concealed_samples, 0.5 * (index + 1))
        yield hop, HopSpectra(part, empty_mel, empty_mfcc)


def heard(stereo: NDArray[np.float32], genre: Genre | None = None) -> list[Heard]:
    listener = Listener(info(genre))
    return [listener.hear(hop, spectra) for hop, spectra in hops(stereo)]


def stereo(mono: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.stack((mono, mono), axis=1).astype(np.float32)


def sine(frequency_hz: float, seconds: float, amplitude: float) -> NDArray[np.float64]:
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return amplitude * np.sin(2 * np.pi * frequency_hz * time)


def kick() -> NDArray[np.float64]:
    time = np.arange(round(0.25 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    sweep = 50 * time + 60 * 0.03 * (1 - np.exp(-time / 0.03))
    return 0.6 * np.sin(2 * np.pi * sweep) * np.exp(-time / 0.08)


def placed(
    sound: NDArray[np.float64], times: Sequence[float], seconds: float
) -> NDArray[np.float64]:
    """Put `sound` at each time."""
    out = np.zeros(round(seconds * SAMPLE_RATE_HZ) + len(sound))
    for time in times:
        start = round(time * SAMPLE_RATE_HZ)
        out[start : start + len(sound)] += sound
    return out[: round(seconds * SAMPLE_RATE_HZ)]


def kicks(bpm: float, seconds: float, first_seconds: float = 0.1) -> NDArray[np.float64]:
    times = np.arange(first_seconds, seconds - 1e-9, 60 / bpm)
    return placed(kick(), times, seconds)


def chord(pitches: Sequence[int], seconds: float) -> NDArray[np.float64]:
    """Play MIDI pitches with four harmonics each."""
    parts = [
        sine(440 * 2 ** ((pitch - 69) / 12) * harmonic, seconds, 0.06 / harmonic)
        for pitch in pitches
        for harmonic in (1, 2, 3, 4)
    ]
    return np.sum(parts, axis=0)


def progression(chords: Sequence[Sequence[int]], seconds: float) -> NDArray[np.float64]:
    """Play one chord every two seconds, over and over."""
    rendered = [chord(pitches, 2.0) for pitches in chords]
    count = int(np.ceil(seconds / 2))
    whole = np.concatenate([rendered[index % len(chords)] for index in range(count)])
    return whole[: round(seconds * SAMPLE_RATE_HZ)]


def minor_track(
    root: int,
    bpm: float,
    seconds: float,
    *,
    bright: bool = False,
    first_seconds: float = 0.0,
) -> NDArray[np.float64]:
    """Four on the floor in the minor key of MIDI pitch `root`, with dull pads or bright stabs."""
    degrees = ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17))
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    sound = kicks(bpm, seconds, first_seconds)
    if not bright:
        return sound + progression([[root + step for step in triad] for triad in degrees], seconds)
    noise = np.random.default_rng(9).standard_normal(2_400) * np.exp(-np.arange(2_400) / 500)
    hats = placed(
        0.2 * noise, np.arange(first_seconds + 30 / bpm, seconds - 0.1, 60 / bpm), seconds
    )
    base_hz = 440 * 2 ** ((root - 69) / 12)
    stabs = sum(
        0.1 * signal.sawtooth(2 * np.pi * base_hz * 2 ** (step / 12) * time)
        for step in (12, 15, 19)
    )
    return sound + hats + stabs * (0.4 + 0.6 * ((time * bpm / 15) % 1.0 < 0.5))
