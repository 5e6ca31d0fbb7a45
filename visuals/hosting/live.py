"""The shows of all sets of this process: heard from their feeds, drawn while somebody watches.

What the VJ of a room sets is kept here, for the process's life. A machine draws only so many rooms
at once; who is watched first has a place, and a show that nobody watches gives its own up.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from core.bus import Bus
from core.clock import Clock
from core.messages import EncodedAudio, Envelope, Phase, SessionState
from core.metrics import Metrics
from core.show import BLACKOUT_SECONDS, PictureFormat, ShowSettings, ShowState, watched_as
from visuals.hosting.config import VisualsConfig
from visuals.hosting.process import WorkerProcess
from visuals.hosting.show import (
    CROWDED,
    NOBODY_WATCHES,
    OFF,
    Show,
)
from visuals.hosting.surroundings import Audience, Launch, Listen, Publish, Surroundings, Worker
from visuals.worker.wire import EVENTS, Embedding

TICK_SECONDS: Final = 0.25
"""How often it is looked who is watched: a new audience waits no longer than that."""

LINGER_SECONDS: Final = 20.0
"""How long a worker hears on with nobody watching: pages are loaded again, phones change cells."""

ROOMS_REMEMBERED: Final = 1_000
"""Rooms whose settings are kept; the one changed longest ago goes first."""

HANDS_MOST: Final = 32
"""Hands that hold a room's blackout at a time."""

SESSIONS_PAST: Final = 256
"""Sets remembered as over, so that a straggler does not begin one anew."""

_log = structlog.get_logger(__name__)


class LiveVisuals:
    """Hosts the shows; a `FeedListener`, an `EmbeddingListener` and a `ShowDoor`.

    Parameters
    ----------
    bus
        Tells who is watched.
    publish
        Puts a message into a set's feed.
    listen
        Hears a room's crowd; None where there is none to hear.
    launch
        Starts a worker for a show; a process by default.
    clock, metrics, config
        Time, figures and limits.

    Notes
    -----
    All of it is for the event loop's thread. Nothing is published while an envelope is being taken:
    what is said inside another's publishing would overtake it.
    """

    def __init__(
        self,
        bus: Bus,
        publish: Publish,
        *,
        clock: Clock,
        metrics: Metrics,
        config: VisualsConfig | None = None,
        listen: Listen | None = None,
        launch: Launch | None = None,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._config = config or VisualsConfig()
        self._shared = Surroundings(
            publish=publish,
            launch=launch or partial(_launched, clock=clock, metrics=metrics),
            clock=clock,
            metrics=metrics,
            config=self._config,
            listen=listen,
        )
        self._shows: dict[str, Show] = {}  # by session, the longest on air first
        self._on_air: dict[str, Show] = {}  # by room
        self._over: deque[str] = deque(maxlen=SESSIONS_PAST)
        self._settings: OrderedDict[str, ShowSettings] = OrderedDict()
        self._leases: dict[str, dict[str, float]] = {}  # by room, by hand: when blackouts end
        self._ending: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look after the shows; call once, on the running loop."""
        self._task = asyncio.create_task(self._run(), name="visuals")

    async def stop(self) -> None:
        """End all shows and their workers, within a bounded time."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for session in tuple(self._shows):
            self._end(session)
        await asyncio.gather(*self._ending, return_exceptions=True)

    @property
    def playing(self) -> int:
        """How many shows are drawn."""
        return sum(show.plays for show in self._shows.values())

    @property
    def failing(self) -> int:
        """How many of them fail just now."""
        return sum(show.plays and show.failed for show in self._shows.values())

    # What is heard of the sets

    def envelope(self, envelope: Envelope) -> None:
        """Take an envelope of any set; returns at once."""
        message = envelope.message
        if not isinstance(message, (EncodedAudio, *EVENTS)):
            return
        try:
            show = self._shows.get(envelope.epoch) or self._begin(envelope)
            if show is None:
                return
            if isinstance(message, SessionState) and message.phase is Phase.ENDED:
                self._end(envelope.epoch)
            else:
                show.hear(message)
        except Exception:  # the set itself must not suffer from its show
            _log.exception("visuals_envelope_failed", session=envelope.epoch)

    def embedding(self, session: str, end_sample: int, embedding: NDArray[np.float32]) -> None:
        """Take how the judge's network hears a set; see `core.show.EmbeddingListener`."""
        show = self._shows.get(session)
        if show is not None:
            show.hear(Embedding(end_sample, embedding))

    def _begin(self, envelope: Envelope) -> Show | None:
        session, room = envelope.epoch, envelope.room
        if session in self._over:
            return None
        given_way = self._on_air.get(room)
        if given_way is not None:
            self._end(given_way.session)
        show = Show(session, room, self.settings(room), self._shared)
        show.black_out(held=room in self._leases)
        self._shows[session] = self._on_air[room] = show
        return show

    def _end(self, session: str) -> None:
        show = self._shows.pop(session)
        self._over.append(session)
        if self._on_air.get(show.room) is show:
            del self._on_air[show.room]
        self._rest(show)

    def _rest(self, show: Show) -> None:
        ending = show.rest()
        if ending is not None:
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    # What the VJs want

    def settings(self, room: str) -> ShowSettings:
        """Return what is set for `room`; see `core.show.ShowDoor`."""
        return self._settings.get(room, ShowSettings())

    def change(self, room: str, settings: ShowSettings) -> None:
        """Set what `room` is to show from now on; see `core.show.ShowDoor`."""
        self._settings[room] = settings
        self._settings.move_to_end(room)
        if len(self._settings) > ROOMS_REMEMBERED:
            self._settings.popitem(last=False)
        show = self._on_air.get(room)
        if show is not None:
            show.change(settings)

    def blackout(self, room: str, *, held: bool, hand: str = "") -> None:
        """Black the picture out for a while, or end that at once; see `core.show.ShowDoor`."""
        hands = self._leases.pop(room, {})
        hands.pop(hand, None)
        show = self._on_air.get(room)
        if show is None:  # without a set there is nothing to black out
            return
        if held:
            hands[hand] = self._clock.monotonic_seconds() + BLACKOUT_SECONDS
            if len(hands) > HANDS_MOST:
                del hands[next(iter(hands))]  # said the longest ago
        if hands:
            self._leases[room] = hands
        show.black_out(held=bool(hands))

    def state(self, room: str) -> ShowState | None:
        """Return how the show of the set on air stands; see `core.show.ShowDoor`."""
        show = self._on_air.get(room)
        return None if show is None else show.state()

    # Looking after the shows

    async def _run(self) -> None:
        while True:
            try:
                self.tick()
            except Exception:  # the next round may be better, and shows must not end for good
                _log.exception("visuals_tick_failed")
            await asyncio.sleep(TICK_SECONDS)

    def tick(self) -> None:
        """Look who is watched, who has to give way, and what is to be said."""
        now = self._clock.monotonic_seconds()
        self._end_leases(now)
        wanted = [show for show in self._shows.values() if self._is_wanted(show, now)]
        self._give_places(wanted, now)
        for show in tuple(self._shows.values()):
            show.look_after(now)
            self._tell_state(show, now)

    def _end_leases(self, now_seconds: float) -> None:
        for room, hands in tuple(self._leases.items()):
            for hand in [hand for hand, until in hands.items() if now_seconds >= until]:
                self.blackout(room, held=False, hand=hand)

    def _is_wanted(self, show: Show, now_seconds: float) -> bool:
        enabled = self.settings(show.room).enabled
        if enabled and self._formats(show.room):
            return True
        show.pause(NOBODY_WATCHES if enabled else OFF, now_seconds)
        since = show.paused_since_seconds
        if show.has_worker and (since is None or now_seconds - since > LINGER_SECONDS):
            self._rest(show)
        return False

    def _formats(self, room: str) -> tuple[PictureFormat, ...]:
        """Return the formats in which somebody watches `room`'s pictures."""
        viewers = self._bus.viewers
        return tuple(each for each in PictureFormat if viewers(watched_as(room, each)) > 0)

    def _give_places(self, wanted: Sequence[Show], now_seconds: float) -> None:
        taken = [show for show in self._shows.values() if show.has_worker]
        idle = [show for show in taken if not show.plays and show not in wanted]
        free = self._config.rooms - len(taken)
        for show in wanted:
            if show.has_worker:
                show.play(self._formats(show.room))
                continue
            if free < 1 and idle:
                self._rest(idle.pop())
                free += 1
            if free < 1:
                show.pause(CROWDED, now_seconds)
                continue
            show.play(self._formats(show.room))
            free -= 1

    def _tell_state(self, show: Show, now_seconds: float) -> None:
        try:
            show.tell_state(now_seconds)
        except Exception:  # one show's feed must not stop the others'
            _log.exception("visuals_state_failed", session=show.session)


async def _launched(session: str, audience: Audience, *, clock: Clock, metrics: Metrics) -> Worker:
    return await WorkerProcess.launch(session, audience, clock, metrics)
