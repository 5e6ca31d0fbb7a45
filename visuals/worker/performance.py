"""One show's performance: hears what it is told and draws each picture once its sound is there.

Synchronous and free of pipes: `visuals.worker.__main__` feeds it. A picture is due at every whole
multiple of the rung's interval of the media clock, and is drawn as soon as the sound of its moment
was heard and the worker is awake: it rests between groups of pictures (`Performance.rest_seconds`).
When several are due at once, those that are late by a group or more are skipped and the newest is
drawn: pictures never queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.clock import Clock
from core.messages import EncodedAudio
from core.show import PictureFormat, ShowSettings
from visuals.picture import Picture
from visuals.senses import Senses
from visuals.worker.arrivals import Arrivals
from visuals.worker.pace import Pace, Rung
from visuals.worker.parts import Parts, Stretch
from visuals.worker.wire import (
    Blackout,
    Embedding,
    Event,
    Figures,
    FromWorker,
    Hype,
    Look,
    Message,
    Painted,
    Settings,
    Sound,
    Watched,
)

FIGURES_SECONDS: Final = 1.0

GROUP_SECONDS: Final = 0.1
"""Pictures of so long a time are drawn together: each finds the caches warm that the one before it
filled, and two at 20 a second cost a tenth less. Listeners hear the sound 120 ms after it came."""

_SLACK_SECONDS: Final = 0.002  # that a packet may come later than expected

STILL_EVERY: Final[Mapping[PictureFormat, int]] = {PictureFormat.VP9: 1, PictureFormat.JPEG: 2}
"""Every how many pictures a format gets one: JPEG is for browsers that can do no better, and
takes four times the bits."""


@dataclass(slots=True)
class _Spent:
    """CPU seconds by part, and counts, since figures were last told."""

    drawn: int = 0
    skipped: int = 0
    hear_seconds: float = 0.0
    draw_seconds: float = 0.0
    limit_seconds: float = 0.0
    encode_seconds: float = 0.0


class Performance:
    """Plays one show.

    Parameters
    ----------
    session
        The set.
    parts
        What hears and draws.
    pace
        Chooses size and rate.
    say
        Takes what there is to say, at once.
    clock
        That of `Sound.arrived_seconds`.
    cpu_seconds
        Tells the CPU time of this process.
    """

    def __init__(
        self,
        session: str,
        parts: Parts,
        pace: Pace,
        *,
        say: Callable[[FromWorker], None],
        clock: Clock,
        cpu_seconds: Callable[[], float],
    ) -> None:
        self._session = session
        self._parts = parts
        self._pace = pace
        self._say = say
        self._clock = clock
        self._cpu_seconds = cpu_seconds
        self._settings = ShowSettings()
        self._held = False
        self._formats: frozenset[PictureFormat] = frozenset()  # that somebody watches
        self._fresh: set[PictureFormat] = set()  # whose next picture must be a key picture
        self._heard_samples: int | None = None
        self._arrivals = Arrivals()
        self._unheard: list[Stretch] = []  # decoded, for less than an interval
        self._due_sample = 0
        self._pictures = 0
        self._look: Look | None = None
        self._spent = _Spent()
        self._broken_told = 0
        self._told_seconds = clock.monotonic_seconds()
        self._told_cpu_seconds = cpu_seconds()

    def take(self, messages: Iterable[Message]) -> None:
        """Take messages that came together, in order, and draw what became due."""
        batch = list(messages)
        newest, skipped = self._newest_due(batch), self._spent.skipped
        for message in batch:
            if isinstance(message, Sound):
                self._hear(message)
                self._draw_due(message, newest)
            else:
                self._obey(message)
        if self._spent.skipped > skipped and self._pace.skipped(self._clock.monotonic_seconds()):
            self._resize()
        self._tell_figures()

    def rest_seconds(self) -> float:
        """Return how long it is until the sound of the next group of pictures should be there."""
        interval_samples = self._group * self._pace.rung.interval_samples
        last_due = -(-self._due_sample // interval_samples) * interval_samples
        expected_seconds = self._arrivals.expected_seconds(last_due)
        if expected_seconds is None:
            return 0.0
        rest = expected_seconds + _SLACK_SECONDS - self._clock.monotonic_seconds()
        return min(max(rest, 0.0), self._group * self._pace.rung.interval_seconds, GROUP_SECONDS)

    @property
    def _group(self) -> int:
        """How many pictures are drawn together."""
        return max(1, int(GROUP_SECONDS * self._pace.rung.frames_per_second))

    def _newest_due(self, batch: Iterable[Message]) -> int:
        """Return the last moment that this batch makes due, which is drawn however late it is."""
        interval = self._pace.rung.interval_samples
        ends = [
            sound.start_sample + sound.duration_samples
            for sound in batch
            if isinstance(sound, Sound) and not sound.past
        ]
        return max(ends, default=0) // interval * interval

    def _obey(self, message: Message) -> None:
        hearing = self._parts.hearing
        if isinstance(message, Event):
            hearing.event(message.message)
        elif isinstance(message, Embedding):
            hearing.embedding(message.end_sample, message.values)
        elif isinstance(message, Hype):
            hearing.hype(message.value)
        elif isinstance(message, Settings):
            self._settings = message.settings
        elif isinstance(message, Blackout):
            self._held = message.held
        elif isinstance(message, Watched):
            self._be_watched(frozenset(message.formats))

    def _be_watched(self, formats: frozenset[PictureFormat]) -> None:
        self._fresh |= formats - self._formats
        if formats and not self._formats:
            self._look = None
            self._pace.rest()
        self._formats = formats

    def _hear(self, sound: Sound) -> None:
        began = self._cpu_seconds()
        packet = EncodedAudio(
            self._session,
            sound.start_sample,
            sound.duration_samples,
            sound.payload,
            sound.discontinuity,
            sound.arrived_seconds,
        )
        self._unheard += self._parts.decoding.decode(packet)
        if self._heard_samples is None or sound.start_sample > self._heard_samples:
            self._skip_gap(sound.start_sample)
        self._heard_samples = sound.start_sample + sound.duration_samples
        self._arrivals.learn(sound)
        self._spent.hear_seconds += self._cpu_seconds() - began

    def _senses(self, due: int) -> Senses:
        """Listen to what was decoded, and return what is known of a moment.

        Packets are listened to together, as many as a picture brings: that costs a third less.
        """
        began, hearing = self._cpu_seconds(), self._parts.hearing
        for start_sample, samples in _joined(self._unheard):
            hearing.hear(samples, start_sample)
        self._unheard.clear()
        senses = hearing.senses(due)
        self._spent.hear_seconds += self._cpu_seconds() - began
        return senses

    def _skip_gap(self, sample: int) -> None:
        """Let no picture be due before `sample`: of missing sound none is drawn."""
        interval = self._pace.rung.interval_samples
        self._due_sample = max(self._due_sample, -(-sample // interval) * interval)

    def _draw_due(self, sound: Sound, newest: int) -> None:
        while self._heard_samples is not None and self._due_sample <= self._heard_samples:
            due, rung = self._due_sample, self._pace.rung
            self._due_sample = (due // rung.interval_samples + 1) * rung.interval_samples
            if sound.past or not self._formats:
                self._senses(due)  # its time passes as it does with an audience
                continue
            now = self._clock.monotonic_seconds()
            late = now - sound.arrived_seconds > self._group * rung.interval_seconds
            if late and due < newest:
                self._spent.skipped += 1
            else:
                self._draw(due, rung, sound)

    def _draw(self, due: int, rung: Rung, sound: Sound) -> None:
        began_seconds = self._clock.monotonic_seconds()
        parts, spent = self._parts, self._spent
        senses = self._senses(due)
        began_cpu = self._cpu_seconds()
        drawn = parts.generator.draw(senses, self._settings)
        drew_cpu = self._cpu_seconds()
        picture = self._safe(drawn.picture, senses)
        limited_cpu = self._cpu_seconds()
        self._encode(picture, due, rung, sound)
        spent.draw_seconds += drew_cpu - began_cpu
        spent.limit_seconds += limited_cpu - drew_cpu
        spent.encode_seconds += self._cpu_seconds() - limited_cpu
        spent.drawn += 1
        size = parts.generator.size
        look = Look(drawn.scene, drawn.palette, size.width, size.height, rung.frames_per_second)
        if look != self._look:
            self._look = look
            self._say(look)
        now = self._clock.monotonic_seconds()
        if self._pace.drawn(now - began_seconds, now):
            self._resize()

    def _safe(self, picture: Picture, senses: Senses) -> Picture:
        """Black out where the VJ wants it, then limit: nothing comes behind the limiter."""
        position = senses.position_seconds
        picture = self._parts.fading.apply(picture, position, held=self._held)
        return self._parts.limiter.limit(picture, position, calm=self._settings.calm)

    def _encode(self, picture: Picture, due: int, rung: Rung, sound: Sound) -> None:
        for picture_format, encoder in self._parts.encoders.items():
            every, fresh = STILL_EVERY[picture_format], picture_format in self._fresh
            if picture_format not in self._formats or (self._pictures % every and not fresh):
                continue
            chunk = encoder.encode(picture, due, key=fresh)
            self._fresh.discard(picture_format)
            self._say(
                Painted(
                    format=picture_format,
                    start_sample=due,
                    duration_samples=every * rung.interval_samples,
                    key=chunk.key,
                    reconfigured=chunk.reconfigured,
                    width=chunk.width,
                    height=chunk.height,
                    arrived_seconds=sound.arrived_seconds,
                    payload=chunk.payload,
                )
            )
        self._pictures += 1

    def _resize(self) -> None:
        """Draw at the rung that was chosen from the next picture on."""
        self._parts.generator.resize(self._pace.rung.size)

    def _tell_figures(self) -> None:
        now = self._clock.monotonic_seconds()
        if now - self._told_seconds < FIGURES_SECONDS:
            return
        cpu, broken = self._cpu_seconds(), self._parts.decoding.broken_packets
        self._say(
            Figures(
                **asdict(self._spent),
                undecodable=broken - self._broken_told,
                cpu_seconds=cpu - self._told_cpu_seconds,
                wall_seconds=now - self._told_seconds,
            )
        )
        self._spent = _Spent()
        self._told_seconds, self._told_cpu_seconds, self._broken_told = now, cpu, broken


def _joined(stretches: Sequence[Stretch]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield what follows upon each other in one piece: start sample and samples."""
    pieces: list[NDArray[np.float32]] = []
    start = end = 0
    for stretch in stretches:
        if pieces and stretch.start_sample != end:
            yield start, np.concatenate(pieces)
            pieces = []
        if not pieces:
            start = end = stretch.start_sample
        pieces.append(stretch.samples)
        end += len(stretch.samples)
    if pieces:
        yield start, np.concatenate(pieces)
