"""Music that is rendered, not random: kick, hats, bass and chords, with a mix in the middle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import AudioHop, SessionInfo

HOP_ARRIVAL_SECONDS = 0.5


def track(seconds: float, *, bpm: float, root_hz: float, seed: int = 0) -> NDArray[np.float32]:
    """Render one track, shape (n, 2) at 48 kHz."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    beats = time * bpm / 60.0
    beat, half = beats % 1.0, (beats + 0.5) % 1.0
    kick = 0.5 * np.exp(-9 * beat) * np.sin(2 * np.pi * 50 * beat * 60 / bpm * (1 + np.exp(-beat)))
    hat = 0.12 * np.exp(-25 * half) * rng.standard_normal(len(time))
    bass = 0.2 * half * np.sin(2 * np.pi * root_hz / 2 * time)
    step = np.floor(beats / 4) % 4
    root = root_hz * 2.0 ** (np.choose(step.astype(int), [0, 5, 7, 3]) / 12)
    phase = 2 * np.pi * np.cumsum(root) / SAMPLE_RATE_HZ
    chord = sum(np.sin(ratio * phase) for ratio in (1.0, 1.25, 1.5, 2.0)) * 0.05
    mono = kick + hat + bass + chord
    return np.stack((mono, mono - 0.5 * hat), axis=1).astype(np.float32)


def mix(seconds: float, seed: int = 0) -> NDArray[np.float32]:
    """Render two tracks, the second faded in over the middle third."""
    first = track(seconds, bpm=124.0, root_hz=110.0, seed=seed)
    second = track(seconds, bpm=126.0, root_hz=146.8, seed=seed + 1)
    fade = np.clip(np.linspace(-1.0, 2.0, len(first)), 0.0, 1.0)[:, None].astype(np.float32)
    return first * (1 - fade) + second * fade


def info(session: str = "set") -> SessionInfo:
    """Return a session's description."""
    return SessionInfo(session, f"room-{session}", "DJ Test", 1_700_000_000.0)


def hops(samples: NDArray[np.float32], session: str = "set", first: int = 0) -> list[AudioHop]:
    """Cut samples into hops; the last incomplete one is left out."""
    return [
        AudioHop(
            session=session,
            index=first + index,
            start_sample=(first + index) * HOP_SAMPLES,
            samples=samples[index * HOP_SAMPLES : (index + 1) * HOP_SAMPLES],
            concealed_samples=0,
            arrived_seconds=HOP_ARRIVAL_SECONDS * (first + index + 1),
        )
        for index in range(len(samples) // HOP_SAMPLES)
    ]
