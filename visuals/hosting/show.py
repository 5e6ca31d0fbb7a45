"""One set's show: the worker that draws it, restarted when it fails, and how it all stands.

A show that nobody watches keeps its worker for a while, which hears on and can draw again at once;
then the worker goes. Whatever began a worker, it is first told the last seconds of the set, so that
it does not wake up deaf.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable
from typing import Final, TypeAlias

import structlog

from core.crowd import CrowdEnvelope, CrowdPulse
from core.errors import DjUniverseError
from core.messages import EncodedAudio
from core.show import EncodedPicture, PictureFormat, ShowSettings, ShowState
from visuals.hosting.keeper import WorkerKeeper
from visuals.hosting.surroundings import Surroundings, Worker
from visuals.worker.wire import (
    Begin,
    Blackout,
    Embedding,
    Event,
    Figures,
    FromWorker,
    HeardEvent,
    Hype,
    Look,
    Painted,
    Settings,
    Sound,
    ToWorker,
    Watched,
)

OFF: Final = "off"
NOBODY_WATCHES: Final = "nobody_watches"
CROWDED: Final = "crowded"
FAILED: Final = "failed"

PAST_MESSAGES: Final = 660
"""Twelve seconds of packets, and of what the judge says of them: a worker warms up on that."""

STATE_SECONDS: Final = 0.5
"""Least time between two states that are published."""

HYPE_MOST: Final = 100.0

Heard: TypeAlias = EncodedAudio | HeardEvent | Embedding

_log = structlog.get_logger(__name__)


class Show:
    """One set's show.

    Parameters
    ----------
    session, room
        The set, and where it plays.
    settings
        What the VJ wants.
    shared
        What all shows share.
    """

    def __init__(
        self, session: str, room: str, settings: ShowSettings, shared: Surroundings
    ) -> None:
        self.session = session
        self.room = room
        self.paused_since_seconds: float | None = None
        self.failed = False
        self._settings = settings
        self._held = False
        self._shared = shared
        self._reason: str | None = NOBODY_WATCHES
        self._formats: tuple[PictureFormat, ...] = ()
        self._unbroken: set[PictureFormat] = set()  # whose last key picture was published
        self._past: deque[Heard] = deque(maxlen=PAST_MESSAGES)
        self._keeper = WorkerKeeper(
            session, self, greet=self._greet, lost=self._lose, shared=shared
        )
        self._look: Look | None = None
        self._rung: str | None = None  # under which it is counted
        self._position_samples = 0
        self._said: ShowState | None = None
        self._said_seconds = float("-inf")
        self._hype: float | None = None
        self._end_listening: Callable[[], None] | None = None
        self._log = _log.bind(session=session, room=room)

    @property
    def has_worker(self) -> bool:
        """Whether it takes one of the places, drawing or not."""
        return self._keeper.is_at_work

    @property
    def plays(self) -> bool:
        """Whether pictures are wanted of it."""
        return self._reason is None

    @property
    def _draws(self) -> bool:
        """Whether what comes is shown."""
        return self.plays and self.has_worker

    def hear(self, message: Heard) -> None:
        """Take sound or an event of the set; returns at once."""
        self._past.append(message)
        if isinstance(message, EncodedAudio):
            self._position_samples = message.start_sample + message.duration_samples
            if self._keeper.worker is not None:
                self._keeper.worker.tell_sound(_sound(message, past=False))
        else:
            self._tell(_told(message))

    # What the host decides

    def play(self, formats: tuple[PictureFormat, ...]) -> None:
        """Draw from now on, in the formats that somebody watches."""
        if not self.has_worker:
            self._keeper.start()
            self._listen()
        if not self.plays or formats != self._formats:
            self._reason, self.paused_since_seconds = None, None
            self._formats = formats
            self._unbroken &= set(formats)
            self._tell(Watched(formats))

    def pause(self, reason: str, now_seconds: float) -> None:
        """Draw no more for now; the worker hears on."""
        if self.plays:
            self.paused_since_seconds = now_seconds
            self._formats = ()
            self._unbroken.clear()
            self._tell(Watched(()))
            self._forget_look()
        self._reason = reason

    def rest(self) -> asyncio.Task[None] | None:
        """End the worker; return the task that does so, if there is one."""
        self.failed = False
        self._forget_look()
        if self._end_listening is not None:
            self._end_listening()
            self._end_listening = None
        return self._keeper.stop()

    def change(self, settings: ShowSettings) -> None:
        """Draw as the VJ wants it from now on."""
        self._settings = settings
        self._tell(Settings(settings))

    def black_out(self, *, held: bool) -> None:
        """Black the picture out, or no more."""
        if held != self._held:
            self._held = held
            self._tell(Blackout(held))

    def look_after(self, now_seconds: float) -> None:
        """End a worker that hangs; it is then started again."""
        self._keeper.look_after(now_seconds)

    def state(self) -> ShowState:
        """Return how it stands."""
        look = self._look
        return ShowState(
            running=look is not None,
            reason=FAILED if self.failed and self.plays else self._reason,
            scene=None if look is None else look.scene,
            palette=None if look is None else look.palette,
            blackout=self._held,
            width=0 if look is None else look.width,
            height=0 if look is None else look.height,
            frames_per_second=0.0 if look is None else look.frames_per_second,
            settings=self._settings,
        )

    def tell_state(self, now_seconds: float) -> None:
        """Publish how it stands, if that is news."""
        state = self.state()
        if state == self._said or now_seconds - self._said_seconds < STATE_SECONDS:
            return
        self._said, self._said_seconds = state, now_seconds
        self._shared.publish(self.session, state, self._position_samples)

    # What the worker says

    def said(self, message: FromWorker) -> None:
        """Take what the worker says."""
        if isinstance(message, Painted):
            self._show(message)
        elif isinstance(message, Look) and self._draws:
            self._look = message
            self._count_as(f"{message.width}x{message.height}@{message.frames_per_second:g}")
        elif isinstance(message, Figures):
            self._count(message)

    def _show(self, painted: Painted) -> None:
        metrics = self._shared.metrics
        if not self._draws or not self._follows(painted):
            metrics.visual_skipped.labels("unwatched").inc()
            return
        self.failed = False
        picture = EncodedPicture(
            session=self.session,
            format=painted.format,
            start_sample=painted.start_sample,
            duration_samples=painted.duration_samples,
            key=painted.key,
            width=painted.width,
            height=painted.height,
            reconfigured=painted.reconfigured,
            payload=painted.payload,
        )
        self._shared.publish(self.session, picture, painted.start_sample)
        metrics.visual_bytes.labels(painted.format).inc(len(painted.payload))
        metrics.visual_picture_seconds.observe(
            self._shared.clock.monotonic_seconds() - painted.arrived_seconds
        )

    def _follows(self, painted: Painted) -> bool:
        """Return whether what the picture needs was published, and note that it is.

        A worker that lags may still speak of the time before a pause: what it needs is gone.
        """
        if painted.key:
            self._unbroken.add(painted.format)
        return painted.format in self._unbroken

    def _count(self, figures: Figures) -> None:
        metrics = self._shared.metrics
        metrics.visual_pictures.inc(figures.drawn)
        metrics.visual_skipped.labels("late").inc(figures.skipped)
        for part, seconds in (
            ("hear", figures.hear_seconds),
            ("draw", figures.draw_seconds),
            ("limit", figures.limit_seconds),
            ("encode", figures.encode_seconds),
            ("all", figures.cpu_seconds),
        ):
            metrics.visual_cpu_seconds.labels(part).inc(seconds)

    def _forget_look(self) -> None:
        self._look = None
        self._count_as(None)

    def _count_as(self, rung: str | None) -> None:
        shows = self._shared.metrics.visual_shows
        if rung != self._rung:
            if self._rung is not None:
                shows.labels(self._rung).dec()
            if rung is not None:
                shows.labels(rung).inc()
            self._rung = rung

    # The worker

    def _greet(self, worker: Worker) -> None:
        config = self._shared.config
        worker.tell(
            Begin(
                session=self.session,
                seed=seed_of(self.session),
                height=config.height,
                frames_per_second=config.frames_per_second,
                kilobits_per_second=config.kilobits_per_second,
                provider=config.provider,
                device=config.device,
            )
        )
        worker.tell_past(map(_past, tuple(self._past)))
        worker.tell(Settings(self._settings))
        worker.tell(Blackout(self._held))
        worker.tell(Hype(self._hype))
        worker.tell(Watched(self._formats))

    def _lose(self) -> None:
        self.failed = True
        self._unbroken.clear()
        self._forget_look()

    def _tell(self, message: ToWorker) -> None:
        if self._keeper.worker is not None:
            self._keeper.worker.tell(message)

    # The crowd

    def _listen(self) -> None:
        if self._shared.listen is None or self._end_listening is not None:
            return
        try:
            self._end_listening = self._shared.listen(self.room, self._hear_crowd)
        except DjUniverseError as error:  # the show goes on without it
            self._log.info("visuals_without_crowd", problem=str(error))

    def _hear_crowd(self, envelope: CrowdEnvelope) -> None:
        pulse = envelope.event
        if not isinstance(pulse, CrowdPulse):
            return
        hype = None if pulse.hype is None else min(max(pulse.hype / HYPE_MOST, 0.0), 1.0)
        if hype != self._hype:
            self._hype = hype
            self._tell(Hype(hype))


def seed_of(session: str) -> int:
    """Return the seed of a set's show: the same set gives the same show again."""
    return int.from_bytes(hashlib.sha256(session.encode()).digest()[:4])


def _sound(packet: EncodedAudio, *, past: bool) -> Sound:
    return Sound(
        start_sample=packet.start_sample,
        duration_samples=packet.duration_samples,
        discontinuity=packet.discontinuity,
        past=past,
        arrived_seconds=packet.arrived_seconds,
        payload=packet.payload,
    )


def _told(heard: HeardEvent | Embedding) -> ToWorker:
    return heard if isinstance(heard, Embedding) else Event(heard)


def _past(heard: Heard) -> ToWorker:
    return _sound(heard, past=True) if isinstance(heard, EncodedAudio) else _told(heard)
