"""The limits of the fan-out, composed once by `web.app`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ViewerConfig:
    """How much a viewer may cost, and how long things may take.

    A viewer that stops reading holds at most `high_water_bytes` + `outbox_bytes` + one chunk in
    this process; what the kernel holds unsent is bounded by `TCP_NOTSENT_LOWAT` at
    `high_water_bytes` where the platform knows it, give or take 64 KB. Who sees pictures holds less
    (`web.viewers.write_ahead`): what is written can no longer be overtaken by sound.
    """

    audio_tick_seconds: float = 0.06  # sound due within one tick goes out as one write
    high_water_bytes: int = 65_536  # of a transport's buffer: two seconds of sound
    low_water_bytes: int = 16_384
    picture_high_water_bytes: int = 6_144  # unsent, of who sees pictures: sound waits behind them
    picture_low_water_bytes: int = 2_048
    outbox_bytes: int = 262_144  # waits behind the transport of a slow viewer
    outbox_picture_bytes: int = 131_072  # of these: two seconds of video

    history_events: int = 3_600  # kept to resume from: ten minutes at six events a second
    fresh_seconds: float = 60.0  # what a new viewer is sent of it
    reel_units: int = 160  # pictures kept since the last key picture, of each format
    reel_bytes: int = 524_288
    linger_seconds: float = (
        60.0  # a room played in, without viewers and requests, is followed so long
    )
    follow_timeout_seconds: float = 3.0  # to reach the bus, and from event to event a room holds
    quiet_seconds: float = 0.03  # without an event: what the room held has been read

    edge_stats_seconds: float = 5.0
    ping_seconds: float = 20.0
    silence_seconds: float = 40.0  # after which a viewer is taken for dead
    handshake_seconds: float = 10.0
    close_seconds: float = 5.0  # for the other side to close as well

    max_viewers: int = 10_000
    max_viewers_per_address: int = 100
    max_rooms: int = 1_000
    retry_after_seconds: int = 10

    max_message_bytes: int = 4_096
    max_messages: int = 20  # in `messages_seconds`, control frames included
    messages_seconds: float = 10.0

    max_asks: int = 8  # of one viewer to the crowd, waiting for their turn
    ask_seconds: float = 8.0  # longest wait for the crowd's answer
    max_joins_at_once: int = 64  # of a room, when all its viewers have to join again
    message_characters: int = 500  # of a chat message
    crowd_units: int = 1_024  # events of a room's crowd kept as bytes
    queue_seconds: float = 0.25  # least time between two looks of a moderator at what waits
    queue_refresh_seconds: float = 30.0  # how often a moderator's right to look is checked

    allowed_origins: frozenset[str] = field(default_factory=frozenset)  # besides the same host
    trusted_hosts: tuple[str, ...] = ("*",)  # names under which the server may be asked for
    trusted_proxies: tuple[str, ...] = ()  # addresses or networks whose X-Forwarded-For counts
