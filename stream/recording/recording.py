"""A kept set, to be read: its packets, its events, and what a crash may have cost it."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.bus.codec import decode
from core.errors import BadInput, RecordingDamaged
from core.media import samples_to_seconds
from core.messages import AudioHop, EncodedAudio, Envelope
from stream.decoding import HopDecoder
from stream.recording.facts import AUDIO_NAME, EVENTS_NAME, SetFacts, read_facts
from stream.recording.opus_file import OpusDemuxer


@dataclass(frozen=True, slots=True)
class Completeness:
    """What is there of a set, and what a crash cut off."""

    ended: bool  # the recording was closed in order
    sound_seconds: float  # position behind the last packet kept
    events_seconds: float  # position of the last event kept
    cut_audio_bytes: int  # of a page that was being written
    cut_event_bytes: int  # of a line that was being written


class Recording:
    """One set's folder.

    Parameters
    ----------
    folder
        Where it is kept.

    Raises
    ------
    core.errors.NotFound
        If no set is kept there.
    core.errors.RecordingDamaged
        If its `session.json` cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts: SetFacts = read_facts(folder)

    def packets(self) -> Iterator[EncodedAudio]:
        """Yield the packets kept, in order; their time of arrival is not known and 0.

        Raises
        ------
        core.errors.RecordingDamaged
            If something else than the end of the file is damaged.
        """
        with _Mapped(self.folder / AUDIO_NAME) as data:
            yield from OpusDemuxer(data, self.facts.info.session).packets()

    def events(self) -> Iterator[Envelope]:
        """Yield the events kept, in order.

        Raises
        ------
        core.errors.RecordingDamaged
            If something else than the last line is damaged.
        """
        path = self.folder / EVENTS_NAME
        try:
            with path.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if line.endswith(b"\n"):
                        yield _event(path, number, line)
        except FileNotFoundError:
            return

    def completeness(self) -> Completeness:
        """Read everything once and say how much there is.

        Raises
        ------
        core.errors.RecordingDamaged
            If something else than the end of a file is damaged.
        """
        end_sample = 0
        with _Mapped(self.folder / AUDIO_NAME) as data:
            demuxer = OpusDemuxer(data, self.facts.info.session)
            for packet in demuxer.packets():
                end_sample = packet.start_sample + packet.duration_samples
        event_microseconds = 0
        for event in self.events():
            event_microseconds = max(event_microseconds, event.pts_microseconds)
        return Completeness(
            ended=demuxer.ended,
            sound_seconds=samples_to_seconds(end_sample),
            events_seconds=event_microseconds / 1e6,
            cut_audio_bytes=demuxer.lost_bytes,
            cut_event_bytes=_bytes_behind_last_line(self.folder / EVENTS_NAME),
        )


def hops_from_recording(folder: Path) -> Iterator[AudioHop]:
    """Decode a kept set to the very hops that were judged live.

    Raises
    ------
    core.errors.NotFound, core.errors.RecordingDamaged
        As `Recording` does.
    """
    recording = Recording(folder)
    decoder = HopDecoder(recording.facts.info.session)
    try:
        for packet in recording.packets():
            yield from decoder.packet(packet)
    finally:
        decoder.close()


class _Mapped:
    """A file's bytes without reading them all; an absent or empty file has none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._map: mmap.mmap | None = None

    def __enter__(self) -> mmap.mmap | bytes:
        try:
            with self._path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (FileNotFoundError, ValueError):  # absent, or empty
            return b""
        return self._map

    def __exit__(self, *_: object) -> None:
        if self._map is not None:
            self._map.close()


def _event(path: Path, number: int, line: bytes) -> Envelope:
    try:
        return decode(line[:-1])
    except BadInput as damage:
        raise RecordingDamaged(f"{path}, line {number}: {damage}") from damage


def _bytes_behind_last_line(path: Path) -> int:
    with _Mapped(path) as data:
        return len(data) - (data.rfind(b"\n") + 1)
