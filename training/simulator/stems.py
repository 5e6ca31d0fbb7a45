"""How loud each deck was, in bands: what was audible of which track, known rather than heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from core.media import SAMPLE_RATE_HZ
from training.simulator.synthesis import Audio

CELL_SAMPLES: Final = 6_000
BAND_EDGES_HZ: Final = (150.0, 3_000.0)
"""LOW lies below the first, MID between them, HIGH above the second."""

BANDS: Final = len(BAND_EDGES_HZ) + 1
_EDGE_BINS: Final = [0, *(int(edge * CELL_SAMPLES / SAMPLE_RATE_HZ) + 1 for edge in BAND_EDGES_HZ)]


@dataclass(frozen=True, slots=True)
class StemBands:
    """Mean power of one deck in each cell and band, full scale is 1.

    Attributes
    ----------
    wet
        Shape (cells, 3), float32: the channel's output (LOW, MID, HIGH), before the master.
    dry
        Shape (cells, 3), float32: what the deck plays into its channel, as if the fader stood at
        1 without trim, knobs and echo; 0 where the fader is closed.
    """

    wet: NDArray[np.float32]
    dry: NDArray[np.float32]


class StemLevels:
    """The levels of all decks, as far as the set is rendered.

    Cell `c` holds the samples from `c * CELL_SAMPLES` on the set's clock on.
    """

    def __init__(self) -> None:
        self._first_cells: dict[int, int] = {}
        self._powers: dict[int, list[NDArray[np.float32]]] = {}
        self.end_sample = 0

    def keep(self, track: int, start: int, wet: Audio, dry: Audio | None) -> None:
        """Note the next block of a deck; its start and length are multiples of `CELL_SAMPLES`."""
        silent = dry is None and not wet.any()
        if silent and track not in self._powers:
            return
        powers = np.zeros((len(wet) // CELL_SAMPLES, 2, BANDS), dtype=np.float32)
        if not silent:
            powers[:, 0] = band_powers(wet)
        if dry is not None:
            powers[:, 1] = band_powers(dry)
        self._first_cells.setdefault(track, start // CELL_SAMPLES)
        self._powers.setdefault(track, []).extend(powers)
        self.end_sample = max(self.end_sample, start + len(wet))

    def between(self, start_sample: float, end_sample: float) -> dict[int, StemBands]:
        """Return the levels over a stretch, by index of the track.

        Parameters
        ----------
        start_sample, end_sample
            On the set's clock; the cells in which they lie are the first and the last.

        Returns
        -------
        dict
            Only tracks of which something is rendered in the stretch; 0 where nothing is.
        """
        begin = int(np.floor(start_sample / CELL_SAMPLES))
        end = max(begin + 1, int(np.ceil(end_sample / CELL_SAMPLES)))
        levels: dict[int, StemBands] = {}
        for track, known in self._powers.items():
            first = self._first_cells[track]
            low, high = max(begin, first), min(end, first + len(known))
            if low < high:
                powers = np.zeros((end - begin, 2, BANDS), dtype=np.float32)
                powers[low - begin : high - begin] = known[low - first : high - first]
                levels[track] = StemBands(powers[:, 0].copy(), powers[:, 1].copy())
        return levels


def band_powers(audio: Audio) -> NDArray[np.float32]:
    """Return the mean power of the middle of stereo audio, shape (cells, 3); bands sum to all."""
    middle = (audio[:, 0] + audio[:, 1]).reshape(-1, CELL_SAMPLES)
    spectrum = fft.rfft(middle, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    power[:, 0] /= 2  # these two bins have no twin at a negative frequency
    power[:, -1] /= 2
    bands = np.add.reduceat(power, _EDGE_BINS, axis=1)
    return np.asarray(bands / np.float32(2 * CELL_SAMPLES**2), dtype=np.float32)
