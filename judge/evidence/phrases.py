"""Where in a phrase of eight bars changes come, and where they used to come.

Dance music changes where phrases begin: a part comes in, a fill leads over, a cymbal marks it. How
much the sound changes at each beat is summed by the beat's place in a count of 32; a switch that
comes some beats beside the old track's changes is off its phrase.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SECONDS
from judge.listening.onsets import FINE_BANDS
from judge.listening.trail import Trail

PHRASE_BEATS: Final = 32
REACH_BEATS: Final = (2, 4)
"""A change at a beat is what differs between so many beats before and after it: two leave out the
pattern of kick and clap, four that of a bar."""
AROUND_BEATS: Final = 8
"""Places in the phrase that are shown, on either side of the newest beat's."""
PHRASE_FEATURES: Final = len(REACH_BEATS) * (2 * AROUND_BEATS + 2) + 1

_BLOCKS: Final = 20
"""Spectra of 25 ms are kept, 20 in a hop."""
_BLOCK_SECONDS: Final = HOP_SECONDS / _BLOCKS
_KEPT: Final = 24 * _BLOCKS
_FORGET: Final = 0.985
"""Of each place for each beat that passes: half is forgotten after 46 beats."""
_USUAL: Final = 0.3
_LATEST: Final = 8


class PhraseCourse:
    """The changes of one set by their place in its phrases."""

    def __init__(self) -> None:
        self._spectra: Trail[np.float32] = Trail(_KEPT, FINE_BANDS, np.float32)
        self._sums = np.zeros((len(REACH_BEATS), PHRASE_BEATS))
        self._change = np.zeros(len(REACH_BEATS))
        self._done: int | None = None  # newest beat whose change is known
        self._end_seconds = 0.0

    def hear(
        self,
        fine: NDArray[np.float32],
        beat_seconds: float | None,
        period_seconds: float,
        beat_count: int,
        end_seconds: float,
    ) -> NDArray[np.float64]:
        """Take one hop; return what its newest completed beat shows, shape (PHRASE_FEATURES,).

        Parameters
        ----------
        fine
            Shape (frames, FINE_BANDS): the hop's log spectrum.
        beat_seconds, period_seconds, beat_count
            The newest beat, the length of one, and its number; None where there is none.
        end_seconds
            Of the hop.
        """
        self._spectra.append(fine.reshape(_BLOCKS, -1, FINE_BANDS).mean(axis=1))
        self._end_seconds = end_seconds
        features = np.zeros(PHRASE_FEATURES)
        if beat_seconds is None:
            self._done = None
            return features
        reach = max(REACH_BEATS)
        since = (end_seconds - beat_seconds) / period_seconds
        newest = beat_count - max(math.ceil(reach - since), 0)
        first = newest if self._done is None else max(self._done + 1, newest - _LATEST)
        for number in range(first, newest + 1):
            at_seconds = beat_seconds + (number - beat_count) * period_seconds
            self._note(number, at_seconds, period_seconds)
        self._done = max(newest, first - 1)
        places = (newest + np.arange(-AROUND_BEATS, AROUND_BEATS + 1)) % PHRASE_BEATS
        usual = self._sums.mean(axis=1, keepdims=True) + _USUAL
        shown = np.log1p(self._sums[:, places] / usual)
        features[:-1] = np.concatenate((shown, self._change[:, None]), axis=1).ravel()
        features[-1] = 1.0
        return features

    def _note(self, number: int, seconds: float, period_seconds: float) -> None:
        """Add the change at one beat to its place."""
        rows = self._spectra.newest()
        at = len(rows) - round((self._end_seconds - seconds) / _BLOCK_SECONDS)
        self._sums *= _FORGET
        for row, beats in enumerate(REACH_BEATS):
            reach = round(beats * period_seconds / _BLOCK_SECONDS)
            if at - reach < 0 or at + reach > len(rows):
                self._change[row] = 0.0
                continue
            before, after = rows[at - reach : at].mean(axis=0), rows[at : at + reach].mean(axis=0)
            self._change[row] = float(np.sqrt(np.square(after - before).mean()))
            self._sums[row, number % PHRASE_BEATS] += self._change[row]
