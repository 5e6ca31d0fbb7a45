"""The folder that clips are kept in. Calls block, so they are for a thread; one writer at a time.

A clip is there when its `{id}.json` is, which is therefore written last and deleted first. What a
crash leaves behind is swept later (`web.clips.sweeping`).
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.errors import NotFound
from web.clips.facts import ID_FORMAT, ClipFacts, FactsDamaged, facts_body, read_facts
from web.operations import free_bytes

SOUND_SUFFIX: Final = ".ogg"
FACTS_SUFFIX: Final = ".json"
PART_SUFFIX: Final = ".part"

logger = logging.getLogger(__name__)


class WritingAbandoned(Exception):
    """Nobody waits for the clip any more, so it was not kept."""


class ClipFolder:
    """Clips on the disk.

    Parameters
    ----------
    path
        Where; made with the first clip.
    least_free_bytes
        Nothing is written while the disk has less than this left.
    """

    def __init__(self, path: Path, least_free_bytes: int = 0) -> None:
        self.path = path
        self._least_free_bytes = least_free_bytes

    def write(
        self, facts: ClipFacts, sound: bytes, abandoned: Callable[[], bool] = lambda: False
    ) -> None:
        """Keep a clip, whole or not at all.

        Parameters
        ----------
        facts, sound
            What is kept.
        abandoned
            Asked last: where it says yes, nothing is kept.

        Raises
        ------
        OSError
            If it could not be stored, or the disk has too little space left.
        WritingAbandoned
            If nobody waits for it any more.
        """
        self._require_space(len(sound))
        self.path.mkdir(parents=True, exist_ok=True)
        sound_path, facts_path = self.paths(facts.id)
        try:
            _write_whole(sound_path, sound)
            part = _write_part(facts_path, facts_body(facts))
            if abandoned():
                raise WritingAbandoned(facts.id)
            part.replace(facts_path)
        except BaseException:
            for path in (facts_path, sound_path):
                for each in (path, _part_of(path)):
                    with suppress(OSError):
                        each.unlink(missing_ok=True)
            raise

    def _require_space(self, wanted_bytes: int) -> None:
        free = free_bytes(self.path)
        if free - wanted_bytes < self._least_free_bytes:
            raise OSError(errno.ENOSPC, f"only {free} bytes are free")

    def facts(self, clip: str) -> ClipFacts:
        """Read what is kept of a clip.

        Raises
        ------
        core.errors.NotFound
            If there is no such clip.
        OSError
            If it cannot be read.
        """
        try:
            return read_facts(self.paths(clip)[1].read_bytes())
        except FileNotFoundError:
            raise no_such_clip(clip) from None
        except FactsDamaged as damage:
            logger.warning("clip %s cannot be read: %s", clip, damage)
            raise no_such_clip(clip) from damage

    def sound(self, clip: str) -> tuple[Path, os.stat_result]:
        """Return where a clip's sound is, and its size and date; raises as `facts` does."""
        sound_path, facts_path = self.paths(clip)
        try:
            facts_path.stat()
            return sound_path, sound_path.stat()
        except FileNotFoundError:
            raise no_such_clip(clip) from None

    def delete(self, clip: str) -> None:
        """Delete a clip, or what is left of it.

        Raises
        ------
        core.errors.NotFound
            If no clip can have that id.
        OSError
            If it cannot be deleted.
        """
        sound_path, facts_path = self.paths(clip)
        facts_path.unlink(missing_ok=True)
        sound_path.unlink(missing_ok=True)

    def paths(self, clip: str) -> tuple[Path, Path]:
        """Return where sound and facts of a clip are, or would be; raises as `delete` does."""
        if not ID_FORMAT.fullmatch(clip):
            raise no_such_clip(clip)
        return self.path / (clip + SOUND_SUFFIX), self.path / (clip + FACTS_SUFFIX)


def no_such_clip(clip: str) -> NotFound:
    """Return the error for a clip that is not there, whether it ever was or not."""
    return NotFound(
        f"There is no clip {clip!r}: it was deleted, its time is over, or there never was one.",
        code="clip_not_found",
        clip=clip,
    )


def _part_of(path: Path) -> Path:
    return path.with_name(path.name + PART_SUFFIX)


def _write_part(path: Path, body: bytes) -> Path:
    """Have the disk hold `body` beside `path`, to be put in its place at once."""
    part = _part_of(path)
    with part.open("xb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    return part


def _write_whole(path: Path, body: bytes) -> None:
    _write_part(path, body).replace(path)
