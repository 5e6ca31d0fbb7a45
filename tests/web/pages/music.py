"""A little techno, rendered and encoded once: sound that a page can really play and draw."""

from __future__ import annotations

import wave
from functools import cache
from pathlib import Path

import numpy as np
from av import AudioCodecContext, AudioFrame
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ

PACKET_SAMPLES = 960
BPM = 125.0
BEAT_SAMPLES = round(SAMPLE_RATE_HZ * 60 / BPM)
BARS = 8
LOOP_SAMPLES = BEAT_SAMPLES * 4 * BARS
"""A whole number of packets as well: 128 BPM would not be."""


def render() -> NDArray[np.float32]:
    """Return `BARS` bars, shape (LOOP_SAMPLES, 2): kick, bass, hats, chords."""
    random = np.random.default_rng(7)
    mix = np.zeros((LOOP_SAMPLES, 2), np.float32)
    seconds = np.arange(BEAT_SAMPLES) / SAMPLE_RATE_HZ
    sweep = 48 * seconds + 9 * (1 - np.exp(-seconds * 32))
    kick = 0.8 * np.sin(2 * np.pi * sweep) * np.exp(-seconds * 7)
    hat = (
        random.normal(size=(BEAT_SAMPLES // 4, 2))
        * np.exp(-seconds[: BEAT_SAMPLES // 4] * 60)[:, None]
    )
    hat = np.diff(hat, axis=0, prepend=0) * 0.09
    bass_notes = np.array([0, 0, 3, 0, 0, 5, 0, -2])
    chords = ((0, 3, 7, 10), (-4, 0, 3, 7))
    for beat in range(4 * BARS):
        start = beat * BEAT_SAMPLES
        mix[start : start + BEAT_SAMPLES] += kick[:, None]
        for half in range(2):
            at = start + half * BEAT_SAMPLES // 2 + BEAT_SAMPLES // 4
            mix[at : at + len(hat)] += hat[: max(0, LOOP_SAMPLES - at)]
            note = 55 * 2 ** (bass_notes[(2 * beat + half) % 8] / 12)
            length = BEAT_SAMPLES // 2
            wave = np.tanh(3 * np.sin(2 * np.pi * note * seconds[:length])) * np.exp(
                -seconds[:length] * 5
            )
            begin = start + half * length
            mix[begin : begin + length] += 0.22 * wave[:, None]
    time = np.arange(LOOP_SAMPLES) / SAMPLE_RATE_HZ
    for index, chord in enumerate(chords):
        part = slice(index * LOOP_SAMPLES // 2, (index + 1) * LOOP_SAMPLES // 2)
        for voice, interval in enumerate(chord):
            tone = np.sin(2 * np.pi * 220 * 2 ** (interval / 12) * time[part])
            mix[part, voice % 2] += 0.06 * tone
            mix[part, 1 - voice % 2] += 0.03 * tone
    return np.clip(mix * 0.8, -0.98, 0.98).astype(np.float32)


@cache
def packets(bit_rate_bps: int = 128_000) -> tuple[bytes, ...]:
    """Return the loop as Opus packets of 20 ms."""
    encoder = AudioCodecContext.create("libopus", "w")
    encoder.sample_rate = SAMPLE_RATE_HZ
    encoder.layout = "stereo"
    encoder.format = "flt"
    encoder.bit_rate = bit_rate_bps
    encoder.open()
    samples = render()
    encoded = []
    for number in range(len(samples) // PACKET_SAMPLES):
        block = samples[number * PACKET_SAMPLES : (number + 1) * PACKET_SAMPLES]
        frame = AudioFrame.from_ndarray(block.reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.pts = number * PACKET_SAMPLES
        encoded += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(encoded)


def write_wave(path: Path, samples: NDArray[np.float32]) -> None:
    """Write `samples`, shape (count, 2), as a WAV file of 16 bits."""
    with wave.open(str(path), "wb") as out:
        out.setparams((2, 2, SAMPLE_RATE_HZ, 0, "NONE", ""))
        out.writeframes((samples * 32_767).astype("<i2").tobytes())
