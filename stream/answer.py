"""Writes the answer to an offer: stereo Opus at full quality, everything else declined.

aiortc's own answer drops Opus's parameters, upon which browsers send mono at 32 kbit/s. And it
would have to take a track's codec to decline the track, which is how OBS's H.264 High, HEVC and
AV1 make it fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from stream.offer import Media, Offer

OPUS_PARAMETERS: Final = (
    "minptime=10;stereo=1;sprop-stereo=1;maxaveragebitrate=256000;useinbandfec=1;usedtx=0"
)
"""What the client is asked to send (RFC 7587, section 6.1)."""


@dataclass(frozen=True, slots=True)
class LocalCandidate:
    """An address at which the server may be reached."""

    foundation: str
    priority: int
    address: str
    port: int
    kind: str  # host or relay
    related_address: str | None = None
    related_port: int | None = None

    def line(self) -> str:
        """Return the value of its `a=candidate` line."""
        related = ""
        if self.related_address is not None:
            related = f" raddr {self.related_address} rport {self.related_port}"
        return (
            f"{self.foundation} 1 udp {self.priority} {self.address} {self.port} "
            f"typ {self.kind}{related}"
        )


@dataclass(frozen=True, slots=True)
class LocalTransport:
    """The server's end of a connection."""

    ice_username: str
    ice_password: str
    fingerprints: tuple[tuple[str, str], ...]  # algorithm, value
    candidates: tuple[LocalCandidate, ...]  # the one to try first comes first


def build_answer(offer: Offer, local: LocalTransport, session_version: int) -> str:
    """Return the SDP answer, with a section for each one offered, in their order.

    Parameters
    ----------
    offer
        What is answered.
    local
        The server's end.
    session_version
        Number for the o= line, such as the time.
    """
    lines = [
        "v=0",
        f"o=- {session_version} {session_version} IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
    ]
    if offer.bundled:
        lines.append(f"a=group:BUNDLE {offer.audio.mid}")
    lines.append("a=msid-semantic:WMS *")
    for index, media in enumerate(offer.media):
        if index == offer.audio_index:
            lines += _accept(offer, local)
        else:
            lines += _decline(media)
    return "\r\n".join(lines) + "\r\n"


def _accept(offer: Offer, local: LocalTransport) -> list[str]:
    payload_type = offer.opus_payload_type
    first = local.candidates[0]
    family = "IP6" if ":" in first.address else "IP4"
    lines = [
        f"m=audio {first.port} {offer.audio.protocol} {payload_type}",
        f"c=IN {family} {first.address}",
    ]
    if offer.audio.mid is not None:
        lines.append(f"a=mid:{offer.audio.mid}")
    lines += [
        "a=recvonly",
        "a=rtcp-mux",
        f"a=rtpmap:{payload_type} opus/48000/2",
        f"a=fmtp:{payload_type} {OPUS_PARAMETERS}",
        "a=ptime:20",
        f"a=ice-ufrag:{local.ice_username}",
        f"a=ice-pwd:{local.ice_password}",
        "a=ice-options:trickle",
    ]
    lines += [f"a=fingerprint:{algorithm} {value}" for algorithm, value in local.fingerprints]
    lines.append(f"a=setup:{'passive' if offer.setup == 'active' else 'active'}")
    lines += [f"a=candidate:{candidate.line()}" for candidate in local.candidates]
    lines.append("a=end-of-candidates")
    return lines


def _decline(media: Media) -> list[str]:
    """Decline a section: port 0 says so, whatever else it says (RFC 3264, section 6)."""
    lines = [f"m={media.kind} 0 {media.protocol} {' '.join(media.formats)}", "c=IN IP4 0.0.0.0"]
    if media.mid is not None:
        lines.append(f"a=mid:{media.mid}")
    if media.kind != "application":
        lines.append("a=inactive")
    return lines
