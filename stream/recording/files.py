"""One set's open files, for the recorder's thread alone: calls may block and raise `OSError`."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from pathlib import Path

from core.bus.codec import encode
from core.messages import EncodedAudio, Envelope
from stream.recording.facts import AUDIO_NAME, EVENTS_NAME, SetFacts, write_facts
from stream.recording.opus_file import OpusMuxer


class AppendFile:
    """A file that grows by whole pieces: a piece is there entirely or not at all.

    Parameters
    ----------
    path
        Where; nothing may be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=0)
        self._size = 0
        self._synced = 0

    def append(self, piece: bytes) -> None:
        """Write `piece`; if that fails, take back what was written of it."""
        rest = memoryview(piece)
        try:
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        except OSError:
            self._file.seek(self._size)  # first, so that the next piece overwrites it in any case
            self._file.truncate(self._size)
            raise
        self._size += len(piece)

    def sync(self) -> None:
        """Have the disk itself hold what was written."""
        if self._synced != self._size:
            os.fsync(self._file.fileno())
            self._synced = self._size

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class SetFiles:
    """The files of one set.

    Parameters
    ----------
    folder
        Where to keep them; made here, and must not exist.
    facts
        What `session.json` says.
    """

    def __init__(self, folder: Path, facts: SetFacts) -> None:
        folder.mkdir(parents=True)
        write_facts(folder, facts)
        self._audio = AppendFile(folder / AUDIO_NAME)
        self._events = AppendFile(folder / EVENTS_NAME)
        tags = [("ARTIST", facts.info.dj_name), ("TITLE", facts.info.title or facts.info.session)]
        self._muxer = OpusMuxer(zlib.crc32(facts.info.session.encode()), tags)
        _sync_folder(folder)
        _sync_folder(folder.parent)

    def write(self, envelopes: Sequence[Envelope]) -> None:
        """Append `envelopes`.

        The sound goes first: after a crash no score may speak of sound that is not there.

        Raises
        ------
        OSError
            If they, or a part of them, could not be stored.
        ValueError
            If some of them cannot be encoded; all others were stored.
        """
        packets = [
            envelope.message for envelope in envelopes if isinstance(envelope.message, EncodedAudio)
        ]
        before = self._muxer.state
        try:
            self._audio.append(self._muxer.pages(packets))
        except OSError:
            self._muxer.state = before  # the packets become a gap
            raise
        lines, misfit = _lines(envelopes)
        self._events.append(lines)
        if misfit is not None:
            raise misfit

    def sync(self) -> None:
        """Have the disk itself hold what was written."""
        self._audio.sync()
        self._events.sync()

    def finish(self) -> None:
        """Mark the set as whole."""
        self._audio.append(self._muxer.end())
        self.sync()

    def close(self) -> None:
        """Close the files, whole or not."""
        self._audio.close()
        self._events.close()


def _lines(envelopes: Sequence[Envelope]) -> tuple[bytes, ValueError | None]:
    lines: list[bytes] = []
    misfit: ValueError | None = None
    for envelope in envelopes:
        try:
            if not envelope.is_media:
                lines.append(encode(envelope) + b"\n")
        except ValueError as error:
            misfit = error
    return b"".join(lines), misfit


def _sync_folder(folder: Path) -> None:
    """Have the disk hold a folder's list of files; Windows does that by itself."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
