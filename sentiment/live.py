"""The crowds of all rooms in this process: the one place where their chats live.

What is asked comes in through `LiveCrowd`, a `core.crowd.CrowdDoor`; a message waits in one queue
with all others until the model and the rules have looked at it (`sentiment.hosting.intake`), and
once a second every room that somebody listens to has its pulse felt.

What people say is in memory only. The audit sink alone is given texts, and only of messages that
somebody decided about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from core.bus import Bus
from core.clock import Clock
from core.crowd import (
    Appeal,
    Cheer,
    CrowdEnvelope,
    CrowdReply,
    CrowdRequest,
    Done,
    Join,
    Joined,
    Moment,
    Moments,
    QueuedMessage,
    ReadMoments,
    Refused,
    Said,
    Say,
)
from core.errors import BusUnavailable, LimitReached
from core.messages import EncodedAudio, Envelope
from core.metrics import Metrics
from sentiment.chat import NameRules
from sentiment.hosting.auditing import AuditSink, AuditWriter
from sentiment.hosting.clipping import ClipMaker, Clipper
from sentiment.hosting.config import CrowdConfig
from sentiment.hosting.failing import log_failure
from sentiment.hosting.hosted import HostedRoom
from sentiment.hosting.intake import Intake
from sentiment.hosting.judging import MakeModerator, RoomJudge
from sentiment.hosting.order import NOT_JOINED, Order, OrderRequest
from sentiment.hosting.rooms import HostedRooms
from sentiment.hosting.senses import Listen, MakeSenses, Reader
from sentiment.hosting.shelf import MomentShelf
from sentiment.hosting.stores import Authenticate, EmotesOf, RulesStore
from sentiment.moderation import Lexicon
from sentiment.moments import CrowdSenses

InRoom: TypeAlias = Say | Cheer | Appeal | OrderRequest
"""What may be asked of a room that is hosted already."""

BUSY: Final = Refused("busy", 1.0)

PULSE_QUEUE: Final = "crowd_pulse"
"""Label of what was said more often, or by more people, than the pulse takes in."""


class LiveCrowd:
    """Hosts the crowds of all rooms; a `core.crowd.CrowdDoor`.

    Parameters
    ----------
    classifier
        Reads messages.
    moderator
        Makes what judges the messages of a room.
    senses
        Makes what feels a room's pulse and notices its moments; what is shipped by default.
    listen
        Asks the word lists; those that are shipped by default.
    names
        What names are fit, and which look alike.
    clock, metrics, config
        Time, figures and limits.
    bus
        Where the rooms' sets are.
    authenticate
        Tells what a credential is worth in a room.
    audit
        Stores decisions.
    rules_store
        Keeps the rooms' rules.
    emotes_of
        Tells a room's own emotes; None where rooms have none.
    clip_maker
        Cuts clips of confirmed moments; None where none are wanted.
    hear_set
        Hears every envelope of the hosted rooms' sets, wherever they are taken in: what a clip
        tells of its set. Returns at once.
    """

    def __init__(
        self,
        classifier: Reader,
        moderator: MakeModerator,
        senses: MakeSenses | None = None,
        *,
        listen: Listen | None = None,
        names: NameRules,
        clock: Clock,
        metrics: Metrics,
        bus: Bus,
        authenticate: Authenticate,
        audit: AuditSink,
        rules_store: RulesStore,
        emotes_of: EmotesOf | None = None,
        clip_maker: ClipMaker | None = None,
        hear_set: Callable[[Envelope], None] = lambda _: None,
        config: CrowdConfig | None = None,
    ) -> None:
        self._config = config = config or CrowdConfig()
        self._clock = clock
        self._metrics = metrics
        self._names = names
        self._moderator = moderator
        dropped = metrics.queue_dropped.labels(PULSE_QUEUE)
        self._senses = senses or (lambda _room: CrowdSenses(clock, count_dropped=dropped.inc))
        self._hear_set = hear_set
        self._order = Order(authenticate, rules_store, config)
        self._audit = AuditWriter(audit, entries_most=config.audit_entries, metrics=metrics)
        self._shelf = MomentShelf(config.rooms_most, config.moments_most)
        self._intake = Intake(
            classifier,
            listen or Lexicon.shipped().read,
            clock=clock,
            metrics=metrics,
            config=config,
        )
        self._clipper = None
        if clip_maker is not None:
            self._clipper = Clipper(
                clip_maker, metrics=metrics, most=config.clips_most, seconds=config.clip_seconds
            )
        self._rooms = HostedRooms(
            self._make_room,
            bus=bus,
            rules_store=rules_store,
            emotes_of=emotes_of,
            clock=clock,
            metrics=metrics,
            config=config,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    def start(self) -> None:
        """Begin to judge, to tick and to store; call once, on the running loop."""
        work = {"judges": self._intake.run, "ticks": self._tick, "stores": self._audit.run}
        self._tasks = [asyncio.create_task(run(), name=f"crowd {n}") for n, run in work.items()]

    async def stop(self) -> None:
        """Judge and store what waits, within a bounded time, and forget everything."""
        self._closed = True
        if not self._tasks:
            return
        judging, ticking, storing = self._tasks
        ticking.cancel()
        self._intake.close()
        await self._finish(judging)
        self._intake.give_up()
        if self._clipper is not None:
            await self._clipper.stop()
        await self._rooms.stop()
        self._audit.close()
        await self._finish(storing)
        await asyncio.gather(ticking, return_exceptions=True)

    async def _finish(self, task: asyncio.Task[None]) -> None:
        await asyncio.wait({task}, timeout=self._config.stop_seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    # As a door

    async def ask(self, request: CrowdRequest) -> CrowdReply:
        """Ask for something; see `core.crowd.CrowdDoor`.

        Raises
        ------
        BusUnavailable
            If the crowd's host is going away.
        """
        if self._closed:
            raise BusUnavailable("The chat's host is going away; try again in a moment.")
        try:
            async with asyncio.timeout(self._config.ask_seconds):
                return await self._answer(request)
        except TimeoutError:
            return BUSY

    async def _answer(self, request: CrowdRequest) -> CrowdReply:
        if isinstance(request, Join):
            return await self._join(request)
        room = self._rooms.get(request.room)
        if isinstance(request, ReadMoments):  # of rooms that nobody is in any more as well
            return Moments(tuple(self.recent_moments(request.room)))
        return NOT_JOINED if room is None else await self._answer_in(room, request)

    async def _answer_in(self, room: HostedRoom, request: InRoom) -> CrowdReply:
        match request:
            case Say():
                return await self._say(room, request)
            case Cheer():
                return self._cheer(room, request)
            case Appeal():
                return room.chat.appeal(request)
            case _:
                return await self._order.answer(room, request)

    def listen(self, room: str, accept: Callable[[CrowdEnvelope], None]) -> Callable[[], None]:
        """Hear a room's crowd from now on; see `core.crowd.CrowdDoor`.

        Raises
        ------
        LimitReached
            If there are too many rooms.
        """
        return self._rooms.host(room).listeners.add(accept)

    def listen_queue(
        self, room: str, accept: Callable[[Sequence[QueuedMessage]], None]
    ) -> Callable[[], None]:
        """Hear what waits for a room's moderators; see `core.crowd.CrowdDoor`.

        Raises
        ------
        LimitReached
            If there are too many rooms.
        """
        return self._rooms.host(room).queue_listeners.add(accept)

    # What else may be asked in this process

    def begin_anew(self) -> None:
        """Forget all rooms: another process hosted them meanwhile, and knows better.

        Whoever comes next gets new epochs, and what is stored is read again.
        """
        self._rooms.forget_all()

    def read_emotes(self, room: str) -> None:
        """Look again which emotes a room has, where it is hosted: somebody changed them."""
        self._rooms.read_again(room)

    def recent_moments(self, room: str) -> list[Moment]:
        """Return a room's latest moments, the newest first."""
        return self._shelf.newest(room)

    def recent_audio(self, room: str, epoch: str) -> Sequence[EncodedAudio]:
        """Return the latest packets of a set, in order; empty where it is not the room's last."""
        hosted = self._rooms.get(room)
        return hosted.audio.of(epoch) if hosted else ()

    # Requests

    async def _join(self, request: Join) -> Joined | Refused:
        # Asked first: a credential that is worth nothing must not make a room, nor cost one its
        # place.
        appointment = await self._order.appointment(request.room, request.credential)
        if isinstance(appointment, Refused):
            return appointment
        try:
            room = self._rooms.host(request.room)
        except LimitReached as error:
            return Refused("busy", error.retry_after_seconds)
        await self._rooms.ready(room)
        # Nothing may come between the answer and the order that it speaks of: no waiting from here.
        return room.chat.join(request, appointment)

    async def _say(self, room: HostedRoom, request: Say) -> Said | Refused:
        config = self._config
        if len(request.key) > config.key_characters:
            return Refused("bad_input")
        if len(request.text) > config.text_characters:
            return Refused("too_long")
        return await self._intake.say(room, request)

    def _cheer(self, room: HostedRoom, request: Cheer) -> Done | Refused:
        member = room.chat.cheer(request)
        if isinstance(member, Refused):
            return member
        room.senses.hear_cheer(member.user, request.reaction)
        return Done()

    # Rooms

    def _make_room(self, name: str) -> HostedRoom:
        return HostedRoom(
            name,
            clock=self._clock,
            metrics=self._metrics,
            config=self._config,
            names=self._names,
            judge=RoomJudge(self._moderator(), self._clock),
            senses=self._senses(name),
            audit=self._audit.put,
            shelf=self._shelf,
            on_confirmed=self._confirmed,
            hear_set=self._hear_set,
        )

    def _confirmed(self, room: HostedRoom, moment: Moment) -> None:
        """Have the clip of a moment cut, once all of its sound has been heard."""
        if self._clipper is None:
            return
        end_seconds = moment.start_seconds + self._config.clip_after_seconds

        def tell(clip: str | None, reason: str | None) -> None:
            self._tell_clip(room.name, moment.id, clip, reason)

        self._clipper.cut(
            room.name, moment, lambda: room.has_heard(moment.epoch, end_seconds), tell
        )

    def _tell_clip(self, room: str, moment: str, clip: str | None, reason: str | None) -> None:
        known = self._shelf.get(room, moment)
        if known is None:
            return
        cut = replace(known, clip=clip, clip_reason=reason)
        hosted = self._rooms.get(room)
        if hosted is None:
            self._shelf.put(room, cut)
        else:
            hosted.tell_moment(cut)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due_seconds = loop.time()
        while True:
            due_seconds = max(due_seconds + self._config.tick_seconds, loop.time())
            await asyncio.sleep(due_seconds - loop.time())
            await self._tick_rooms()
            try:
                self._rooms.keep_house()
            except Exception as error:
                log_failure("crowd_housekeeping_failed", error)
            members = sum(len(room.chat.floor.members) for room in self._rooms.all())
            self._metrics.crowd_members.set(members)

    async def _tick_rooms(self) -> None:
        began_seconds = self._clock.monotonic_seconds()
        for room in self._rooms.all():
            try:
                room.tick()
            except Exception as error:  # of one room; the others' time goes on
                log_failure("crowd_tick_failed", error)
            if self._clock.monotonic_seconds() - began_seconds >= self._config.turn_seconds:
                await asyncio.sleep(0)
                began_seconds = self._clock.monotonic_seconds()
