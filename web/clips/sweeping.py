"""Deletes clips that are older than they may be kept, or more than the disk is meant to hold."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from core.errors import NotFound
from web.clips.facts import ID_FORMAT
from web.clips.folder import FACTS_SUFFIX, PART_SUFFIX, SOUND_SUFFIX, ClipFolder

DAY_SECONDS: Final = 86_400.0

LEFTOVER_SECONDS: Final = 3_600.0
"""After this long a file without its clip's facts is not being written any more."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    clip: str
    created_unix_seconds: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did, and what it left."""

    deleted: tuple[str, ...]
    kept_bytes: int


class ClipSweeper:
    """Sweeps a folder of clips; calls block, and go to the thread that writes.

    Only files that are named as clips are touched, so that a wrong setting cannot eat what is not
    ours.

    Parameters
    ----------
    folder
        The clips.
    days
        For how long they are kept; 0 is for ever.
    most_bytes
        What all of them together may take; beyond it the oldest go.
    """

    def __init__(self, folder: ClipFolder, *, days: float, most_bytes: int) -> None:
        self._folder = folder
        self._days = days
        self._most_bytes = most_bytes
        self._created: dict[str, float] = {}  # read once: a clip never changes

    def sweep(self, now_unix_seconds: float, keep: str | None = None) -> Swept:
        """Delete what has to go.

        Parameters
        ----------
        now_unix_seconds
            The time by the wall clock.
        keep
            A clip that has just been made, and stays.

        Raises
        ------
        OSError
            If the folder cannot be read.
        """
        files = {path.name: path for path in self._folder.path.glob("*") if _is_of_a_clip(path)}
        kept = self._clips(files)
        self._clear_leftovers(files, {clip.clip for clip in kept}, now_unix_seconds)
        total = sum(clip.bytes for clip in kept)
        deleted = []
        for clip in sorted(kept, key=lambda clip: clip.created_unix_seconds):
            too_old = self._is_too_old(clip, now_unix_seconds)
            if clip.clip == keep or not (too_old or total > self._most_bytes):
                continue
            if _succeeds(partial(self._folder.delete, clip.clip)):
                deleted.append(clip.clip)
                total -= clip.bytes
        return Swept(tuple(deleted), total)

    def _is_too_old(self, clip: _Kept, now_unix_seconds: float) -> bool:
        age_seconds = now_unix_seconds - clip.created_unix_seconds
        return self._days > 0 and age_seconds > self._days * DAY_SECONDS

    def _clips(self, files: dict[str, Path]) -> list[_Kept]:
        ids = [name.removesuffix(FACTS_SUFFIX) for name in files if name.endswith(FACTS_SUFFIX)]
        self._created = {clip: self._created_at(clip) for clip in ids}
        return [
            _Kept(clip, self._created[clip], sum(map(_size, self._folder.paths(clip))))
            for clip in ids
        ]

    def _created_at(self, clip: str) -> float:
        if clip in self._created:
            return self._created[clip]
        try:
            return self._folder.facts(clip).created_unix_seconds
        except (NotFound, OSError):  # damaged, or gone just now
            return _modified(self._folder.paths(clip)[1])

    def _clear_leftovers(
        self, files: dict[str, Path], clips: set[str], now_unix_seconds: float
    ) -> None:
        whole = {path.name for clip in clips for path in self._folder.paths(clip)}
        for name, path in files.items():
            if name not in whole and now_unix_seconds - _modified(path) > LEFTOVER_SECONDS:
                _succeeds(partial(path.unlink, missing_ok=True))


def _is_of_a_clip(path: Path) -> bool:
    stem, dot, suffix = path.name.removesuffix(PART_SUFFIX).rpartition(".")
    return bool(ID_FORMAT.fullmatch(stem)) and dot + suffix in (SOUND_SUFFIX, FACTS_SUFFIX)


def _succeeds(delete: Callable[[], None]) -> bool:
    try:
        delete()
    except OSError as error:
        logger.warning("a clip could not be deleted: %s", error)
        return False
    return True


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


def _modified(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0
