"""A synthetic set: what the receiver and the judge would publish, from a script instead of a DJ.

It speaks through the real feed and bus: hub and page do not know the difference.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator

import numpy as np

from core.bus import Bus
from core.feed import SessionFeed
from core.media import HOP_SAMPLES, HOP_SECONDS, SAMPLE_RATE_HZ, WINDOW_SAMPLES
from core.messages import (
    Beat,
    Component,
    EncodedAudio,
    Estimate,
    Finding,
    Genre,
    Loudness,
    Phase,
    Reading,
    Reception,
    Score,
    SessionInfo,
    SessionState,
    Transition,
)
from tests.web.pages import music

CENTRES = {
    Component.TECHNICAL: 7.9,
    Component.SELECTION: 7.1,
    Component.ENERGY: 8.2,
    Component.CREATIVITY: 6.0,
}
TRANSITION_EVERY_SECONDS = 285.0
TRANSITION_SECONDS = 46.0

FINDINGS = (
    ("beat_offset", Component.TECHNICAL, 38.0, 24.0, "ms", -0.6),
    ("harmonic_blend", Component.SELECTION, 92.0, 80.0, "%", 0.4),
    ("energy_build", Component.ENERGY, 34.0, 20.0, "%", 0.5),
    ("loudness_step", Component.TECHNICAL, 3.4, 2.0, "LU", -0.3),
    ("clean_beatmatch", Component.TECHNICAL, 9.0, 12.0, "ms", 0.5),
    ("key_clash", Component.SELECTION, 31.0, 60.0, "%", -0.4),
    ("bass_hole", Component.TECHNICAL, 9.0, 8.0, "beats", -0.2),
)


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
        self.findings = FINDINGS
        self._random = np.random.default_rng(11)

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
        seconds = end / SAMPLE_RATE_HZ
        self.hop += 1
        self.feed.publish(self.score(end), end)
        last_beat = end // music.BEAT_SAMPLES
        beat = Beat(
            last_beat * music.BEAT_SAMPLES, music.BEAT_SAMPLES, music.BPM, 0.9, last_beat % 4
        )
        self.feed.publish(beat, end)
        if self.hop % 2 == 0:
            self.feed.publish(self.reception(), end)
        self._transitions(seconds, end)

    def _transitions(self, seconds: float, end: int) -> None:
        index, phase = divmod(seconds, TRANSITION_EVERY_SECONDS)
        begun = TRANSITION_EVERY_SECONDS - TRANSITION_SECONDS
        if phase >= begun and phase % 4 == 0:
            start = (index * TRANSITION_EVERY_SECONDS + begun) * SAMPLE_RATE_HZ
            self.feed.publish(self.transition(int(index), round(start), end, settled=False), end)
        if phase == 0 and index >= 1:
            start = end - round(TRANSITION_SECONDS * SAMPLE_RATE_HZ)
            self.feed.publish(self.transition(int(index) - 1, start, end, settled=True), end)
            for offset in range(2 if index % 3 == 0 else 1):
                self.find(self.findings[(int(index) + offset) % len(self.findings)], start, end)

    def find(
        self, finding: tuple[str, Component, float, float, str, float], start: int, end: int
    ) -> None:
        """Publish one finding about `start` to `end`."""
        code, component, measured, limit, unit, points = finding
        self.feed.publish(Finding(code, component, start, end, measured, limit, unit, points), end)

    def transition(self, index: int, start: int, end: int, settled: bool) -> Transition:
        """One transition as heard so far."""
        offset = 14 + 20 * math.sin(index * 2.1)
        return Transition(
            index,
            start,
            end,
            settled,
            Reading(0.86, 0.9),
            Reading(0.75, 0.7),
            Reading(0.8, 0.8),
            Reading(round(offset, 1), 0.85),
            Reading(0.2, 0.8),
        )

    def score(self, end: int) -> Score:
        """The score of the window that ends at `end`."""
        seconds = end / SAMPLE_RATE_HZ
        judged = seconds >= 10.0
        has_set = seconds >= TRANSITION_EVERY_SECONDS
        deviation = 0.25 + 1.1 * math.exp(-seconds / 900)
        components = {part: self._estimate(part, seconds, deviation) for part in Component}
        window = {
            part: Estimate(
                *(
                    float(np.clip(v + self._random.normal(0, 0.35), 1, 10))
                    for v in (e.value, e.low, e.high)
                )
            )
            for part, e in components.items()
        }
        heard = seconds >= 6
        return Score(
            window=end // HOP_SAMPLES - 1,
            start_sample=max(0, end - WINDOW_SAMPLES),
            end_sample=end,
            reason=None if judged else "too_short",
            overall=_mean(window) if judged else None,
            components=window if judged else dict.fromkeys(Component),
            set_reason=None if has_set else "first_transition_pending",
            set_overall=_mean(components) if has_set else None,
            set_components=components if has_set else dict.fromkeys(Component),
            bpm=Reading(music.BPM, 0.95) if heard else Reading(None, 0.0, "too_short"),
            key=Reading("A minor", 0.8) if heard else Reading(None, 0.0, "too_short"),
            camelot=Reading("8A", 0.8) if heard else Reading(None, 0.0, "too_short"),
            genre=Reading("techno", 0.7) if heard else Reading(None, 0.0, "too_short"),
            loudness=Loudness(-9.4 + math.sin(seconds), -10.2 + 0.4 * math.sin(seconds / 9), -10.6),
            energy=float(
                np.clip(
                    0.55 + 0.3 * math.sin(seconds / 70) + 0.12 * math.sin(seconds / 13), 0.05, 1
                )
            ),
            danceability=0.8,
            concealed_ratio=0.0,
            batch_size=1,
            arrived_seconds=0.0,
        )

    def _estimate(self, part: Component, seconds: float, deviation: float) -> Estimate:
        phase = list(Component).index(part)
        value = (
            CENTRES[part]
            + 0.45 * math.sin(seconds / 400 + phase)
            + 0.15 * math.sin(seconds / 97 + 2 * phase)
        )
        return Estimate(value, max(1.0, value - deviation), min(10.0, value + deviation))

    def reception(self) -> Reception:
        """What ingest says once a second."""
        return Reception(2, 255_800.0, 50, 0, 0.0, 0, 1.4, 0.6, 24.0, -11.8, -12.1, -2.4, 0)


def _mean(parts: dict[Component, Estimate]) -> Estimate:
    return Estimate(
        *(
            float(np.mean([getattr(part, name) for part in parts.values()]))
            for name in ("value", "low", "high")
        )
    )
