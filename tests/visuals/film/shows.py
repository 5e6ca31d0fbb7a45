"""Small shows to film: sound whose beats are known, and a generator that draws them plainly."""

from __future__ import annotations

import numpy as np

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.visuals.hearing.told import beat
from visuals.film.hindsight import HeardHop
from visuals.picture import Drawn, PictureSize

SIZE = PictureSize(160, 90)
BPM = 120.0


class Plain:
    """Draws the beat as a grey square: bright on it, dark before the next."""

    def __init__(self, size=SIZE):
        self.size = size
        self.seen = []
        self._picture = np.zeros((size.height, size.width, 3), np.uint8)

    def resize(self, size):
        self.size = size

    def draw(self, senses, settings):
        self.seen.append(senses)
        self._picture[:] = 40 + round(150 * (1.0 - senses.beat % 1.0))  # the same array each time
        return Drawn(self._picture, "plain", "grey")


class Free:
    """Lets everything pass."""

    def limit(self, picture, position_seconds, *, calm):
        return picture


def clicks(seconds, bpm=BPM):
    """A click on each beat, shape (n, 2)."""
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    since = time % (60.0 / bpm)
    sound = 0.8 * np.exp(-60 * since) * np.sin(2 * np.pi * 1_000 * since)
    return np.stack([sound, sound], axis=1).astype(np.float32)


def hops(sound, first=0, late_seconds=1.0, bpm=BPM):
    """Cut sound into hops with what a judge would say, some time after it was true."""
    for start in range(0, len(sound) - HOP_SAMPLES + 1, HOP_SAMPLES):
        known = (first * HOP_SAMPLES + start + HOP_SAMPLES) / SAMPLE_RATE_HZ - late_seconds
        told = ()
        if known >= 1.0:
            number = int(known * bpm / 60.0)
            told = (beat(number * 60.0 / bpm, bpm, 0.9, number % 4),)
        yield HeardHop(first * HOP_SAMPLES + start, sound[start : start + HOP_SAMPLES], told, None)
