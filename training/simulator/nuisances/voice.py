"""An MC: speech without words, from a pulse of the glottis through moving formants."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from core.media import SAMPLE_RATE_HZ
from training.simulator.nuisances.stage import MUSIC_RMS, Placed, level_of
from training.simulator.synthesis import Audio, filtered, gate, noise, saturated

FORMANTS_HZ: Final = (
    (730.0, 1_090.0, 2_440.0), (530.0, 1_840.0, 2_480.0), (270.0, 2_290.0, 3_010.0),
    (570.0, 840.0, 2_410.0), (300.0, 870.0, 2_240.0), (490.0, 1_350.0, 1_690.0),
)  # fmt: skip
"""Vowels of American men: G. E. Peterson and H. L. Barney, 1952."""

FORMANT_GAINS: Final = (1.0, 0.6, 0.3)
FORMANT_WIDTHS_HZ: Final = (80.0, 110.0, 160.0)
MOVING_SAMPLES: Final = 600
"""The mouth moves once in so many samples."""

OPEN_SHARE: Final = 0.4
CLOSING_SHARE: Final = 0.16
"""Parts of its period in which the glottis opens and closes (A. E. Rosenberg, 1971)."""

PHRASE_SECONDS: Final = (0.6, 3.5)
PAUSE_SECONDS: Final = 8.0
GREETING_SECONDS: Final = 4.0
"""The first words come within so much: a clip with an MC lets one be heard."""

DUCKING_SECONDS: Final = (0.05, 0.5)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whose voice it is."""

    pitch_hz: float
    syllables_a_second: float
    formant_scale: float  # a shorter throat raises all formants


def draw_speaker(rng: np.random.Generator) -> Speaker:
    """Draw a speaker: low and high voices alike."""
    high = rng.uniform()
    return Speaker(
        pitch_hz=float(95 * 2 ** (1.1 * high + rng.uniform(-0.15, 0.15))),
        syllables_a_second=float(rng.uniform(3.2, 5.8)),
        formant_scale=float(1 + 0.16 * high),
    )


class Mc:
    """Lets an MC talk over a stream, in phrases with pauses.

    Parameters
    ----------
    rng
        Draws speaker and speech.
    level_db
        Of the voice while it speaks, beside mastered music.
    ducking_db
        How far the music is pulled down under the voice.
    """

    delay_samples: Final = 0

    def __init__(self, rng: np.random.Generator, level_db: float, ducking_db: float) -> None:
        self._rng = rng
        self._speaker = draw_speaker(rng)
        self._level = MUSIC_RMS * 10 ** (level_db / 20)
        self._depth = np.float32(1 - 10 ** (-ducking_db / 20))
        self._voices, self._duckings = Placed(), Placed()
        self._next = float(rng.uniform(0, GREETING_SECONDS)) * SAMPLE_RATE_HZ
        self._position = 0

    def __call__(self, block: Audio) -> Audio:
        """Return the block, shape (samples, 2), with the MC in the middle."""
        end = self._position + len(block)
        while self._next < end:
            self._speak(round(self._next))
        ducked = np.zeros((len(block), 1), dtype=np.float32)
        self._duckings.mix_into(ducked, self._position)
        output = block * (1 - self._depth * np.minimum(ducked, 1.0))
        self._voices.mix_into(output, self._position)
        self._position = end
        return np.asarray(output, dtype=np.float32)

    def _speak(self, start: int) -> None:
        voice = phrase(self._rng, self._speaker, float(self._rng.uniform(*PHRASE_SECONDS)))
        self._voices.add(start, np.repeat(voice[:, None], 2, axis=1) * np.float32(self._level))
        attack, release = DUCKING_SECONDS
        length = len(voice) + int(release * SAMPLE_RATE_HZ)
        self._duckings.add(start, gate(length, attack, release)[:, None])
        pause = float(self._rng.exponential(PAUSE_SECONDS)) * SAMPLE_RATE_HZ
        self._next = start + length + pause


def phrase(rng: np.random.Generator, speaker: Speaker, seconds: float) -> Audio:
    """Return a phrase of unit level, shape (samples,)."""
    syllables = max(2, round(seconds * speaker.syllables_a_second))
    lengths = rng.uniform(0.6, 1.4, syllables) / speaker.syllables_a_second * SAMPLE_RATE_HZ
    edges = np.concatenate([[0], np.cumsum(lengths)]).astype(int)
    middles = (edges[:-1] + edges[1:]) / 2
    vowels = rng.integers(len(FORMANTS_HZ), size=syllables)
    formants_hz = np.array(FORMANTS_HZ)[vowels] * speaker.formant_scale
    source = _glottis(rng, speaker, middles, int(edges[-1]))
    voice = _mouth(source, middles, formants_hz)
    for start, end in pairwise(edges):
        length = end - start
        seconds_each = length / SAMPLE_RATE_HZ
        loudness = gate(length, 0.2 * seconds_each, 0.35 * seconds_each)
        voice[start:end] *= loudness * np.float32(rng.uniform(0.5, 1.0))
        if rng.uniform() < 0.6:
            voice[start:end] += _consonant(rng, length) * level_of(voice)
    voice = saturated(voice / np.float32(3 * level_of(voice)), 1.5)  # a microphone, held close
    return voice / np.float32(level_of(voice))


def _glottis(
    rng: np.random.Generator, speaker: Speaker, middles: NDArray[np.float64], samples: int
) -> Audio:
    """Return the flow's derivative, its pitch falling and stressed by syllable."""
    stress = 1 + rng.normal(0, 0.09, len(middles)) - 0.15 * middles / samples
    pitch_hz = speaker.pitch_hz * np.interp(np.arange(samples), middles, stress)
    period = np.cumsum(pitch_hz / SAMPLE_RATE_HZ) % 1.0
    opening = 0.5 * (1 - np.cos(np.pi * period / OPEN_SHARE))
    closing = np.cos(0.5 * np.pi * (period - OPEN_SHARE) / CLOSING_SHARE)
    flow = np.where(period < OPEN_SHARE, opening, np.maximum(closing, 0.0))
    flow[period > OPEN_SHARE + CLOSING_SHARE] = 0.0
    pulse = np.diff(flow, prepend=0.0).astype(np.float32)
    return pulse / np.float32(level_of(pulse)) + np.float32(0.03) * noise(rng, samples)


def _mouth(source: Audio, middles: NDArray[np.float64], formants_hz: NDArray[np.float64]) -> Audio:
    """Send a source through three resonances side by side that move from vowel to vowel."""
    output = np.zeros_like(source)
    for index, (gain, width_hz) in enumerate(zip(FORMANT_GAINS, FORMANT_WIDTHS_HZ, strict=True)):
        state = np.zeros((1, 2))
        for start in range(0, len(source), MOVING_SAMPLES):
            span = slice(start, start + MOVING_SAMPLES)
            centre_hz = float(np.interp(start, middles, formants_hz[:, index]))
            numerator, denominator = signal.iirpeak(
                centre_hz, centre_hz / width_hz, fs=SAMPLE_RATE_HZ
            )
            section = np.concatenate([numerator, denominator])[None]
            resonance, state = signal.sosfilt(section, source[span], zi=state)
            output[span] += gain * resonance
    return output


def _consonant(rng: np.random.Generator, syllable_samples: int) -> Audio:
    """Return a hiss or a burst at the start of a syllable, padded to its length."""
    samples = min(syllable_samples, int(rng.uniform(0.02, 0.09) * SAMPLE_RATE_HZ))
    low_hz = float(rng.uniform(1_500, 4_500))
    hiss = filtered(noise(rng, samples), "bandpass", (low_hz, 2 * low_hz), 1)
    padded = np.zeros(syllable_samples, dtype=np.float32)
    padded[:samples] = hiss * gate(samples, 0.004, 0.02)
    return padded
