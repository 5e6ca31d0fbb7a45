"""The last minutes as findings need them, one row a hop."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Final

from core.media import HOP_SAMPLES

HISTORY_HOPS: Final = 480
"""Four minutes: a transition settles within two."""


@dataclass(frozen=True, slots=True)
class HopNote:
    """What findings remember of one hop."""

    start_sample: int
    momentary_lufs: float | None
    bass_db: float | None
    energy: float | None


class History:
    """Notes on the newest hops, one for each, whether it came or not."""

    def __init__(self) -> None:
        self._notes: deque[HopNote] = deque(maxlen=HISTORY_HOPS)

    def add(self, note: HopNote) -> None:
        """Add the newest hop; hops that never came before it are noted as unknown."""
        if self._notes:
            missing = (note.start_sample - self._notes[-1].start_sample) // HOP_SAMPLES - 1
            for back in range(min(missing, HISTORY_HOPS), 0, -1):
                start_sample = note.start_sample - back * HOP_SAMPLES
                self._notes.append(HopNote(start_sample, None, None, None))
        self._notes.append(note)

    def newest(self, count: int, skip: int = 0) -> list[HopNote]:
        """Return up to `count` notes, oldest first, that end `skip` hops before the newest."""
        end = max(len(self._notes) - skip, 0)
        return list(islice(self._notes, max(end - count, 0), end))

    def between(self, start_sample: int, end_sample: int) -> list[HopNote]:
        """Return the notes of hops that start from `start_sample` on and before `end_sample`."""
        if not self._notes:
            return []
        oldest = self._notes[0].start_sample
        first = max(-((oldest - start_sample) // HOP_SAMPLES), 0)
        last = max(-((oldest - end_sample) // HOP_SAMPLES), 0)
        return list(islice(self._notes, first, last))


def mean_lufs(notes: list[HopNote]) -> float | None:
    """Return the loudness of the mean power over the notes; None where all was silent."""
    powers = [
        10 ** (note.momentary_lufs / 10) if note.momentary_lufs is not None else 0.0
        for note in notes
    ]
    total = sum(powers)
    return 10 * math.log10(total / len(powers)) if total > 0 else None


def mean_energy(notes: list[HopNote]) -> float | None:
    """Return the mean energy over the notes that have one; None where none has."""
    known = [note.energy for note in notes if note.energy is not None]
    return sum(known) / len(known) if known else None
