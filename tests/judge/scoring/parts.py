"""Parts that scoring is fed with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import AudioHop, Beat, Genre, Loudness, Reading, SessionInfo, Transition
from judge.readings import Heard, WindowOpinion

UNKNOWN = Reading(None, reason="too_short")
SOUND = np.full((HOP_SAMPLES, 2), 0.1, np.float32)


def info(genre: Genre | None = None) -> SessionInfo:
    return SessionInfo("set", "room", "DJ Test", 1_700_000_000.0, declared_genre=genre)


def hop(index: int, *, concealed_samples: int = 0, samples=SOUND) -> AudioHop:
    return AudioHop("set", index, index * HOP_SAMPLES, samples, concealed_samples, 0.5 * index)


PLAIN = Heard(
    bpm=Reading(120.0, 0.9),
    beat=Beat(0, 24_000.0, 120.0, 0.9, None),
    key=UNKNOWN,
    camelot=UNKNOWN,
    genre=UNKNOWN,
    loudness=Loudness(-12.0, -12.0, -12.0),
    energy=0.6,
    danceability=0.7,
    silent_samples=0,
    clipped_samples=0,
    transitions=(),
    bass_db=-2.0,
)


def heard(**changes) -> Heard:
    return replace(PLAIN, **changes)


def level(lufs: float) -> Loudness:
    return Loudness(lufs, lufs, lufs)


def opinion(mean=0.6, deviation=0.1) -> WindowOpinion:
    return WindowOpinion(
        np.broadcast_to(np.float32(mean), 4).copy() if np.isscalar(mean) else np.float32(mean),
        np.full(4, deviation, np.float32),
    )


def transition(index=0, *, settled=True, start=20.0, end=36.0, **readings) -> Transition:
    known = {
        "beat_match_accuracy": UNKNOWN,
        "harmonic_compatibility": UNKNOWN,
        "transition_smoothness": UNKNOWN,
        "offset_ms": UNKNOWN,
        "tempo_difference_percent": UNKNOWN,
    } | {name: Reading(value, 0.8) for name, value in readings.items()}
    return Transition(
        index=index,
        start_sample=round(start * SAMPLE_RATE_HZ),
        end_sample=round(end * SAMPLE_RATE_HZ),
        settled=settled,
        **known,
    )
