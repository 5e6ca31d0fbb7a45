"""What an operator may set about ingest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IceServer:
    """A STUN or TURN server."""

    url: str  # "stun:host:port", "turn:host:port?transport=udp", "turns:..."
    username: str | None = None
    credential: str | None = None


@dataclass(frozen=True, slots=True)
class IngestConfig:
    """Limits, timers and addresses of ingest."""

    sessions: int = 100  # live at a time
    sessions_per_address: int = 8  # live at a time from one client address
    starts_per_key: int = 10  # offers within `starts_seconds`: two encoders that fight over one key
    starts_seconds: float = 60.0
    connect_seconds: float = 15.0  # from the answer to the first sound
    stalled_seconds: float = 3.0  # without RTP until the set counts as stalled
    broken_seconds: float = 10.0  # without RTP until its connection counts as broken
    grace_seconds: float = 30.0  # without RTP until the set is over
    longest_seconds: float = 8 * 3600.0  # longest set
    tick_seconds: float = 0.25  # how often the timers are looked at
    report_seconds: float = 1.0  # how often `Reception` is published
    reorder_seconds: float = 0.04  # longest wait for a packet that others have overtaken
    key_check_seconds: float = 10.0  # how often the keys of what is on air are looked at again
    close_seconds: float = 5.0  # longest wait for a peer, the judge or the feed to finish
    public_ip: str | None = None  # written into answers where the server sits behind 1:1 NAT
    media_ports: tuple[int, int] | None = None  # first and last UDP port; any free one by default
    ice_servers: tuple[IceServer, ...] = ()  # TURN relays that the server itself uses
