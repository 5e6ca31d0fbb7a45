"""Renders the golden sounds again: `python -m tests.golden.render`.

They are synthetic from the first sample to the last, so what is in them is known: 24 s of house at
124 BPM in A minor, and 12 s of silence. The files are kept beside this script, because encoders
differ from version to version while the judge must not.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000
BPM = 124.0
SECONDS = 24
FOLDER = Path(__file__).parent

A_MINOR_HZ = ((220.0, 261.63, 329.63), (174.61, 220.0, 261.63), (146.83, 174.61, 220.0))
"""Chords of A minor: Am, F and Dm."""


def house() -> NDArray[np.float32]:
    """Return kick, hat, bass and chords, shape (samples, 2)."""
    time = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    beat_seconds = 60 / BPM
    since_beat = time % beat_seconds
    since_off_beat = (time + beat_seconds / 2) % beat_seconds
    sweep = 48 * since_beat + 6 * (1 - np.exp(-since_beat * 30))
    kick = 0.7 * np.sin(2 * np.pi * sweep) * np.exp(-since_beat * 9)
    noise = np.random.default_rng(1).normal(size=len(time))
    hat = 0.12 * np.diff(noise, prepend=0.0) * np.exp(-since_off_beat * 45)
    chord = (time // (8 * beat_seconds)).astype(int) % len(A_MINOR_HZ)
    left = right = kick + hat
    for number, notes in enumerate(A_MINOR_HZ):
        playing = (chord == number) * (1 - np.exp(-since_off_beat * 40)) * np.exp(-since_off_beat)
        left = left + playing * 0.09 * sum(np.sin(2 * np.pi * note * time) for note in notes)
        right = right + playing * 0.09 * sum(np.cos(2 * np.pi * note * time) for note in notes)
        bass = np.sin(2 * np.pi * notes[0] / 4 * time)
        left, right = (side + 0.15 * playing * bass for side in (left, right))
    return 0.8 * np.stack([left, right], axis=1).astype(np.float32)


def write(path: Path, sound: NDArray[np.float32], codec: str, bit_rate: int) -> None:
    """Encode `sound` into `path`."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE_HZ)
        stream.layout, stream.bit_rate = "stereo", bit_rate
        resampler = av.AudioResampler(
            stream.format.name, "stereo", RATE_HZ, stream.frame_size or 960
        )
        block = np.ascontiguousarray(sound).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    write(FOLDER / "house_124.opus", house(), "libopus", 64_000)
    write(FOLDER / "silence.flac", np.zeros((12 * RATE_HZ, 2), np.float32), "flac", 64_000)
