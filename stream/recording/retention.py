"""Deletes recordings that are older than they may be kept."""

from __future__ import annotations

import logging
from collections.abc import Container
from pathlib import Path
from typing import Final

from core.errors import DjUniverseError
from stream.recording.facts import AUDIO_NAME, FACTS_NAME, FILE_NAMES, read_facts

DAY_SECONDS: Final = 86_400.0

logger = logging.getLogger(__name__)


def sweep(
    recordings: Path, *, days: float, now_unix_seconds: float, keep: Container[str] = ()
) -> list[str]:
    """Delete the sets in `recordings` that were made more than `days` days ago.

    A set is as young as its facts or its sound say, whichever is younger: the clock of a computer
    that has just been switched on may be years behind.

    Only files that a recording consists of are deleted; a folder that holds anything else stays, so
    that a wrong setting cannot eat what is not ours.

    Parameters
    ----------
    recordings
        Folder of all recordings.
    days
        For how long sets are kept.
    now_unix_seconds
        The time by the wall clock.
    keep
        Sessions not to touch, such as those on air.

    Returns
    -------
    The sessions deleted.
    """
    oldest = now_unix_seconds - days * DAY_SECONDS
    old = [
        folder
        for folder in sorted(recordings.glob("*"))
        if (folder / FACTS_NAME).is_file() and folder.name not in keep and _made(folder) < oldest
    ]
    return [folder.name for folder in old if _delete(folder)]


def _made(folder: Path) -> float:
    try:
        written = (folder / AUDIO_NAME).stat().st_mtime
    except FileNotFoundError:
        written = 0.0
    try:
        return max(read_facts(folder).created_unix_seconds, written)
    except DjUniverseError:
        return max((folder / FACTS_NAME).stat().st_mtime, written)


def _delete(folder: Path) -> bool:
    try:
        if not {path.name for path in folder.iterdir()}.issubset(FILE_NAMES):
            logger.warning("the recording %s holds other files and is kept", folder.name)
            return False
        # The facts go last: as long as they stand, a sweep that was cut short goes on next time.
        for name in FILE_NAMES:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
    except OSError as error:
        logger.warning("the recording %s could not be deleted whole: %s", folder.name, error)
        return False
    return True
