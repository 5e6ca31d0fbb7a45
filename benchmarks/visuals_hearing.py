"""What hearing costs a show, and how true its beat is: `python -m benchmarks.visuals_hearing`.

Packets of 20 ms are decoded and heard, and senses taken twenty times a second, beside the plain way
that recomputes two seconds of spectra for each picture. The beats come as late as a live judge's.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe_machine
from benchmarks.timing import interleaved_cpu_milliseconds, median_ratio, medians
from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Beat, EncodedAudio
from visuals.hearing.ear import Ear
from visuals.hearing.opus import SoundDecoder

BPM: Final = 128.0
LATE_SAMPLES: Final = SAMPLE_RATE_HZ
PICTURE_SAMPLES: Final = SAMPLE_RATE_HZ // 20
PACKET_SAMPLES: Final = 960
PLAIN_WINDOW: Final = 2_048


def music(seconds: float) -> NDArray[np.float32]:
    """Return kicks, hats and a chord, shape (n, 2)."""
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    beat = time * BPM / 60.0 % 1.0
    kick = 0.5 * np.exp(-6 * beat) * np.sin(2 * np.pi * 55 * beat)
    hat = 0.1 * np.exp(-20 * ((beat + 0.5) % 1)) * np.random.default_rng(0).normal(size=len(time))
    chord = 0.1 * sum(np.sin(2 * np.pi * hz * time) for hz in (220.0, 261.6, 329.6))
    return np.stack([kick + hat + chord] * 2, axis=1).astype(np.float32)


def packets(pcm: NDArray[np.float32]) -> list[EncodedAudio]:
    """Encode sound as a browser does."""
    codec = av.AudioCodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format = SAMPLE_RATE_HZ, "stereo", "flt"
    codec.bit_rate = 128_000
    payloads: list[bytes] = []
    for start in range(0, len(pcm) - PACKET_SAMPLES + 1, PACKET_SAMPLES):
        block = np.ascontiguousarray(pcm[start : start + PACKET_SAMPLES]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout="stereo")
        frame.sample_rate = SAMPLE_RATE_HZ
        payloads += [bytes(packet) for packet in codec.encode(frame)]
    return [
        EncodedAudio("benchmark", number * PACKET_SAMPLES, PACKET_SAMPLES, payload, False, 0.0)
        for number, payload in enumerate(payloads)
    ]


def hear(pcm: NDArray[np.float32]) -> list[float]:
    """Hear it all with beats told late; return how far each picture's beat is off, in ms."""
    ear, period, errors = Ear(), SAMPLE_RATE_HZ * 60.0 / BPM, []
    for start in range(0, len(pcm), PICTURE_SAMPLES):
        ear.hear(pcm[start : start + PICTURE_SAMPLES], start)
        end = start + PICTURE_SAMPLES
        if end % HOP_SAMPLES == 0 and end > LATE_SAMPLES:
            number = int((end - LATE_SAMPLES) / period)
            ear.event(Beat(round(number * period), period, BPM, 0.9, number % 4))
        off = (ear.senses(end).beat - end / period + 0.5) % 1.0 - 0.5
        errors.append(abs(off) * period / SAMPLE_RATE_HZ * 1_000.0)
    return errors


def recompute(pcm: NDArray[np.float32]) -> None:
    """Compute the spectra of the last two seconds for each picture, as a plain visualiser may."""
    window = np.hanning(PLAIN_WINDOW).astype(np.float32)
    for end in range(2 * SAMPLE_RATE_HZ, len(pcm), PICTURE_SAMPLES):
        mono = pcm[end - 2 * SAMPLE_RATE_HZ : end].mean(axis=1)
        frames = np.lib.stride_tricks.sliding_window_view(mono, PLAIN_WINDOW)[::480]
        np.abs(np.fft.rfft(frames * window)).mean(axis=0)


def run(quick: bool) -> dict[str, Any]:
    """Measure the cost of each picture's share of hearing."""
    seconds = 6.0 if quick else 20.0
    pcm = music(seconds)
    encoded = packets(pcm)

    def decode() -> None:
        decoder = SoundDecoder()
        for packet in encoded:
            decoder.decode(packet)

    contenders = {
        "hear": lambda: hear(pcm),
        "decode": decode,
        "recompute": lambda: recompute(pcm),
    }
    times = interleaved_cpu_milliseconds(contenders, rounds=3 if quick else 9, calls=1)
    pictures = seconds * 20.0
    errors = hear(pcm)[100:]
    return {
        "cpu_milliseconds_each_50_ms": {
            name: value / pictures for name, value in medians(times).items()
        },
        "recompute_over_hear": median_ratio(times, "recompute", "hear"),
        "beat_error_ms": {"median": float(np.median(errors)), "most": float(np.max(errors))},
    }


def main() -> int:
    """Measure and print."""
    result = {"benchmark": "visuals-hearing", "machine": describe_machine(), "result": run(False)}
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
