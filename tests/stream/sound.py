"""Test tones as real Opus packets, and what to measure in what comes back."""

from __future__ import annotations

from functools import cache

import av
import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.messages import EncodedAudio

PACKET_SAMPLES = 960


def stereo_tones(samples, left_hz=440.0, right_hz=1000.0, amplitude=0.5):
    """Return float32 of shape (samples, 2): one tone a channel."""
    time = np.arange(samples) / SAMPLE_RATE_HZ
    tones = [np.sin(2 * np.pi * hz * time) for hz in (left_hz, right_hz)]
    return (amplitude * np.stack(tones, axis=1)).astype(np.float32)


def encode(pcm, *, bit_rate=256_000, packet_ms=20, options=None):
    """Encode PCM of shape (samples, channels) with libopus."""
    layout = "stereo" if pcm.shape[1] == 2 else "mono"
    encoder = av.AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE_HZ, layout, "flt"
    encoder.bit_rate = bit_rate
    encoder.options = {"frame_duration": str(packet_ms), **(options or {})}
    size = SAMPLE_RATE_HZ * packet_ms // 1000
    payloads = []
    for start in range(0, len(pcm) - size + 1, size):
        block = np.ascontiguousarray(pcm[start : start + size]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout=layout)
        frame.sample_rate = SAMPLE_RATE_HZ
        payloads += [bytes(packet) for packet in encoder.encode(frame)]
    return payloads


@cache
def tone_payloads(packets):
    """Return `packets` payloads of 20 ms: 440 Hz on the left, 1,000 Hz on the right."""
    return tuple(encode(stereo_tones(packets * PACKET_SAMPLES)))


def as_packets(payloads, *, missing=(), session="s1", duration=PACKET_SAMPLES):
    """Return `EncodedAudio` in order, without those whose index is in `missing`."""
    return [
        EncodedAudio(
            session=session,
            start_sample=index * duration,
            duration_samples=duration,
            payload=payload,
            discontinuity=index - 1 in missing,
            arrived_seconds=index * duration / SAMPLE_RATE_HZ,
        )
        for index, payload in enumerate(payloads)
        if index not in missing
    ]


def tone_power(channel, frequency_hz):
    """Return the power of one frequency in a float array of shape (samples,)."""
    time = np.arange(len(channel)) / SAMPLE_RATE_HZ
    return float(np.abs(np.mean(channel * np.exp(-2j * np.pi * frequency_hz * time))) ** 2)


def is_stereo_test_tone(samples):
    """Whether PCM of shape (samples, 2) holds 440 Hz only left and 1,000 Hz only right."""
    left, right = samples[:, 0], samples[:, 1]
    return (
        tone_power(left, 440.0) > 1000 * tone_power(left, 1000.0)
        and tone_power(right, 1000.0) > 1000 * tone_power(right, 440.0)
        and tone_power(left, 440.0) > 1e-3
    )
