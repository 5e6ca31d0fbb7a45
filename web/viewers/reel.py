"""The pictures of one track as a room hands them on: none that could not be decoded.

A picture of a video needs those before it, back to a key picture. So after a gap nothing is handed
on before the next key picture, and the pictures since the last one are kept: whoever joins is sent
them at once and can go on with what comes next. Stills are key pictures all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from web.viewers.protocol import MediaFlag
from web.viewers.units import PictureUnit

STALE_MICROSECONDS: Final = 4_000_000
"""Pictures so far behind the sound are none of just now, and sent to nobody who joins."""


class PictureReel:
    """Keeps the pictures since the last key picture, within bounds.

    Parameters
    ----------
    most_units, most_bytes
        Bounds; a longer run is not kept, and whoever joins waits for the next key picture.
    """

    def __init__(self, most_units: int, most_bytes: int) -> None:
        self._most_units = most_units
        self._most_bytes = most_bytes
        self._kept: list[PictureUnit] = []
        self._bytes = 0
        self._last_seq: int | None = None  # handed on last; None: only a key picture can follow
        self._owed = MediaFlag.NONE

    @property
    def is_under_way(self) -> bool:
        """Whether what comes next may need pictures that were handed on before."""
        return self._last_seq is not None

    def admit(self, unit: PictureUnit) -> bool:
        """Return whether the next picture can be decoded; if so it is kept.

        The first one after a gap is marked.
        """
        is_key = bool(unit.flags & MediaFlag.KEY)
        if self._last_seq is not None and unit.seq != self._last_seq + 1:
            self._lose(MediaFlag.NONE)
        if self._last_seq is None and not is_key:
            self._lose(unit.flags)
            return False
        unit.flags |= self._owed
        self._owed = MediaFlag.NONE
        self._last_seq = unit.seq
        if is_key:
            self._kept, self._bytes = [unit], unit.size_bytes
        elif self._kept:
            self._keep(unit)
        return True

    def _lose(self, flags: MediaFlag) -> None:
        self.end()
        self._owed |= MediaFlag.DISCONTINUITY | flags & MediaFlag.CONFIGURATION_CHANGED

    def _keep(self, unit: PictureUnit) -> None:
        self._kept.append(unit)
        self._bytes += unit.size_bytes
        if len(self._kept) > self._most_units or self._bytes > self._most_bytes:
            self._kept, self._bytes = [], 0

    def end(self) -> None:
        """Forget what was handed on: the show pauses, and begins again with a key picture."""
        self._kept, self._bytes = [], 0
        self._last_seq = None

    def burst(self, position_microseconds: int) -> Sequence[PictureUnit]:
        """Return the pictures that whoever joins needs to go on with what comes next.

        Parameters
        ----------
        position_microseconds
            Where the room stands on its media clock.

        Returns
        -------
        Sequence
            Empty where there are none, or none of just now: then only a key picture will do.
        """
        if not self._kept:
            return ()
        behind_microseconds = position_microseconds - self._kept[-1].pts_microseconds
        return () if behind_microseconds > STALE_MICROSECONDS else tuple(self._kept)
