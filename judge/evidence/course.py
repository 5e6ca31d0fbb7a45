"""How sound and level of now differ from those of a while ago."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.listening.onsets import COMPRESSION, FINE_BANDS, ONSET_BANDS
from judge.listening.trail import Trail

KEPT_HOPS: Final = 120
NOVELTY_HOPS: Final = (4, 16, 32, 64)
"""The newest 2 s are compared with the 8 s that ended 2, 8, 16 and 32 s ago."""
_NOW: Final = 4
_BLOCK: Final = 16
_LOWEST_DB: Final = -40.0
_TOP_HOPS: Final = 30
_FLUX_FLOOR: Final = 1e-3
_FAINT: Final = 1e-5
"""-100 dBFS, below all that is heard."""

SOUND_FEATURES: Final = FINE_BANDS + len(NOVELTY_HOPS) + 3 * ONSET_BANDS
LEVEL_FEATURES: Final = 8


class SoundCourse:
    """Timbre, band levels and onset strength against the last minute's."""

    def __init__(self) -> None:
        self._timbre: Trail[np.float64] = Trail(KEPT_HOPS, FINE_BANDS, np.float64)
        self._bands_db: Trail[np.float64] = Trail(KEPT_HOPS, ONSET_BANDS, np.float64)

    def hear(
        self,
        fine: NDArray[np.float32],
        mean_power: NDArray[np.float32],
        flux: NDArray[np.float32],
    ) -> NDArray[np.float64]:
        """Take one hop's spectrum, powers and onsets; return (SOUND_FEATURES,)."""
        # Amplitudes and not the compressed spectra, which a louder copy bends.
        amplitude = np.expm1(fine).mean(axis=0, dtype=np.float64) / COMPRESSION
        level = np.log(amplitude + _FAINT)
        timbre = level - level.mean()
        self._timbre.append(timbre[None])
        bands_db = 10 * np.log10(mean_power.astype(np.float64) + 1e-10)
        self._bands_db.append(bands_db[None])
        rows, bands = self._timbre.newest(), self._bands_db.newest()
        now = rows[-_NOW:].mean(axis=0)
        novelty = [
            float(np.sqrt(np.square(now - old.mean(axis=0)).mean())) if len(old) else 0.0
            for old in (
                rows[max(len(rows) - back - _BLOCK, 0) : max(len(rows) - back, 0)]
                for back in NOVELTY_HOPS
            )
        ]
        top = np.maximum(bands_db - bands.max(axis=0), _LOWEST_DB) / 20
        usual = np.clip(bands_db - np.median(bands[-2 * _TOP_HOPS :], axis=0), -30, 30) / 20
        strength = np.log(flux.mean(axis=0, dtype=np.float64) + _FLUX_FLOOR)
        return np.concatenate((timbre, novelty, top, usual, strength))


class LevelCourse:
    """Loudness against what it was."""

    def __init__(self) -> None:
        self._lufs: Trail[np.float64] = Trail(KEPT_HOPS, 1, np.float64)

    def hear(
        self, momentary_lufs: float | None, short_lufs: float | None, integrated_lufs: float | None
    ) -> NDArray[np.float64]:
        """Take one hop's loudness; return (LEVEL_FEATURES,), in units of 10 LU."""
        now = -70.0 if momentary_lufs is None else max(momentary_lufs, -70.0)
        self._lufs.append(np.array([[now]]))
        rows = self._lufs.newest()[:, 0]
        short = now if short_lufs is None else short_lufs
        usual = short if integrated_lufs is None else integrated_lufs
        tops = [
            _loud(rows[max(len(rows) - end, 0) : len(rows) - start or None], now)
            for start, end in ((0, 8), (0, _TOP_HOPS), (_TOP_HOPS, KEPT_HOPS))
        ]
        low = float(rows[-8:].min())
        steps = (now - usual, short - usual, now - tops[0], now - tops[1], tops[1] - tops[2])
        more = (tops[0] - tops[2], low - tops[1], now - tops[2])
        return np.asarray(np.clip((*steps, *more), -40, 40) / 10)


def _loud(rows: NDArray[np.float64], otherwise: float) -> float:
    """Return the level that the loudest fifth of some hops exceeds."""
    return float(np.percentile(rows, 80)) if len(rows) else otherwise
