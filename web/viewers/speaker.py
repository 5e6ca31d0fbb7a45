"""What one viewer asks of the crowd: one thing after another, bounded in number and time.

One after another, because their order matters: who sends `join` and `say` together has joined when
they speak, and what was said first is shown first.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final, TypeAlias

from core.crowd import (
    Action,
    Appeal,
    Cheer,
    CrowdReply,
    CrowdRequest,
    Done,
    Join,
    Joined,
    Queue,
    ReadQueue,
    Refused,
    Role,
    Said,
    Say,
)
from core.errors import DjUniverseError
from web.viewers import crowd_protocol, protocol
from web.viewers.config import ViewerConfig
from web.viewers.crowd import Listener, ViewedCrowd
from web.viewers.speaking import Appealing, Asking, Cheering, Joining, Malformed, Saying
from web.viewers.units import OwnUnit
from web.viewers.viewer import Viewer

logger = logging.getLogger(__name__)

JOIN_TRIES: Final = 3
"""Answers that may come too late, each for a reason of its own, before a viewer is told so."""

FIRST_RETRY_SECONDS: Final = 0.5
LAST_RETRY_SECONDS: Final = 15.0
BUSY_SECONDS: Final = 2.0

NOT_JOINED: Final = Refused("not_joined")
MALFORMED: Final = Refused("malformed")
TOO_LONG: Final = Refused("too_long")
BUSY: Final = Refused("busy", BUSY_SECONDS)

NAME_CODES: Final = frozenset({"name_taken", "name_unfit", "address_full"})
"""Refusals of a name; without one they do not hold."""


@dataclass(frozen=True, slots=True)
class _Rejoining:
    """Join again: events were lost on the way, or the right to moderate was."""


@dataclass(frozen=True, slots=True)
class _Looking:
    """Look at what waits for the moderators, and whether one still may."""


_Task: TypeAlias = Asking | Malformed | _Rejoining | _Looking


def person_of(secret: str) -> str:
    """Return the digest by which the crowd knows whoever holds `secret`.

    The secret has 128 random bits or more, so that there is nothing to guess that salt would make
    slower; every process makes the same of it.
    """
    return blake2b(secret.encode(), digest_size=16, person=b"djuv person").hexdigest()


class Speaker:
    """Brings what a viewer says to the crowd, and back what becomes of it.

    Parameters
    ----------
    viewer
        Who speaks, and is answered.
    address
        A digest of where from.
    config
        Bounds.
    position
        Tells the room's media clock, in microseconds.
    count_drop
        Called when something was not asked because too much waits.
    """

    def __init__(
        self,
        viewer: Viewer,
        address: str,
        *,
        config: ViewerConfig,
        position: Callable[[], int],
        count_drop: Callable[[], None],
    ) -> None:
        self._viewer = viewer
        self._address = address
        self._config = config
        self._position = position
        self._count_drop = count_drop
        self._listener = Listener(viewer, self._lost)
        self._crowd: ViewedCrowd | None = None
        self._joined: Join | None = None  # as it was last granted
        self._waiting: deque[_Task] = deque()
        self._work: asyncio.Task[None] | None = None
        self._look: asyncio.TimerHandle | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._stopped = False

    def begin(self, crowd: ViewedCrowd) -> None:
        """Bring what was said so far, and everything from now on, to `crowd`."""
        self._crowd = crowd
        self._carry_on()

    def hear(self, message: Asking | Malformed) -> None:
        """Take what the viewer says; it is answered in its turn."""
        if self._stopped:
            return
        if len(self._waiting) < self._config.max_asks:
            self._waiting.append(message)
            self._carry_on()
            return
        self._count_drop()
        if self._crowd is not None:  # else `hello` has not been said
            self._refuse(BUSY, message.kind, message.key)

    def stop(self) -> None:
        """Ask nothing more: the connection is closing."""
        self._stopped = True
        self._waiting.clear()
        for timer in (self._look, self._retry):
            if timer is not None:
                timer.cancel()
        if self._work is not None:
            self._work.cancel()
        if self._crowd is not None:
            self._crowd.leave(self._listener)

    def _carry_on(self) -> None:
        if self._work is None and self._crowd is not None and self._waiting:
            self._work = asyncio.create_task(self._run(self._crowd), name="viewer asks the crowd")
            self._work.add_done_callback(self._rest)

    def _rest(self, work: asyncio.Task[None]) -> None:
        self._work = None
        if not work.cancelled() and (error := work.exception()) is not None:
            # Not in the error's own words, which may quote what was said.
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("a viewer could not be answered: %s\n%s", type(error).__name__, where)
        if not self._stopped:
            self._carry_on()

    async def _run(self, crowd: ViewedCrowd) -> None:
        while self._waiting:
            task = self._waiting.popleft()
            match task:
                case Joining():
                    await self._join(crowd, task)
                case Malformed():
                    self._refuse(MALFORMED, task.kind, task.key)
                case Saying() if len(task.text) > self._config.message_characters:
                    self._refuse(TOO_LONG, task.kind, task.key)
                case Saying() | Cheering() | Appealing():
                    await self._bring(crowd, task)
                case _Rejoining():
                    await self._join_again(crowd)
                case _Looking():
                    await self._look_at_queue(crowd)

    async def _ask(self, crowd: ViewedCrowd, request: CrowdRequest) -> CrowdReply:
        """Ask, for a bounded time; what cannot be asked just now is refused."""
        try:
            async with asyncio.timeout(self._config.ask_seconds):
                return await crowd.door.ask(request)
        except TimeoutError:
            return BUSY
        except DjUniverseError as error:
            return Refused(error.slug, BUSY_SECONDS)

    # Joining

    async def _join(self, crowd: ViewedCrowd, joining: Joining) -> None:
        request = Join(
            room=crowd.room,
            person=None if joining.visitor is None else person_of(joining.visitor),
            name=joining.name,
            address=self._address,
            credential=joining.credential,
            epoch=joining.epoch,
            seq=joining.seq,
        )
        refused = await self._enter(crowd, request)
        if refused is not None:
            self._refuse(refused, joining.kind)

    async def _enter(self, crowd: ViewedCrowd, request: Join) -> Refused | None:
        """Join, and be told what was missed; return why not."""
        try:
            crowd.attend()  # first of all: what is said while we ask is heard
        except DjUniverseError as error:
            return Refused(error.slug, BUSY_SECONDS)
        try:
            async with crowd.joins:
                for _ in range(JOIN_TRIES):
                    ticket = crowd.ticket(self._listener, request.epoch, request.seq)
                    asked = replace(request, epoch=ticket.epoch, seq=ticket.seq)
                    reply = await self._ask(crowd, asked)
                    if not isinstance(reply, Joined):
                        return reply if isinstance(reply, Refused) else BUSY
                    if crowd.place(self._listener, reply, ticket):
                        self._joined = request
                        self._take_role(crowd, reply.role)
                        return None
                return BUSY
        finally:
            crowd.dismiss()

    def _lost(self) -> None:
        """Join again: the crowd was not heard without a gap, or a right was lost."""
        if not self._stopped and _Rejoining() not in self._waiting:
            self._waiting.appendleft(_Rejoining())
            self._carry_on()

    async def _join_again(self, crowd: ViewedCrowd) -> None:
        """Join as before, so that a crowd that was away goes on by itself."""
        while self._joined is not None:
            epoch, seq = self._listener.epoch, self._listener.seq
            refused = await self._enter(crowd, replace(self._joined, epoch=epoch, seq=seq))
            if refused is None:
                self._retry_seconds = FIRST_RETRY_SECONDS
                return
            of_name = self._joined.name is not None and refused.code in NAME_CODES
            if refused.retry_after_seconds is not None and not of_name:
                self._lose_later(self._retry_seconds)
                self._retry_seconds = min(self._retry_seconds * 2, LAST_RETRY_SECONDS)
                return
            self._refuse(refused, Joining.kind)
            self._joined = _humbler(self._joined, refused.code)

    def _lose_later(self, seconds: float) -> None:
        if self._stopped:
            return
        if self._retry is not None:
            self._retry.cancel()
        self._retry = asyncio.get_running_loop().call_later(seconds, self._lost)

    # Saying

    async def _bring(self, crowd: ViewedCrowd, asked: Saying | Cheering | Appealing) -> None:
        reply: CrowdReply = NOT_JOINED
        for _ in range(2):
            if self._joined is None or self._joined.person is None:
                break
            reply = await self._ask(crowd, _request(crowd.room, self._joined.person, asked))
            if reply != NOT_JOINED or not _may_speak(self._joined):
                break
            await self._join_again(crowd)  # the crowd's host began anew and knows nobody yet
        if isinstance(reply, Said):
            self._send(crowd_protocol.said_payload(reply, self._position()))
        elif isinstance(reply, Refused):
            self._refuse(reply, asked.kind, asked.key)
        elif isinstance(asked, Appealing) and isinstance(reply, Done):
            taken = Said(asked.key, Action.DELETE, None, "appealed")
            self._send(crowd_protocol.said_payload(taken, self._position()))

    def _refuse(self, refused: Refused, of: str, key: str | None = None) -> None:
        self._send(crowd_protocol.refused_payload(refused, of, key, self._position()))

    def _send(self, payload: bytes) -> None:
        if not self._stopped:
            self._viewer.send(OwnUnit(protocol.text_frame(payload)))

    # Moderating

    def _take_role(self, crowd: ViewedCrowd, role: Role) -> None:
        if self._stopped:  # what was missed was more than a slow viewer may be sent
            return
        if self._look is not None:
            self._look.cancel()
            self._look = None
        if role is Role.VIEWER:
            crowd.queue.excuse(self._viewer)
            return
        try:
            crowd.queue.show(self._viewer)
        except DjUniverseError as error:
            logger.warning("a moderator of %s cannot hear what waits: %s", crowd.room, error)
        self._waiting.appendleft(_Looking())

    async def _look_at_queue(self, crowd: ViewedCrowd) -> None:
        """Show a moderator what waits; who may look no more is told so."""
        if self._joined is None or self._joined.person is None:
            return
        version = crowd.queue.version
        reply = await self._ask(crowd, ReadQueue(crowd.room, self._joined.person))
        if isinstance(reply, Refused) and reply.retry_after_seconds is None:
            crowd.queue.excuse(self._viewer)
            self._lose_later(FIRST_RETRY_SECONDS)  # joining again tells the viewer
            return
        if isinstance(reply, Queue) and version == crowd.queue.version:  # else a newer one was sent
            self._viewer.send(crowd.queue.unit(reply.waiting))
        if self._stopped:
            return
        loop = asyncio.get_running_loop()
        self._look = loop.call_later(self._config.queue_refresh_seconds, self._look_again)

    def _look_again(self) -> None:
        self._look = None
        self._waiting.append(_Looking())
        self._carry_on()


def _humbler(joined: Join, code: str) -> Join | None:
    """Return how to join with less than was refused for `code`; None where there is no less."""
    if joined.name is not None and (code in NAME_CODES or joined.credential is None):
        return replace(joined, name=None)
    if joined.credential is not None:
        return replace(joined, credential=None)
    return None


def _may_speak(joined: Join) -> bool:
    return joined.name is not None or joined.credential is not None


def _request(room: str, person: str, asked: Saying | Cheering | Appealing) -> CrowdRequest:
    match asked:
        case Saying():
            return Say(room, person, asked.key, asked.text, asked.reply_to)
        case Cheering():
            return Cheer(room, person, asked.reaction)
        case Appealing():
            return Appeal(room, person, asked.key)
