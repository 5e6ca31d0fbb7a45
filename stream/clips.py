"""A stretch of a live set as an Ogg Opus file of its own (RFC 7845), cut without encoding anew.

The packets are the DJ's own. A player has to play exactly the stretch, so its edges are told in
samples: what a decoder needs before the first one to get going is skipped (pre-skip), and what the
last packet has too much is cut off by the position of the last page (section 4.4).

Lost packets are filled as in a recording, by packets that ask the decoder for concealment. Unlike a
recording a clip stays one logical stream, for browsers play chains badly: a gap that is no multiple
of 2.5 ms is rounded to one, which never adds up, and a packet that lies over its predecessor goes.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ, seconds_to_samples
from core.messages import EncodedAudio
from stream.opus import OpusDecoder, OpusUndecodable, open_decoder, packet_duration_samples
from stream.recording.ogg import Page, write_page
from stream.recording.opus_file import (
    STEP_SAMPLES,
    fillers,
    fits,
    head_packet,
    is_usable,
    tags_packet,
)

BEFORE_SECONDS: Final = 12.0
"""How much of a clip leads up to its moment: a build-up of 24 beats or so."""

AFTER_SECONDS: Final = 18.0
"""How much comes from the moment's beginning on."""

LEAD_IN_SAMPLES: Final = 3_840
"""80 ms, which RFC 7845, section 5.1, asks for where a stream is cut out of another.

Measured with a steady tone, what is heard is then 12 dB from what was played at the very start and
35 dB after 100 ms. More would be closer, but FFmpeg, and Chromium with it, take what is skipped for
part of a file's length."""

LEVEL_SAMPLES: Final = SAMPLE_RATE_HZ // 20
"""A level speaks of 50 ms, so that 30 seconds are as many as a page can draw."""

_FULL_SCALE_SINE: Final = 2.0**0.5
_BREATH_SECONDS: Final = 0.0001


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the media clock."""

    start_sample: int
    end_sample: int  # right behind it

    @property
    def samples(self) -> int:
        """How long it is."""
        return self.end_sample - self.start_sample


@dataclass(frozen=True, slots=True)
class Clip:
    """Packets that follow each other without a gap, and which part of their sound is meant."""

    session: str
    span: Span  # what is heard; never more than was asked for
    skipped_samples: int  # decoded first, and not heard
    packets: tuple[bytes, ...]
    missing_samples: int  # of what is decoded, made up for lost packets


def span_of_moment(moment_seconds: float) -> Span:
    """Return the stretch to be cut for a moment that begins at `moment_seconds`."""
    return Span(
        max(0, seconds_to_samples(moment_seconds - BEFORE_SECONDS)),
        seconds_to_samples(moment_seconds + AFTER_SECONDS),
    )


def cut(packets: Iterable[EncodedAudio], span: Span) -> Clip | None:
    """Return what there is of a stretch, None where nothing is.

    Parameters
    ----------
    packets
        Of one set, in order; there may be more of them than the stretch needs.
    span
        The stretch. A clip begins later or ends earlier where the packets do.
    """
    chosen = _around(packets, span)
    if not chosen:
        return None
    origin = chosen[0].start_sample
    start = max(span.start_sample, origin)
    filled = list(_without_gaps(chosen))
    decoded_end = origin + sum(packet_duration_samples(payload) for payload, _ in filled)
    end = min(span.end_sample, _end(chosen[-1]), decoded_end)
    if end <= start:
        return None
    return Clip(
        session=chosen[0].session,
        span=Span(start, end),
        skipped_samples=start - origin,
        packets=tuple(payload for payload, _ in filled),
        missing_samples=sum(packet_duration_samples(one) for one, made_up in filled if made_up),
    )


def _around(packets: Iterable[EncodedAudio], span: Span) -> list[EncodedAudio]:
    """Return the packets of a stretch and those that lead in, if they lead right into it."""
    lead_in = span.start_sample - LEAD_IN_SAMPLES
    near = [
        packet
        for packet in packets
        if packet.start_sample < span.end_sample
        and _end(packet) > lead_in
        and is_usable(packet.payload)
    ]
    within = [packet for packet in near if _end(packet) > span.start_sample]
    return within if within and within[0].start_sample > span.start_sample else near


def _end(packet: EncodedAudio) -> int:
    return packet.start_sample + packet.duration_samples


def _without_gaps(packets: Sequence[EncodedAudio]) -> Iterator[tuple[bytes, bool]]:
    """Yield payloads that follow each other, and whether each was made up."""
    position = packets[0].start_sample
    for packet in packets:
        gap = packet.start_sample - position
        if gap < -STEP_SAMPLES / 2:
            continue
        for filler in fillers(round(gap / STEP_SAMPLES) * STEP_SAMPLES):
            position += packet_duration_samples(filler)
            yield filler, True
        position += packet_duration_samples(packet.payload)
        yield packet.payload, False


def to_ogg(clip: Clip, tags: Iterable[tuple[str, str]] = ()) -> bytes:
    """Return a clip as a file.

    Parameters
    ----------
    clip
        What is in it.
    tags
        Comments such as `("ARTIST", "DJ Ana")`.
    """
    serial = zlib.crc32(f"{clip.session} {clip.span.start_sample}".encode())
    last_granule = clip.skipped_samples + clip.span.samples
    pages = [
        Page(serial, 0, 0, (head_packet(clip.skipped_samples),), first=True),
        Page(serial, 1, 0, (tags_packet(tags),)),
    ]
    granule = 0
    groups = list(_by_page(clip.packets))
    for number, group in enumerate(groups, 1):
        granule += sum(map(packet_duration_samples, group))
        last = number == len(groups)
        position = min(granule, last_granule) if last else granule
        pages.append(Page(serial, len(pages), position, tuple(group), last=last))
    return b"".join(map(write_page, pages))


def _by_page(payloads: Iterable[bytes]) -> Iterator[list[bytes]]:
    page: list[bytes] = []
    for payload in payloads:
        if not fits(page, payload):
            yield page
            page = []
        page.append(payload)
    yield page


def levels(clip: Clip) -> tuple[float, ...]:
    """Return how loud each 50 ms of a clip are, for a picture of it.

    Returns
    -------
    RMS over both channels on 0-1, where 1 is a sine of full scale in both; louder is possible.

    Notes
    -----
    Takes a quarter of a second of computing. Meant for a thread of its own, it lets go of the
    interpreter's lock after every packet, so that no other thread waits for it.
    """
    sound = _decoded(clip)[clip.skipped_samples :][: clip.span.samples]
    edges = np.arange(0, len(sound), LEVEL_SAMPLES)
    power = np.add.reduceat(np.square(sound).mean(axis=1, dtype=np.float64), edges)
    lengths = np.diff(edges, append=len(sound))
    return tuple(map(float, np.sqrt(power / lengths) * _FULL_SCALE_SINE))


def _decoded(clip: Clip) -> NDArray[np.float32]:
    """Return all that is decoded as shape (samples, 2), the skipped part too."""
    decoder = open_decoder()
    try:
        return np.concatenate([_decode(decoder, payload) for payload in clip.packets])
    finally:
        decoder.close()


def _decode(decoder: OpusDecoder, payload: bytes) -> NDArray[np.float32]:
    time.sleep(_BREATH_SECONDS)
    try:
        return decoder.decode(payload).copy()
    except OpusUndecodable:
        return decoder.conceal(packet_duration_samples(payload)).copy()
