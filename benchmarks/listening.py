"""Tempo and key as the live listener reads them, on real music, beside librosa and chance.

The recordings are not part of the project: `../shared/data/audio`, or the folder that
`DJUV_AUDIO` names, holds `tracks/NAME__128BPM.ogg` and `loops/`. Each file is played through the
production path hop by hop (loops over and over, for 40 s); the median tempo and the most believed
key of what was said along the way are compared with the truth.

Run alone: `python -m benchmarks.listening`.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.media import CHANNELS, HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import AudioHop, SessionInfo
from judge.listening import Listener
from judge.listening.camelot import key_name
from judge.readings import FRAMES_PER_HOP, MEL_BANDS, HopSpectra
from judge.resampling import Decimator

FOLDER: Final = Path(__file__).parents[2] / "shared" / "data" / "audio"
LEAST_HOPS: Final = 80
TOLERANCE: Final = 0.04
OCTAVES: Final = (1.0, 2.0, 0.5, 3.0, 1 / 3, 1.5, 2 / 3)
CONSTANT_BPM: Final = 128.0
CONSTANT_KEY: Final = 21  # A minor

LOOP_BPM: Final = {
    "loop_amen": 136.9,
    "loop_amen_full": 140.0,
    "loop_breakbeat": 126.0,
    "loop_compus": 148.0,
    "loop_drone_g_97": 97.0,
    "loop_electric": 97.0,
    "loop_garzul": 120.0,
    "loop_industrial": 135.7,
    "loop_mehackit1": 97.0,
    "loop_mika": 120.0,
    "loop_safari": 120.0,
    "break12": 120.0,
    "break28": 120.0,
    "coolloop7": 120.0,
}
TRACK_KEY: Final = {
    "Mauiwowi": "C minor",
    "ReggaeTry": "G minor",
    "BuzzerBeater": "F# minor",
    "esp": "E minor",
    "PpTrip": "A minor",
    "222": "C minor",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A recording and its truth."""

    name: str
    path: Path
    bpm: float
    key: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was read of it."""

    piece: Piece
    bpm: float | None
    key: int | None
    librosa_bpm: float
    hop_milliseconds: list[float]


def pieces(folder: Path) -> Iterator[Piece]:
    """Yield every recording whose tempo is known."""
    names = {key_name(key): key for key in range(24)}
    for path in sorted(folder.glob("tracks/*BPM.*")):
        found = re.search(r"__(\d+(?:\.\d+)?)BPM", path.name)
        if found:
            keys = [names[key] for part, key in TRACK_KEY.items() if part in path.stem]
            yield Piece(path.stem, path, float(found[1]), keys[0] if keys else None)
    for name, bpm in LOOP_BPM.items():
        path = folder / "loops" / f"{name}.flac"
        if path.exists():
            yield Piece(name, path, bpm, None)


def stereo(path: Path) -> NDArray[np.float32]:
    """Read up to two minutes as 48 kHz stereo, repeated where it is shorter than 40 s."""
    import librosa  # noqa: PLC0415 (a peer that only this benchmark needs)

    sound, _ = librosa.load(path, sr=SAMPLE_RATE_HZ, mono=False, duration=120.0)
    sound = np.atleast_2d(sound)
    sound = np.ascontiguousarray(np.broadcast_to(sound, (CHANNELS, sound.shape[1])).T)
    wanted = LEAST_HOPS * HOP_SAMPLES
    if len(sound) < wanted:
        sound = np.tile(sound, (wanted // len(sound) + 1, 1))[:wanted]
    return sound


def judged(piece: Piece) -> Verdict:
    """Play a recording through the production path, and through librosa."""
    import librosa  # noqa: PLC0415

    sound = stereo(piece.path)
    listener = Listener(SessionInfo("benchmark", "benchmark", "DJ", 0.0))
    decimator = Decimator()
    no_mel = np.zeros((FRAMES_PER_HOP, MEL_BANDS), np.float32)
    no_mfcc = np.zeros((FRAMES_PER_HOP, 13), np.float32)
    tempi: list[float] = []
    belief: dict[str, float] = defaultdict(float)
    spent = []
    for index in range(len(sound) // HOP_SAMPLES):
        samples = sound[index * HOP_SAMPLES : (index + 1) * HOP_SAMPLES]
        spectra = HopSpectra(decimator.process(samples), no_mel, no_mfcc)
        hop = AudioHop("benchmark", index, index * HOP_SAMPLES, samples, 0, 0.0)
        before = time.thread_time()
        heard = listener.hear(hop, spectra)
        spent.append(1_000 * (time.thread_time() - before))
        if isinstance(heard.bpm.value, float):
            tempi.append(heard.bpm.value)
        if isinstance(heard.key.value, str):
            belief[heard.key.value] += heard.key.confidence
    names = {key_name(key): key for key in range(24)}
    key = names[max(belief, key=lambda name: belief[name])] if belief else None
    peer = librosa.feature.tempo(y=sound.mean(axis=1), sr=SAMPLE_RATE_HZ)
    bpm = float(np.median(tempi)) if tempi else None
    return Verdict(piece, bpm, key, float(peer[0]), spent)


def right(bpm: float | None, truth: float, factors: tuple[float, ...] = (1.0,)) -> bool:
    """Tell whether a tempo lies within 4 % of the truth times one of `factors`."""
    return bpm is not None and any(
        abs(bpm / (truth * factor) - 1) <= TOLERANCE for factor in factors
    )


def key_score(key: int | None, truth: int) -> float:
    """Return MIREX's weighted score: fifth .5, relative .3, parallel .2."""
    if key is None:
        return 0.0
    same_mode = (key < 12) == (truth < 12)
    steps = (key - truth) % 12
    if same_mode:
        return {0: 1.0, 5: 0.5, 7: 0.5}.get(steps, 0.0)
    relative = 3 if truth >= 12 else 9
    return {0: 0.2, relative: 0.3}.get(steps, 0.0)


def _share(values: list[bool]) -> float:
    return round(sum(values) / len(values), 3)


def _tempo_row(tempi: list[tuple[float | None, float]]) -> dict[str, float]:
    return {
        "within_4_percent": _share([right(bpm, truth) for bpm, truth in tempi]),
        "octaves_and_thirds_allowed": _share([right(bpm, truth, OCTAVES) for bpm, truth in tempi]),
    }


def run(quick: bool) -> dict[str, Any]:
    """Judge every recording, every third where `quick`; return the shares that are right."""
    folder = Path(os.environ.get("DJUV_AUDIO", FOLDER))
    found = list(pieces(folder))[:: 3 if quick else 1]
    if not found:
        return {"skipped": "no recordings with known tempo; name a folder in DJUV_AUDIO"}
    verdicts = [judged(piece) for piece in found]
    keyed = [(each.key, each.piece.key) for each in verdicts if each.piece.key is not None]
    spent = np.concatenate([each.hop_milliseconds for each in verdicts])
    guesses = range(24)
    return {
        "files": len(verdicts),
        "tempo": {
            "listener": _tempo_row([(each.bpm, each.piece.bpm) for each in verdicts]),
            "librosa": _tempo_row([(each.librosa_bpm, each.piece.bpm) for each in verdicts]),
            "always_128": _tempo_row([(CONSTANT_BPM, each.piece.bpm) for each in verdicts]),
        },
        "key_weighted": {
            "files": len(keyed),
            "listener": _mean([key_score(key, truth) for key, truth in keyed]),
            "always_a_minor": _mean([key_score(CONSTANT_KEY, truth) for _, truth in keyed]),
            "random": _mean([key_score(guess, truth) for _, truth in keyed for guess in guesses]),
        },
        "hear_milliseconds_cpu": {
            "median": round(float(np.median(spent)), 2),
            "p99": round(float(np.percentile(spent, 99)), 2),
        },
        "each": [_row(each) for each in verdicts],
    }


def _mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), 3) if values else None


def _row(verdict: Verdict) -> dict[str, Any]:
    piece = verdict.piece
    return {
        "name": piece.name,
        "bpm": {"truth": piece.bpm, "listener": verdict.bpm, "librosa": verdict.librosa_bpm},
        "key": {
            "truth": None if piece.key is None else key_name(piece.key),
            "listener": None if verdict.key is None else key_name(verdict.key),
        },
    }


if __name__ == "__main__":
    print(json.dumps(run(quick=False), indent=2))
