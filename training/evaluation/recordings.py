"""Real recordings with a known tempo: found, and read as 48 kHz stereo.

They are no part of the project. `DJUV_AUDIO` names their folder, or they lie in
`../shared/data/audio`: `tracks/NAME__128BPM.ogg` with the beat grid from the first sample on, and
`loops/`, whose length is a whole number of beats.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from core.media import CHANNELS, SAMPLE_RATE_HZ

Audio = NDArray[np.float32]

ROOT: Final = Path(__file__).resolve().parents[2]
VARIABLE: Final = "DJUV_AUDIO"
FOLDER: Final = ROOT.parent / "shared" / "data" / "audio"
LONGEST_SECONDS: Final = 120.0
ABSENT: Final = f"no recordings with a known tempo; name their folder in {VARIABLE}"

LOOP_BPM: Final[Mapping[str, float]] = {
    "loop_amen": 136.9,
    "loop_amen_full": 140.0,
    "loop_breakbeat": 126.0,
    "loop_compus": 148.0,
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
"""About: the length of the file tells exactly. Loops without a name here, such as drones, are left
out; `loop_NAME__128BPM.flac` needs none."""

_STATED: Final = re.compile(r"__(\d+(?:\.\d+)?)BPM$")
_AUDIO: Final = (".flac", ".ogg", ".mp3", ".wav", ".opus")


@dataclass(frozen=True, slots=True, order=True)
class Recording:
    """A recording whose first sample is a beat."""

    path: str
    bpm: float
    loop: bool  # repeats without a seam

    @property
    def name(self) -> str:
        """Without folder and ending."""
        return Path(self.path).stem


def folder() -> Path:
    """Return where recordings are looked for."""
    return Path(os.environ.get(VARIABLE, str(FOLDER)))


def found(where: Path | None = None) -> list[Recording]:
    """Return all recordings whose tempo is known, in order of their paths."""
    where = where or folder()
    recordings = []
    for path in sorted((*where.glob("tracks/*"), *where.glob("loops/*"))):
        stated = _STATED.search(path.stem)
        bpm = float(stated[1]) if stated else LOOP_BPM.get(path.stem)
        if bpm is not None and path.suffix in _AUDIO:
            loop = path.parent.name == "loops"
            exact = exact_bpm(len(sound(path)), bpm) if loop else bpm
            recordings.append(Recording(str(path), exact, loop))
    return recordings


def exact_bpm(samples: int, about_bpm: float) -> float:
    """Return the tempo at which a loop holds a whole number of beats."""
    minutes = samples / SAMPLE_RATE_HZ / 60
    return max(1, round(minutes * about_bpm)) / minutes


def sound(path: Path, speed: float = 1.0) -> Audio:
    """Read up to two minutes, shape (samples, 2), played `speed` times as fast."""
    pieces: list[Audio] = []
    with av.open(str(path)) as container:
        rate_hz = container.streams.audio[0].rate
        plain = av.AudioResampler(format="fltp", layout="stereo", rate=rate_hz)
        for decoded in container.decode(audio=0):
            pieces += [frame.to_ndarray().T.astype(np.float32) for frame in plain.resample(decoded)]
    whole = np.concatenate(pieces)[: round(LONGEST_SECONDS * rate_hz)]
    return converted(whole, rate_hz * speed)


def converted(samples: Audio, rate_hz: float) -> Audio:
    """Resample from any rate to 48 kHz; what comes out is as long as what went in lasts."""
    wanted = round(len(samples) * SAMPLE_RATE_HZ / rate_hz)
    if round(rate_hz) == SAMPLE_RATE_HZ:
        return samples[:wanted]
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), "fltp", "stereo")
    frame.sample_rate = round(rate_hz)
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE_HZ)
    pieces = [out.to_ndarray().T for out in (*resampler.resample(frame), *resampler.resample(None))]
    result = np.concatenate(pieces).astype(np.float32)[:wanted]
    missing = np.zeros((wanted - len(result), CHANNELS), np.float32)
    return np.concatenate([result, missing])
