"""Tones, noise, envelopes and cyclic effects: what instruments are built of.

Everything that loops is rendered on a circle: a tail that passes the loop's end comes back at its
start, so a loop repeats without a seam.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from core.media import SAMPLE_RATE_HZ

Audio = NDArray[np.float32]

TABLE_SIZE: Final = 4096
CONTROL_SAMPLES: Final = 64
"""A tone's moving filter is computed once in so many samples and drawn straight in between."""

HIGHEST_PARTIAL_HZ: Final = 17_000.0

RINGING_SAMPLES: Final = 4_800
"""How far the cyclic filters ring."""


@lru_cache(maxsize=1)
def sine_table() -> Audio:
    """Return one period of a sine."""
    angle = 2 * np.pi * np.arange(TABLE_SIZE) / TABLE_SIZE
    return np.asarray(np.sin(angle), dtype=np.float32)


@lru_cache(maxsize=256)
def _wave_table(shape: str, partials: int) -> Audio:
    spectrum = np.zeros(TABLE_SIZE // 2 + 1, dtype=np.complex64)
    order = np.arange(1, partials + 1)
    amplitudes = _amplitudes(shape, partials)
    spectrum[order] = -0.5j * TABLE_SIZE * amplitudes
    table = fft.irfft(spectrum)
    return np.asarray(table / np.abs(table).max(), dtype=np.float32)


def _amplitudes(shape: str, partials: int) -> NDArray[np.float64]:
    order = np.arange(1, partials + 1)
    if shape == "saw":
        return 1.0 / order
    if shape == "square":
        return np.where(order % 2 == 1, 1.0 / order, 0.0)
    if shape == "organ":
        drawbars = np.zeros(partials)
        for harmonic, level in ((1, 1.0), (2, 0.7), (3, 0.5), (4, 0.35), (6, 0.2), (8, 0.12)):
            if harmonic <= partials:
                drawbars[harmonic - 1] = level
        return drawbars
    return np.where(order == 1, 1.0, 0.0)  # sine


def _phase_index(frequency_hz: float, samples: int, phase: float) -> NDArray[np.int64]:
    cycles = phase + np.arange(samples) * (frequency_hz / SAMPLE_RATE_HZ)
    return np.asarray(cycles * TABLE_SIZE, dtype=np.int64)


def tone(shape: str, frequency_hz: float, samples: int, phase: float = 0.0) -> Audio:
    """Return a steady band-limited tone.

    Parameters
    ----------
    shape
        "saw", "square", "organ" or "sine".
    frequency_hz
        Fundamental.
    samples
        Length.
    phase
        Start within the period, 0-1.
    """
    partials = min(TABLE_SIZE // 2 - 1, max(1, int(HIGHEST_PARTIAL_HZ / frequency_hz)))
    index = _phase_index(frequency_hz, samples, phase) & (TABLE_SIZE - 1)
    return np.asarray(_wave_table(shape, partials)[index])


def swept_tone(
    shape: str, frequency_hz: float, cutoff_hz: NDArray[np.float64], resonance: float, samples: int
) -> Audio:
    """Return a tone through a resonant two-pole low-pass whose cutoff moves.

    The filter is applied to each partial's amplitude, which no moving recursive filter can do
    without transients.

    Parameters
    ----------
    shape, frequency_hz
        As in `tone`; at most 48 partials sound.
    cutoff_hz
        Shape (K,): cutoff at K points spread evenly over the tone.
    resonance
        Gain at the cutoff; 0.7 is flat.
    samples
        Length.
    """
    points = samples // CONTROL_SAMPLES + 2
    cutoff = np.interp(np.linspace(0, 1, points), np.linspace(0, 1, len(cutoff_hz)), cutoff_hz)
    partials = min(48, max(1, int(min(HIGHEST_PARTIAL_HZ, 6 * cutoff.max()) / frequency_hz)))
    ramp = np.arange(CONTROL_SAMPLES, dtype=np.float32) / CONTROL_SAMPLES
    index = _phase_index(frequency_hz, samples, 0.0)
    output = np.zeros(samples, dtype=np.float32)
    for order, amplitude in enumerate(_amplitudes(shape, partials), start=1):
        if amplitude == 0.0:
            continue
        ratio = (order * frequency_hz / cutoff) ** 2
        gain = (amplitude / np.sqrt((1 - ratio) ** 2 + ratio / resonance**2)).astype(np.float32)
        curve = gain[:-1, None] + np.diff(gain)[:, None] * ramp
        output += sine_table()[(index * order) & (TABLE_SIZE - 1)] * curve.reshape(-1)[:samples]
    return output


def noise(rng: np.random.Generator, samples: int) -> Audio:
    """Return white noise of unit variance."""
    return rng.standard_normal(samples, dtype=np.float32)


def decay(samples: int, seconds: float) -> Audio:
    """Return an exponential decay that falls by 60 dB in `seconds`."""
    time = np.arange(samples, dtype=np.float32)
    return np.asarray(np.exp(time * np.float32(-6.9078 / (seconds * SAMPLE_RATE_HZ))))


def gate(samples: int, attack_seconds: float, release_seconds: float) -> Audio:
    """Return an envelope that rises, holds and falls, with rounded corners."""
    attack = max(1, min(samples // 2, int(attack_seconds * SAMPLE_RATE_HZ)))
    release = max(1, min(samples // 2, int(release_seconds * SAMPLE_RATE_HZ)))
    envelope = np.ones(samples, dtype=np.float32)
    envelope[:attack] = np.sin(np.linspace(0, np.pi / 2, attack)) ** 2
    envelope[samples - release :] *= np.cos(np.linspace(0, np.pi / 2, release)) ** 2
    return envelope


def filtered(audio: Audio, kind: str, cutoff_hz: float | tuple[float, float], order: int) -> Audio:
    """Return `audio` through a Butterworth filter along its first axis.

    Parameters
    ----------
    audio
        Shape (samples,) or (samples, channels).
    kind
        "lowpass", "highpass" or "bandpass".
    cutoff_hz
        Edge, or both edges.
    order
        Of the filter; a bandpass has twice as many poles.
    """
    sections = _butterworth(kind, cutoff_hz, order)
    return np.asarray(signal.sosfilt(sections, audio, axis=0), dtype=np.float32)


@lru_cache(maxsize=64)
def _butterworth(kind: str, cutoff_hz: float | tuple[float, float], order: int) -> Audio:
    sections = signal.butter(order, cutoff_hz, kind, fs=SAMPLE_RATE_HZ, output="sos")
    return np.asarray(sections, dtype=np.float32)


def saturated(audio: Audio, drive: float) -> Audio:
    """Return `audio` through a soft curve; full scale stays full scale."""
    return np.asarray(np.tanh(audio * np.float32(drive)) / np.float32(np.tanh(drive)))


def placed(loop: Audio, sound: Audio, position: float, gain: float = 1.0, pan: float = 0.0) -> None:
    """Add a sound to a stereo loop, on the circle.

    Parameters
    ----------
    loop
        Shape (samples, 2); changed in place.
    sound
        Shape (n,) or (n, 2).
    position
        Sample at which it starts; rounded.
    gain
        Factor.
    pan
        -1 left to 1 right, with equal power.
    """
    gains = np.full(2, gain, dtype=np.float32)
    if sound.ndim == 1:
        angle = (pan + 1) * np.pi / 4
        gains *= np.float32(np.sqrt(2)) * np.array([np.cos(angle), np.sin(angle)], np.float32)
    sides = [sound, sound] if sound.ndim == 1 else [sound[:, 0], sound[:, 1]]
    for channel, side in enumerate(sides):  # an inner loop over two sides would be slow
        _add_around(loop[:, channel], side * gains[channel], round(position) % len(loop))


def _add_around(circle: Audio, sound: Audio, start: int) -> None:
    while len(sound):
        room = min(len(circle) - start, len(sound))
        circle[start : start + room] += sound[:room]
        sound = sound[room:]
        start = 0


def reverberated(loop: Audio, rng: np.random.Generator, seconds: float, wet: float) -> Audio:
    """Return a loop in a room: dry plus a diffuse stereo tail, on the circle.

    Parameters
    ----------
    loop
        Shape (samples, 2).
    rng
        Draws the room.
    seconds
        Time to fall by 60 dB.
    wet
        Energy of the tail beside the dry sound.
    """
    tail = _tail(rng, min(len(loop), int(seconds * SAMPLE_RATE_HZ)), seconds, wet)
    spectrum, size = _spectrum(loop, len(loop) + len(tail))
    room = fft.ifft(_middle(spectrum) * _spectrum(tail, size)[0], overwrite_x=True)
    return loop + _wrapped(room, len(loop))


def echoed(loop: Audio, delay_samples: float, feedback: float, wet: float) -> Audio:
    """Return a loop with echoes that change sides, on the circle."""
    output = loop.copy()
    level, repeat = wet, 1
    while level > 0.02:
        moved = np.roll(loop, round(delay_samples * repeat), axis=0)
        output += np.float32(level) * (moved[:, ::-1] if repeat % 2 else moved)
        level *= feedback
        repeat += 1
    return output


def shaped(
    loop: Audio, rng: np.random.Generator, seconds: float, wet: float, edges_hz: tuple[float, float]
) -> tuple[Audio, Audio]:
    """Return a loop without its lows in a room, and the same through a closed filter.

    All of it happens at once between one transform and two back.

    Parameters
    ----------
    loop, rng, seconds, wet
        As in `reverberated`.
    edges_hz
        Of the second-order high-pass and of the first-order low-pass, both of zero phase.
    """
    tail = _tail(rng, min(len(loop), int(seconds * SAMPLE_RATE_HZ)), seconds, wet)
    spectrum, size = _spectrum(loop, len(loop) + len(tail) + 2 * RINGING_SAMPLES)
    highpass, lowpass = _zero_phase_gains(size, *edges_hz)
    room = _middle(spectrum)
    room *= _spectrum(tail, size)[0]
    spectrum += room
    spectrum *= highpass
    bright = fft.ifft(spectrum)
    spectrum *= lowpass
    return (
        _wrapped(bright, len(loop), RINGING_SAMPLES),
        _wrapped(fft.ifft(spectrum, overwrite_x=True), len(loop), RINGING_SAMPLES),
    )


def _tail(rng: np.random.Generator, length: int, seconds: float, wet: float) -> Audio:
    """Return a room's answer to a click, shape (length, 2)."""
    tail = rng.standard_normal((length, 2), dtype=np.float32) * decay(length, seconds)[:, None]
    tail = filtered(filtered(tail, "lowpass", 6_500.0, 1), "highpass", 250.0, 2)
    delay = min(length - 1, int(0.012 * SAMPLE_RATE_HZ))
    tail[delay:] = tail[: length - delay].copy()
    tail[:delay] = 0.0
    return np.asarray(tail * (np.float32(wet) / np.sqrt((tail**2).sum(axis=0) + 1e-12)))


def _spectrum(audio: Audio, least: int) -> tuple[NDArray[np.complex64], int]:
    """Return the transform of left + i right, as long as `least` or a little longer.

    One complex transform takes little more than half as long as two real ones; a length with
    large prime factors would take twenty times longer.
    """
    size = fft.next_fast_len(least)
    pairs = np.ascontiguousarray(audio, dtype=np.float32).view(np.complex64)[:, 0]
    return fft.fft(pairs, size), size


def _middle(spectrum: NDArray[np.complex64]) -> NDArray[np.complex64]:
    """Return the transform of (left + right) / 2 from that of left + i right."""
    mirrored = np.empty_like(spectrum)
    mirrored[0] = spectrum[0]
    mirrored[1:] = spectrum[:0:-1]
    np.conjugate(mirrored, out=mirrored)
    mirrored *= np.complex64(0.25 + 0.25j)
    mirrored += spectrum * np.complex64(0.25 - 0.25j)
    return mirrored


def _zero_phase_gains(size: int, highpass_hz: float, lowpass_hz: float) -> list[Audio]:
    hertz = np.arange(size // 2 + 1, dtype=np.float32) * np.float32(SAMPLE_RATE_HZ / size)
    high = (hertz / np.float32(highpass_hz)) ** 2
    low = (hertz / np.float32(lowpass_hz)) ** 2
    halves = (high / np.sqrt(1 + high * high), 1 / np.sqrt(1 + low))
    return [np.concatenate([half, half[(size - 1) // 2 : 0 : -1]]) for half in halves]


def _wrapped(around: NDArray[np.complex64], samples: int, before: int = 0) -> Audio:
    """Return a stereo loop from what runs over its end, and `before` samples over its start."""
    sound = np.ascontiguousarray(around).view(np.float32).reshape(-1, 2)
    loop = sound[:samples].copy()
    over = sound[samples : len(sound) - before]
    loop[: len(over)] += over[:samples]
    if before:
        loop[-before:] += sound[-before:]
    return loop
