"""A synthetic set: what the receiver and the judge would publish, from a script instead of a DJ.

It speaks through the real feed and bus: hub and page do not know the difference.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator

from core.bus import Bus
from core.feed import SessionFeed
from core.media import HOP_SAMPLES, HOP_SECONDS, SAMPLE_RATE_HZ
from core.messages import (
    Beat,
    Component,
    EncodedAudio,
    Genre,
    Phase,
    Reception,
    SessionInfo,
    SessionState,
)
from tests.web.pages import music
from tests.web.pages.script import Script, found


class SyntheticSet:
    """One set on a bus.

    Parameters
    ----------
    bus
        Where it is heard.
    room, dj_name, title, genre
        Who plays what.
    session
        Id of the set.
    """

    def __init__(
        self,
        bus: Bus,
        *,
        room: str = "nova",
        dj_name: str = "Nova",
        title: str | None = "Night drive",
        genre: Genre | None = Genre.TECHNO,
        session: str = "set-1",
    ) -> None:
        self.info = SessionInfo(session, room, dj_name, 1_795_000_000.0, title, genre)
        self.feed = SessionFeed(self.info, bus)
        self.hop = 0  # the next to be played
        self.script = Script()
        self.findings = self.script.findings

    @property
    def position_samples(self) -> int:
        """Where the set stands."""
        return self.hop * HOP_SAMPLES

    def state(self, phase: Phase = Phase.LIVE, reason: str | None = None) -> None:
        """Publish a change of phase."""
        state = SessionState(self.info, phase, reason, self.position_samples)
        self.feed.publish(state, self.position_samples)

    async def catch_up(self, seconds: float) -> None:
        """Play `seconds` at once, without sound."""
        for count in range(round(seconds / HOP_SECONDS)):
            self.judge_hop()
            if count % 50 == 49:
                await asyncio.sleep(0.02)  # followers read along
        await asyncio.sleep(0.05)

    async def play(self, seconds: float = math.inf) -> None:
        """Play in real time, with sound."""
        loop = asyncio.get_running_loop()
        began_seconds = loop.time()
        first = self.hop
        while (self.hop - first) * HOP_SECONDS < seconds:
            for packet in self.sound_of_hop():
                self.feed.publish(packet, packet.start_sample)
                played = packet.start_sample + packet.duration_samples - first * HOP_SAMPLES
                await asyncio.sleep(began_seconds + played / SAMPLE_RATE_HZ - loop.time())
            self.judge_hop()

    def sound_of_hop(self) -> Iterator[EncodedAudio]:
        """The 25 packets of the next hop."""
        encoded = music.packets()
        for number in range(HOP_SAMPLES // music.PACKET_SAMPLES):
            start = self.position_samples + number * music.PACKET_SAMPLES
            payload = encoded[(start // music.PACKET_SAMPLES) % len(encoded)]
            yield EncodedAudio(
                self.info.session, start, music.PACKET_SAMPLES, payload, False, arrived_seconds=0.0
            )

    def judge_hop(self) -> None:
        """Publish everything that a judge says after the next hop."""
        end = self.position_samples + HOP_SAMPLES
        for message in self.script.messages(self.hop):
            self.feed.publish(message, end)
        self.hop += 1
        last_beat = end // music.BEAT_SAMPLES
        beat = Beat(
            last_beat * music.BEAT_SAMPLES, music.BEAT_SAMPLES, music.BPM, 0.9, last_beat % 4
        )
        self.feed.publish(beat, end)
        if self.hop % 2 == 0:
            self.feed.publish(self.reception(), end)

    def find(
        self, finding: tuple[str, Component, float, float, str, float], start: int, end: int
    ) -> None:
        """Publish one finding about `start` to `end`."""
        self.feed.publish(found(finding, start, end), end)

    def reception(self) -> Reception:
        """What ingest says once a second."""
        return Reception(2, 255_800.0, 50, 0, 0.0, 0, 1.4, 0.6, 24.0, -11.8, -12.1, -2.4, 0)
