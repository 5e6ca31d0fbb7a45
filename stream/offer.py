"""Checks an SDP offer before anything else sees it, and keeps only what ingest needs of it.

aiortc believes nearly everything it is given and raises whatever comes to hand where it does not.
So it never sees a client's text: from the facts kept here `Offer.audio_only_sdp` writes an offer of
one audio track, and `stream.answer` answers the client's own tracks one by one.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final

from core.errors import BadInput, TooLarge

LARGEST_OFFER_BYTES: Final = 64 * 1024
MOST_MEDIA: Final = 8
"""Tracks and data channels that an offer may hold; RFC 9725 has use for two."""

MOST_CANDIDATES: Final = 16
"""Addresses of the client that are tried; more only make the server send packets around."""

_LINE = re.compile(r"[a-z]=.*")
_MEDIA = re.compile(r"(audio|video|application) (\d{1,5})(?:/\d+)? ([A-Z/]+)((?: [\w.\-]+)+)")
_USERNAME = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_FINGERPRINT = re.compile(r"(sha-256|sha-384|sha-512) ((?:[0-9A-F]{2}:){31,63}[0-9A-F]{2})", re.I)
_FINGERPRINT_BYTES: Final = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_OPUS = re.compile(r"(\d{1,3}) opus/48000/2", re.I)
_TOKEN = re.compile(r"[!-~]{1,64}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address at which the client may be reached: UDP and a literal IP address only."""

    foundation: str
    priority: int
    address: str
    port: int
    kind: str  # host, srflx or relay


@dataclass(frozen=True, slots=True)
class Media:
    """One section of an offer, as far as it has to be answered."""

    kind: str
    protocol: str
    formats: tuple[str, ...]
    mid: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A client's offer that can be answered."""

    media: tuple[Media, ...]
    audio_index: int  # which of `media` is to be received
    opus_payload_type: int
    ice_username: str
    ice_password: str
    ice_lite: bool
    fingerprints: tuple[tuple[str, str], ...]  # algorithm, value
    setup: str  # actpass, active or passive
    candidates: tuple[Candidate, ...]
    bundled: bool

    @property
    def audio(self) -> Media:
        """The section that is accepted."""
        return self.media[self.audio_index]

    def audio_only_sdp(self) -> str:
        """Return an offer of the audio track alone, in words that aiortc understands."""
        payload_type = self.opus_payload_type
        lines = ["v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "t=0 0"]
        lines += ["a=ice-lite"] if self.ice_lite else []
        lines += [
            "a=group:BUNDLE 0",
            f"m=audio 9 UDP/TLS/RTP/SAVPF {payload_type}",
            "c=IN IP4 0.0.0.0",
            "a=sendonly",
            "a=mid:0",
            "a=rtcp:9 IN IP4 0.0.0.0",
            "a=rtcp-mux",
            f"a=rtpmap:{payload_type} opus/48000/2",
            f"a=ice-ufrag:{self.ice_username}",
            f"a=ice-pwd:{self.ice_password}",
            f"a=setup:{self.setup}",
        ]
        lines += [f"a=fingerprint:{algorithm} {value}" for algorithm, value in self.fingerprints]
        lines += [
            f"a=candidate:{one.foundation} 1 udp {one.priority} {one.address} {one.port} "
            f"typ {one.kind}"
            for one in self.candidates
        ]
        return "\r\n".join(lines) + "\r\n"


@dataclass(slots=True)
class _Section:
    """Lines of one m= section, or of the session."""

    media: str = ""
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def first(self, name: str) -> str | None:
        return next((value for key, value in self.attributes if key == name), None)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.attributes)


def parse_offer(sdp: str) -> Offer:
    """Read and check an offer.

    Raises
    ------
    TooLarge
        If it is longer than 64 KiB.
    BadInput
        With code `sdp_malformed` if it is no SDP; with another code if ingest cannot use it.
    """
    if len(sdp) > LARGEST_OFFER_BYTES:
        raise TooLarge(f"An offer may have {LARGEST_OFFER_BYTES} bytes.", code="offer_too_large")
    session, sections = _split(sdp)
    media = tuple(_read_media(section) for section in sections)
    audio_index = _choose_audio(media, sections)
    audio = sections[audio_index]
    _check_transport(media[audio_index], session, audio)
    # A bundled section may leave its transport to the section that the bundle is named for.
    sources = [audio, session] + (sections if _is_bundled(session, media[audio_index]) else [])
    username, password = _read_ice_credentials(sources)
    return Offer(
        media=media,
        audio_index=audio_index,
        opus_payload_type=_find_opus(audio),
        ice_username=username,
        ice_password=password,
        ice_lite=session.has("ice-lite"),
        fingerprints=_read_fingerprints(sources),
        setup=_read_setup(sources),
        candidates=read_candidates(
            [value for source in sources for value in source.all("candidate")]
        ),
        bundled=_is_bundled(session, media[audio_index]),
    )


def read_candidates(values: list[str]) -> tuple[Candidate, ...]:
    """Return the usable ones among the values of `a=candidate` lines.

    What cannot be used (TCP, a name to look up by multicast, a missing priority) is passed over: a
    client that reaches the server is found by where its packets come from.
    """
    candidates = dict.fromkeys(filter(None, map(_read_candidate, values)))
    return tuple(candidates)[:MOST_CANDIDATES]


def malformed(what: str) -> BadInput:
    """Return the error for a text that is no SDP."""
    return BadInput(f"The SDP is malformed: {what}.", code="sdp_malformed", what=what)


def _split(sdp: str) -> tuple[_Section, list[_Section]]:
    if not sdp.startswith("v=0"):
        raise malformed("it does not begin with v=0")
    session, sections = _Section(), []
    current = session
    for line in sdp.splitlines():
        if not line.strip():
            continue
        if not _LINE.fullmatch(line) or "\0" in line:
            raise malformed(f"{line[:40]!r} is no line of SDP")
        if line.startswith("m="):
            current = _Section(media=line[2:].strip())
            sections.append(current)
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            current.attributes.append((name.strip(), value.strip()))
    if not sections:
        raise malformed("it has no media section")
    return session, sections


def _read_media(section: _Section) -> Media:
    match = _MEDIA.fullmatch(section.media)
    if match is None:
        raise malformed(f"m={section.media[:40]} is no media line")
    kind, _, protocol, formats = match.groups()
    mid = section.first("mid")
    if mid is not None and not _TOKEN.fullmatch(mid):
        raise malformed("a=mid is no token")
    return Media(kind=kind, protocol=protocol, formats=tuple(formats.split()), mid=mid)


def _choose_audio(media: tuple[Media, ...], sections: list[_Section]) -> int:
    if len(media) > MOST_MEDIA:
        raise _unusable("too_many_media", f"An offer may have {MOST_MEDIA} media sections.")
    mids = [one.mid for one in media if one.mid is not None]
    if len(set(mids)) != len(mids):
        raise malformed("two sections have the same a=mid")
    for kind in ("audio", "video"):
        if sum(one.kind == kind for one in media) > 1:
            raise _unusable("too_many_tracks", f"Offer one {kind} track, not several.", kind=kind)
    for index, one in enumerate(media):
        if one.kind == "audio":
            rejected = sections[index].media.split()[1] == "0"
            if rejected and not sections[index].has("bundle-only"):
                break
            return index
    raise _unusable("no_audio", "The offer has no audio track. Choose an audio source.")


def _check_transport(audio: Media, session: _Section, section: _Section) -> None:
    if audio.protocol not in ("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF"):
        raise _unusable("no_dtls_srtp", "Only WebRTC's UDP/TLS/RTP/SAVPF is taken.")
    if not section.has("rtcp-mux"):
        raise _unusable("no_rtcp_mux", "The offer must multiplex RTP and RTCP (a=rtcp-mux).")
    for source in (section, session):
        for direction in ("recvonly", "inactive"):
            if source.has(direction):
                raise _unusable("not_sending", "The audio track must be sendonly or sendrecv.")
        if source.has("sendonly") or source.has("sendrecv"):
            break


def _is_bundled(session: _Section, audio: Media) -> bool:
    return audio.mid is not None and any(
        group.split()[:1] == ["BUNDLE"] and audio.mid in group.split()[1:]
        for group in session.all("group")
    )


def _first_of(sources: list[_Section], name: str) -> str | None:
    return next((value for source in sources if (value := source.first(name)) is not None), None)


def _read_ice_credentials(sources: list[_Section]) -> tuple[str, str]:
    username, password = _first_of(sources, "ice-ufrag"), _first_of(sources, "ice-pwd")
    if not username or not password:
        raise _unusable("no_ice_credentials", "The offer lacks a=ice-ufrag or a=ice-pwd.")
    if not _USERNAME.fullmatch(username) or not _PASSWORD.fullmatch(password):
        raise malformed("a=ice-ufrag or a=ice-pwd breaks RFC 8839")
    return username, password


def _read_fingerprints(sources: list[_Section]) -> tuple[tuple[str, str], ...]:
    values = next((found for source in sources if (found := source.all("fingerprint"))), [])
    fingerprints: list[tuple[str, str]] = []
    for value in values:
        match = _FINGERPRINT.fullmatch(value)
        if match is None:
            continue  # md5, sha-1 and the like prove nothing
        algorithm, digest = match.group(1).lower(), match.group(2).upper()
        if len(digest.split(":")) != _FINGERPRINT_BYTES[algorithm]:
            raise malformed("a=fingerprint has the wrong length")
        fingerprints.append((algorithm, digest))
    if not fingerprints:
        raise _unusable("no_fingerprint", "The offer lacks a=fingerprint with SHA-256 or better.")
    return tuple(fingerprints)


def _read_setup(sources: list[_Section]) -> str:
    setup = _first_of(sources, "setup") or "actpass"
    if setup not in ("actpass", "active", "passive"):
        raise _unusable("no_dtls_role", "a=setup must be actpass, active or passive.")
    return setup


def _find_opus(section: _Section) -> int:
    offered = section.media.split()[3:]
    matches = filter(None, map(_OPUS.fullmatch, section.all("rtpmap")))
    opus = {match.group(1) for match in matches}
    for payload_type in offered:
        if payload_type in opus and _is_payload_type(int(payload_type)):
            return int(payload_type)
    raise _unusable("no_opus", "Only Opus is taken: offer opus/48000/2.")


def _is_payload_type(payload_type: int) -> bool:
    """Return whether RTP may use it where RTCP shares the port (RFC 5761, section 4)."""
    return payload_type < 64 or 95 < payload_type < 128


def _read_candidate(value: str) -> Candidate | None:
    parts = value.split()
    try:
        foundation, component, transport, priority, host, port, typ, kind = parts[:8]
        candidate = Candidate(
            foundation=foundation,
            priority=int(priority),
            address=str(ipaddress.ip_address(host)),
            port=int(port),
            kind=kind,
        )
    except ValueError:
        return None
    usable = (
        (component, transport.lower(), typ) == ("1", "udp", "typ")
        and kind in ("host", "srflx", "relay")
        and 0 < candidate.port < 65536
        and 0 <= candidate.priority < 2**32
        and len(foundation) <= 32
    )
    return candidate if usable else None


def _unusable(code: str, message: str, **details: object) -> BadInput:
    return BadInput(message, code=code, **details)
