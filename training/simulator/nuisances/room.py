"""A club as a microphone hears it: the loudspeakers, their first echoes, and the room."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import fft

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from training.simulator.synthesis import Audio, decay, filtered

_BANDS: Final[tuple[tuple[str, float | tuple[float, float], float], ...]] = (
    ("lowpass", 250.0, 1.5),
    ("bandpass", (250.0, 2_500.0), 1.0),
    ("highpass", 2_500.0, 0.55),
)
"""Concrete swallows little bass, people and air much treble: each band's reverberation time."""

FIRST_ECHOES: Final = 8
LATEST_FIRST_ECHO_SECONDS: Final = 0.06


class Room:
    """Convolves a stream with the response of a room, in partitions as long as a block.

    Parameters
    ----------
    rng
        Draws the room.
    reverberation_seconds
        To fall by 60 dB, in the middle of the spectrum.
    wet_db
        Energy of the room beside that of the loudspeakers themselves.

    Notes
    -----
    Uniformly partitioned overlap-save (W. G. Gardner, "Efficient convolution without input-output
    delay", 1995), without the part that makes it immediate: a block is at hand as a whole.
    """

    delay_samples: Final = 0

    def __init__(
        self, rng: np.random.Generator, reverberation_seconds: float, wet_db: float
    ) -> None:
        response = _response(rng, reverberation_seconds, wet_db)
        parts = -(-len(response) // HOP_SAMPLES)
        padded = np.zeros((parts * HOP_SAMPLES, 2), dtype=np.float32)
        padded[: len(response)] = response
        self._responses = [
            fft.rfft(part, 2 * HOP_SAMPLES, axis=0) for part in np.split(padded, parts)
        ]
        self._spectra = [np.zeros_like(self._responses[0]) for _ in range(parts)]
        self._previous = np.zeros((HOP_SAMPLES, 2), dtype=np.float32)

    def __call__(self, block: Audio) -> Audio:
        """Return the block, shape (HOP_SAMPLES, 2), in the room."""
        both = np.concatenate([self._previous, block])
        self._previous = block
        self._spectra = [fft.rfft(both, axis=0), *self._spectra[:-1]]
        total = np.zeros_like(self._spectra[0])
        for spectrum, response in zip(self._spectra, self._responses, strict=True):
            total += spectrum * response
        wet = fft.irfft(total, 2 * HOP_SAMPLES, axis=0)[HOP_SAMPLES:]
        return np.asarray(wet, dtype=np.float32)


def _response(rng: np.random.Generator, seconds: float, wet_db: float) -> Audio:
    """Return an impulse response of unit energy, shape (samples, 2), its direct sound first."""
    samples = int(1.2 * seconds * SAMPLE_RATE_HZ)
    room = np.zeros((samples, 2), dtype=np.float32)
    for kind, edges, share in _BANDS:
        hiss = filtered(rng.standard_normal((samples, 2), dtype=np.float32), kind, edges, 2)
        room += hiss * decay(samples, share * seconds)[:, None]
    room[: int(0.005 * SAMPLE_RATE_HZ)] = 0.0
    room *= np.float32(0.7) / np.sqrt((room**2).sum(axis=0))
    arrivals = rng.uniform(0.004, LATEST_FIRST_ECHO_SECONDS, (FIRST_ECHOES, 2))
    for echo in arrivals:
        for side, arrival in enumerate(echo):
            loss = 0.003 / arrival
            room[int(arrival * SAMPLE_RATE_HZ), side] += rng.choice((-1.0, 1.0)) * loss
    room *= np.float32(10 ** (wet_db / 20)) / np.sqrt((room**2).sum(axis=0))
    room[0] += 1.0
    return np.asarray(room / np.sqrt((room**2).sum(axis=0)), dtype=np.float32)
