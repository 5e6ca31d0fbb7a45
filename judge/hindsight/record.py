"""What is kept of each hop so that a transition can be read once it has been heard."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ
from judge.evidence import EVIDENCE_FEATURES
from judge.evidence.taker import Ears
from judge.listening.onsets import COMPRESSION, FINE_BANDS, ONSET_BANDS
from judge.listening.trail import Trail
from judge.readings import Heard

KEPT_HOPS: Final = 320
"""160 s: nearly all transitions and what stands on either side of them."""

LONGEST_BRIDGED_HOPS: Final = 8
"""What the network lost is no silence of the DJ's."""

BLOCKS: Final = 5
"""Spectra of 100 ms, five in a hop."""

_SIZES: Final = (2, 12, BLOCKS * FINE_BANDS, ONSET_BANDS, 3)
_ENDS: Final = tuple(int(end) for end in np.cumsum(_SIZES))
NOTE_FEATURES: Final = _ENDS[-1]
_BEAT, _CHROMA, _SPECTRA, _POWER, _FAULTS = (
    slice(end - size, end) for size, end in zip(_SIZES, _ENDS, strict=True)
)
_FAINT: Final = 1e-5
"""-100 dBFS: everything a listener hears lies above, so a louder copy differs by its gain alone."""
_QUIETEST_LUFS: Final = -70.0


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes of N hops, shape (N, NOTE_FEATURES), by their names."""

    rows: NDArray[np.float32]

    @property
    def since_beat_seconds(self) -> NDArray[np.float32]:
        """From the newest beat to the end of each hop, shape (N,)."""
        return self.rows[:, 0]

    @property
    def period_seconds(self) -> NDArray[np.float32]:
        """Of a beat, shape (N,); 0 where there is none."""
        return self.rows[:, 1]

    @property
    def chroma(self) -> NDArray[np.float32]:
        """Shape (N, 12), C first."""
        return self.rows[:, _CHROMA]

    @property
    def spectra(self) -> NDArray[np.float32]:
        """Mean amplitudes as natural logarithms, shape (N, BLOCKS, FINE_BANDS)."""
        return self.rows[:, _SPECTRA].reshape(len(self.rows), BLOCKS, FINE_BANDS)

    @property
    def bands_db(self) -> NDArray[np.float32]:
        """Mean power, shape (N, ONSET_BANDS)."""
        return self.rows[:, _POWER]

    @property
    def momentary_lufs(self) -> NDArray[np.float32]:
        """Loudness, -70 for silence, shape (N,)."""
        return self.rows[:, _FAULTS.start]

    @property
    def clipped_runs(self) -> NDArray[np.float32]:
        """That grew long enough to hear in each hop, shape (N,)."""
        return self.rows[:, _FAULTS.start + 1]

    @property
    def silent_seconds(self) -> NDArray[np.float32]:
        """Run of silence that ends each hop, shape (N,)."""
        return self.rows[:, _FAULTS.start + 2]


def note(ears: Ears, heard: Heard) -> NDArray[np.float32]:
    """Return the note of the hop that was just listened to, shape (NOTE_FEATURES,)."""
    row = np.zeros(NOTE_FEATURES, np.float32)
    onsets, fit = ears.onsets, ears.fit
    row[_SPECTRA] = math.log(_FAINT)
    row[_POWER] = 20 * math.log10(_FAINT)
    row[_FAULTS] = _QUIETEST_LUFS, heard.clipped_runs, heard.silent_samples / SAMPLE_RATE_HZ
    if heard.loudness.momentary_lufs is not None:
        row[_FAULTS.start] = max(heard.loudness.momentary_lufs, _QUIETEST_LUFS)
    if fit is not None:
        row[_BEAT] = fit.since_beat_seconds, fit.period_seconds
    row[_CHROMA] = ears.hop_chroma
    if onsets is not None:
        amplitude = np.expm1(onsets.fine.reshape(BLOCKS, -1, FINE_BANDS)) / COMPRESSION
        row[_SPECTRA] = np.log(amplitude.mean(axis=1) + _FAINT).ravel()
        row[_POWER] = 10 * np.log10(onsets.mean_power + _FAINT**2)
    return row


class SetRecord:
    """The newest hops of a set: their evidence and their notes."""

    def __init__(self) -> None:
        self._evidence: Trail[np.float32] = Trail(KEPT_HOPS, EVIDENCE_FEATURES, np.float32)
        self._notes: Trail[np.float32] = Trail(KEPT_HOPS, NOTE_FEATURES, np.float32)
        self._next_hop = 0

    def hear(self, hop_index: int, evidence: NDArray[np.float32], row: NDArray[np.float32]) -> None:
        """Take a hop; one that is missing is taken to be like the last, a longer gap forgets."""
        gap = hop_index - self._next_hop
        if not 0 <= gap <= LONGEST_BRIDGED_HOPS or not len(self._notes):
            self._evidence.forget_before(0)
            self._notes.forget_before(0)
        else:
            for _ in range(gap):
                self._evidence.append(self._evidence.newest(1).copy())
                self._notes.append(self._notes.newest(1).copy())
        self._evidence.append(evidence[None])
        self._notes.append(row[None])
        self._next_hop = hop_index + 1

    @property
    def first_hop(self) -> int:
        """The oldest hop that is kept."""
        return self._next_hop - len(self._notes)

    @property
    def next_hop(self) -> int:
        """The one after the newest."""
        return self._next_hop

    @property
    def evidence(self) -> NDArray[np.float32]:
        """Shape (N, EVIDENCE_FEATURES)."""
        return self._evidence.newest()

    @property
    def notes(self) -> Notes:
        """Of the same hops."""
        return Notes(self._notes.newest())
