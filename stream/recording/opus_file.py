"""Opus packets as an Ogg Opus file (RFC 7845), and exactly the same packets out of it again.

Any player plays the file in time, and a replay gets each packet back with its position:

- The granule position of a page is the position on the media clock behind its last packet. The
  pre-skip is 0: the live decoder, too, takes the first packet's sound as sample 0 onwards.
- A page's position speaks of all its packets together, so they have to be contiguous, and RFC 7845,
  section 4.1, lets no position jump between pages: a gap is filled with packets that ask the
  decoder for concealment. Ours are code 3 packets of empty frames with a certain padding, by which
  the reader knows them and leaves them out. Should an encoder ever make the very same packet, it is
  stored with one byte of padding more, which decodes to the same sound.
- What cannot be filled (a gap that is no multiple of 2.5 ms or very long, an overlap, a
  discontinuity without a gap) begins a new link of the chain: a new logical stream, the position of
  whose first page may be anything.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from core.errors import RecordingDamaged
from core.media import CHANNELS, SAMPLE_RATE_HZ
from core.messages import EncodedAudio
from stream.opus import packet_duration_samples
from stream.recording.ogg import (
    CAPTURE,
    LARGEST_PACKET_BYTES,
    MOST_SEGMENTS,
    Page,
    PageDamaged,
    Readable,
    read_page,
    segments_of,
    write_page,
)

LONGEST_PAGE_SAMPLES: Final = SAMPLE_RATE_HZ
"""One second, the longest that RFC 7845 recommends."""

LONGEST_FILLING_SAMPLES: Final = 600 * SAMPLE_RATE_HZ
"""Ten minutes, some 5,000 small packets; the grace for a broken network is far shorter."""

_HEAD_MAGIC: Final = b"OpusHead"
_TAGS_MAGIC: Final = b"OpusTags"
_HEAD = struct.Struct("<8sBBHIhB")
_VENDOR: Final = b"DJ UNIVERSE Live"

STEP_SAMPLES: Final = 120
"""2.5 ms, Opus's shortest frame: gaps are filled in multiples of it."""

_FRAME_SAMPLES: Final = 960
_FRAMES_A_FILLER: Final = 6  # 120 ms, Opus's longest packet
_CODE_3_STEREO_20_MS: Final = 31 << 3 | 0b111  # full-band CELT, a stated number of frames
_CODE_3_STEREO_2_5_MS: Final = 28 << 3 | 0b111
_PADDED: Final = 0x40
_MARK_BYTES: Final = 7  # of padding


class OpusMuxer:
    """Turns packets into pages; knows no file.

    Parameters
    ----------
    serial
        Number of the first logical stream; the links of a chain count on from it.
    tags
        Comments such as `("ARTIST", "DJ Ana")`, stored as RFC 7845, section 5.2, says.
    """

    def __init__(self, serial: int, tags: Iterable[tuple[str, str]] = ()) -> None:
        self._tags = tuple(tags)
        self._began = False
        self._serial = (serial - 1) % 2**32
        self._sequence = 0
        self._position_samples = 0

    @property
    def state(self) -> tuple[bool, int, int, int]:
        """How far the writing has come: kept and put back, pages that were not stored do not count.

        What they held is then a gap before whatever comes next.
        """
        return self._began, self._serial, self._sequence, self._position_samples

    @state.setter
    def state(self, state: tuple[bool, int, int, int]) -> None:
        self._began, self._serial, self._sequence, self._position_samples = state

    def pages(self, packets: Iterable[EncodedAudio]) -> bytes:
        """Return whole pages that hold all of `packets`.

        Packets that no decoder could use (empty, or no Opus by their first bytes) are left out.
        """
        pages: list[bytes] = []
        page: list[bytes] = []
        for packet in packets:
            if not is_usable(packet.payload):
                continue
            filling = self._filling_before(packet)
            if filling is None:
                self._end_page(page, pages)
                pages.append(self._begin_link(packet.start_sample))
            for payload in (*(filling or ()), unlike_a_filler(packet.payload)):
                if not fits(page, payload):
                    self._end_page(page, pages)
                page.append(payload)
                self._position_samples += packet_duration_samples(payload)
        self._end_page(page, pages)
        return b"".join(pages)

    def end(self) -> bytes:
        """Return the page without packets that ends the file; nothing if nothing was written."""
        return self._page((), last=True) if self._began else b""

    def _filling_before(self, packet: EncodedAudio) -> list[bytes] | None:
        """Return what fills the gap before `packet`; None where a new link has to begin."""
        if not self._began:
            return None
        gap = packet.start_sample - self._position_samples
        if gap == 0:
            return None if packet.discontinuity else []
        if gap < 0 or gap % STEP_SAMPLES or gap > LONGEST_FILLING_SAMPLES:
            return None
        return list(fillers(gap))

    def _begin_link(self, start_sample: int) -> bytes:
        ending = self.end()
        self._began = True
        self._serial = (self._serial + 1) % 2**32
        self._sequence = 0
        # The positions of both header pages are 0, whatever that of the first sound.
        self._position_samples = 0
        headers = self._page((head_packet(),), first=True)
        headers += self._page((tags_packet(self._tags),))
        self._position_samples = start_sample
        return ending + headers

    def _end_page(self, page: list[bytes], pages: list[bytes]) -> None:
        if page:
            pages.append(self._page(tuple(page)))
            page.clear()

    def _page(
        self, packets: tuple[bytes, ...], *, first: bool = False, last: bool = False
    ) -> bytes:
        page = Page(self._serial, self._sequence, self._position_samples, packets, first, last)
        self._sequence += 1
        return write_page(page)


def is_usable(payload: bytes) -> bool:
    """Return whether a decoder could use a packet, and a page hold it."""
    return packet_duration_samples(payload) > 0 and len(payload) < LARGEST_PACKET_BYTES


def fits(page: list[bytes], payload: bytes) -> bool:
    """Return whether a packet has room on a page that holds `page` already."""
    samples = sum(map(packet_duration_samples, page)) + packet_duration_samples(payload)
    segments = sum(map(segments_of, page)) + segments_of(payload)
    return not page or (samples <= LONGEST_PAGE_SAMPLES and segments <= MOST_SEGMENTS)


def head_packet(pre_skip_samples: int = 0) -> bytes:
    """Return a stream's first packet (RFC 7845, section 5.1).

    Parameters
    ----------
    pre_skip_samples
        How much a player decodes and throws away before it plays.
    """
    return _HEAD.pack(_HEAD_MAGIC, 1, CHANNELS, pre_skip_samples, SAMPLE_RATE_HZ, 0, 0)


def tags_packet(tags: Iterable[tuple[str, str]]) -> bytes:
    """Return a stream's second packet, its comments (RFC 7845, section 5.2)."""
    comments = [f"{name}={value}".encode() for name, value in tags]
    parts = [_TAGS_MAGIC, struct.pack("<I", len(_VENDOR)), _VENDOR]
    parts.append(struct.pack("<I", len(comments)))
    for comment in comments:
        parts += [struct.pack("<I", len(comment)), comment]
    return b"".join(parts)


# --- filling gaps --------------------------------------------------------------------------------


def _filler(configuration: int, frames: int, padding_bytes: int = _MARK_BYTES) -> bytes:
    return bytes((configuration, _PADDED | frames, padding_bytes)) + bytes(padding_bytes)


def fillers(gap_samples: int) -> Iterator[bytes]:
    """Yield packets that ask a decoder to conceal a gap, a multiple of `STEP_SAMPLES`."""
    frames, rest = divmod(gap_samples, _FRAME_SAMPLES)
    while frames:
        yield _filler(_CODE_3_STEREO_20_MS, min(frames, _FRAMES_A_FILLER))
        frames -= min(frames, _FRAMES_A_FILLER)
    if rest:
        yield _filler(_CODE_3_STEREO_2_5_MS, rest // STEP_SAMPLES)


_FILLERS: Final = frozenset(
    [_filler(_CODE_3_STEREO_20_MS, frames) for frames in range(1, _FRAMES_A_FILLER + 1)]
    + [_filler(_CODE_3_STEREO_2_5_MS, frames) for frames in range(1, 8)]
)


def unlike_a_filler(payload: bytes) -> bytes:
    """Return a packet, or one that decodes alike where it looks like one of our fillers."""
    if payload not in _FILLERS:
        return payload
    return _filler(payload[0], payload[1] & ~_PADDED, _MARK_BYTES + 1)


# --- reading -------------------------------------------------------------------------------------


@dataclass(slots=True)
class OpusDemuxer:
    """Gets the packets back out of a file's bytes.

    Parameters
    ----------
    data
        The whole file.
    session
        Id that the packets carry.

    Attributes
    ----------
    ended
        Whether the page that ends the file was there, once all packets were read.
    lost_bytes
        How many bytes of a page that was cut short stand at the file's end.
    """

    data: Readable
    session: str
    ended: bool = False
    lost_bytes: int = 0
    _position_samples: int | None = field(default=None, init=False)

    def packets(self) -> Iterator[EncodedAudio]:
        """Yield all packets in order.

        Raises
        ------
        core.errors.RecordingDamaged
            If something else than the file's end is damaged.
        """
        expected_sample = 0
        link_began = False
        for page in self._pages():
            if page.first:
                link_began, self._position_samples = True, None
            position = self._start_of(page)
            for payload in _sound_of(page):
                duration = packet_duration_samples(payload)
                if payload not in _FILLERS:
                    jumped = position != expected_sample or (link_began and expected_sample > 0)
                    yield EncodedAudio(self.session, position, duration, payload, jumped, 0.0)
                    link_began = False
                    expected_sample = position + duration
                position += duration

    def _pages(self) -> Iterator[Page]:
        at = sequence = 0
        while at < len(self.data):
            try:
                page, end = read_page(self.data, at)
            except PageDamaged as damage:
                self._judge_damage(at, damage)
                return
            sequence = 0 if page.first else sequence + 1
            if page.sequence != sequence:
                raise RecordingDamaged(f"Pages are missing before byte {at} of the recording.")
            self.ended = page.last
            yield page
            at = end

    def _start_of(self, page: Page) -> int:
        """Return the position of a page's first packet."""
        samples = sum(map(packet_duration_samples, _sound_of(page)))
        start = page.granule - samples
        if not samples:
            return start
        if start < 0 or self._position_samples not in (None, start):
            raise RecordingDamaged("The recording's pages contradict each other about the time.")
        self._position_samples = page.granule
        return start

    def _judge_damage(self, at: int, damage: PageDamaged) -> None:
        """Take damage for the end of a file cut short by a crash, unless whole pages follow."""
        following = self.data.find(CAPTURE, at + 1)
        while following >= 0:
            try:
                read_page(self.data, following)
            except PageDamaged:
                following = self.data.find(CAPTURE, following + 1)
            else:
                raise RecordingDamaged(
                    f"The recording is damaged at byte {at} ({damage}), with more of it behind. "
                    "It cannot be replayed; a player may still play it."
                )
        self.ended, self.lost_bytes = False, len(self.data) - at


def _sound_of(page: Page) -> tuple[bytes, ...]:
    headers = (_HEAD_MAGIC, _TAGS_MAGIC)
    return () if page.packets and page.packets[0].startswith(headers) else page.packets
