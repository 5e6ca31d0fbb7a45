"""Tempo, beat, key and genre as the live listener reads them, beside librosa and constants.

On rendered sets, which are true by construction, and on real music, whose truth is in its name.
The recordings are not part of the project: `../shared/data/audio`, or the folder that `DJUV_AUDIO`
names, holds `tracks/NAME__128BPM.ogg` and `loops/`. Each is played through the production path hop
by hop (loops over and over, for 40 s), and every window after the first 8 s is counted.

Run alone: `python -m benchmarks.listening`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.listening_played import Played, grid, played, said_beats, said_bpm
from benchmarks.listening_rates import (
    PEER_TOLERANCE,
    BeatCount,
    Tally,
    key_relation,
    tempo_verdict,
)
from benchmarks.listening_rendered import CONDITIONS, FIRST_HOP, measured
from core.media import CHANNELS, HOP_SAMPLES, SAMPLE_RATE_HZ
from judge.listening.camelot import key_name
from stream.files import open_mix
from training.evaluation import recordings

FOLDER: Final = Path(__file__).parents[2] / "shared" / "data" / "audio"
LEAST_HOPS: Final = 80
MOST_HOPS: Final = 240
CONSTANT_BPM: Final = 128.0
CONSTANT_KEY: Final = 21  # A minor
SETS: Final = 8

_KEYS: Final = {key_name(key): key for key in range(24)}

LOOP_BPM: Final = {**recordings.LOOP_BPM, "loop_drone_g_97": 97.0}
"""The drone has no beat; that nothing is said of it counts as a miss."""

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


def hops_of(path: Path) -> Iterator[NDArray[np.float32]]:
    """Yield up to two minutes in hops of 48 kHz stereo; loops are repeated to 40 s."""
    if path.parent.name == "loops":
        yield from _repeated(path)
    else:
        yield from (hop.samples for hop in islice(open_mix(path).hops(), MOST_HOPS))


def _repeated(path: Path) -> Iterator[NDArray[np.float32]]:
    import librosa  # noqa: PLC0415 (a peer that only this benchmark needs)

    loop, _ = librosa.load(path, sr=SAMPLE_RATE_HZ, mono=False)
    stereo = np.broadcast_to(np.atleast_2d(loop), (CHANNELS, loop.shape[-1])).T
    wanted = LEAST_HOPS * HOP_SAMPLES
    sound = np.tile(stereo, (wanted // len(stereo) + 1, 1))[:wanted]
    for start in range(0, wanted, HOP_SAMPLES):
        yield np.ascontiguousarray(sound[start : start + HOP_SAMPLES])


def count(piece: Piece, result: Played, tempo: Tally, keys: Tally, beats: BeatCount) -> None:
    """Count what was said of every window of a recording."""
    kind = "tracks" if piece.path.parent.name == "tracks" else "loops"
    for hop, heard in enumerate(result.heard):
        if hop < FIRST_HOP:
            continue
        verdict = tempo_verdict(said_bpm(heard), [piece.bpm])
        for group in ("all", kind, piece.name):
            tempo.add(group, verdict)
        tempo.add("always_128", tempo_verdict(CONSTANT_BPM, [piece.bpm]))
        if hop in result.peer_bpm:
            tempo.add("librosa", tempo_verdict(result.peer_bpm[hop], [piece.bpm]))
            close = tempo_verdict(result.peer_bpm[hop], [piece.bpm], PEER_TOLERANCE)
            tempo.add("librosa_within_4_percent", close)
        if kind == "tracks":
            beats.add(said_beats(heard, hop), grid(0.0, 60 / piece.bpm, hop))
        if piece.key is not None:
            said = None if heard.key.value is None else _KEYS[str(heard.key.value)]
            keys.add("listener", "not_said" if said is None else key_relation(said, piece.key))
            keys.add("always_a_minor", key_relation(CONSTANT_KEY, piece.key))


def run(quick: bool) -> dict[str, Any]:
    """Judge rendered sets and every recording; a few of both where `quick`."""
    folder = Path(os.environ.get("DJUV_AUDIO", FOLDER))
    real = _real(list(pieces(folder))[:: 3 if quick else 1])
    conditions = CONDITIONS[:1] if quick else CONDITIONS
    sets = 2 if quick else SETS
    return {"real": real, "rendered": {each.name: measured(each, sets) for each in conditions}}


def _real(found: list[Piece]) -> dict[str, Any]:
    if not found:
        return {"skipped": "no recordings with known tempo; name a folder in DJUV_AUDIO"}
    tempo, keys, beats = Tally(), Tally(), BeatCount()
    spent: list[float] = []
    for piece in found:
        result = played(hops_of(piece.path))
        count(piece, result, tempo, keys, beats)
        spent += result.milliseconds
    return {
        "files": len(found),
        "tempo": tempo.rows(),
        "beats_of_tracks": beats.row(),
        "key": keys.rows(),
        "hear_milliseconds_cpu": {
            "median": round(float(np.median(spent)), 2),
            "p99": round(float(np.percentile(spent, 99)), 2),
        },
    }


if __name__ == "__main__":
    print(json.dumps(run(quick=False), indent=2))
