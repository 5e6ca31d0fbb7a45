"""A crowd's host as small as it can be, whose every mood a test can choose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from core.crowd import (
    Action,
    Appeal,
    ChatMessage,
    ChatRemoved,
    ChatRules,
    ChatRulesChanged,
    ChatTimedOut,
    Cheer,
    Configure,
    CrowdEnvelope,
    CrowdEvent,
    CrowdPulse,
    CrowdReply,
    CrowdRequest,
    Done,
    EmoteSpan,
    Join,
    Joined,
    Moderate,
    Moment,
    Moments,
    MomentStatus,
    Queue,
    QueuedMessage,
    Quote,
    ReadMoments,
    ReadQueue,
    Refused,
    Role,
    Said,
    Say,
)

ROLES = {"the-dj": Role.DJ, "a-moderator": Role.MODERATOR}
"""What credentials are worth."""


def message(number: int = 1, text: str = "hola", **changes: object) -> ChatMessage:
    values = {
        "id": f"m{number}",
        "user": "u1",
        "name": "Luz",
        "role": Role.VIEWER,
        "text": text,
        "emotes": (),
        "reply": None,
        "sent_unix_ms": 1_700_000_000_000,
    }
    return ChatMessage(**values | changes)  # type: ignore[arg-type]


def pulse() -> CrowdPulse:
    return CrowdPulse(
        hype=71.25,
        reason=None,
        mood=0.5,
        mood_count=12,
        chatters=14,
        messages_per_minute=33.3333,
        synchrony=None,
        top_emotes=("fire",),
        reactions={"fire": 3, "heart": 0},
    )


def moment() -> Moment:
    return Moment(
        id="x1",
        status=MomentStatus.CONFIRMED,
        start_seconds=61.23456,
        end_seconds=90.0,
        code="drop",
        epoch="set-1",
        strength=0.91234,
        hype=88.88,
        clip="abc",
    )


def all_crowd_events() -> list[CrowdEvent]:
    """One of each event that the crowd has."""
    return [
        message(
            text="mira :fire:",
            emotes=(EmoteSpan("fire", 5, 11),),
            reply=Quote("m0", "Sol", "¿qué?"),
        ),
        ChatRemoved(("m1", "m2"), "deleted"),
        ChatTimedOut("u1", 30.0),
        ChatRulesChanged(ChatRules(blocked_words=("secreto",))),
        pulse(),
        moment(),
    ]


def queued(number: int = 1, text: str = "?") -> QueuedMessage:
    return QueuedMessage(
        message=f"m{number}",
        user="u1",
        name="Luz",
        text=text,
        action=Action.HOLD,
        reasons=("insult",),
        appealed=False,
        sent_unix_ms=1_700_000_000_000,
        offences=1,
    )


class FakeDoor:
    """A `core.crowd.CrowdDoor` of one room, which forgets nothing and allows everything.

    What says "rude" is held.
    """

    def __init__(self) -> None:
        self.epoch = "crowd-1"
        self.log: list[CrowdEnvelope] = []
        self.oldest = 1  # `seq` of the oldest event that can still be told
        self.asked: list[CrowdRequest] = []
        self.names: dict[str, str] = {}
        self.roles: dict[str, Role] = {}
        self.waiting: list[QueuedMessage] = []
        self.answers: list[CrowdReply | Exception | None] = []  # given out first; None is as usual
        self.gate: asyncio.Event | None = None  # answers are made, and wait for it
        self.listeners: list[Callable[[CrowdEnvelope], None]] = []
        self.queue_listeners: list[Callable[[Sequence[QueuedMessage]], None]] = []
        self.listened = 0

    def publish(self, event: CrowdEvent, *, lost: bool = False, pts: int = 0) -> CrowdEnvelope:
        """Give an event its place and tell everybody, unless it is `lost` on the way."""
        envelope = CrowdEnvelope("nova", self.epoch, len(self.log) + 1, pts, event)
        self.log.append(envelope)
        if not lost:
            for accept in tuple(self.listeners):
                accept(envelope)
        return envelope

    def begin(self, epoch: str) -> None:
        """Begin anew, knowing nobody."""
        self.epoch = epoch
        self.log.clear()
        self.oldest = 1
        self.names.clear()
        self.roles.clear()

    def hold(self, waits: Sequence[QueuedMessage]) -> None:
        """Let something else wait for the moderators."""
        self.waiting = list(waits)
        for accept in tuple(self.queue_listeners):
            accept(tuple(waits))

    async def ask(self, request: CrowdRequest) -> CrowdReply:
        self.asked.append(request)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            answer = self._answer(request)
        if self.gate is not None:
            await self.gate.wait()
        return answer

    def moments(self) -> Moments:
        """What is told of moments, the newest first, each as it last was."""
        events = (envelope.event for envelope in self.log)
        latest = {each.id: each for each in events if isinstance(each, Moment)}
        return Moments(tuple(reversed(latest.values())))

    def _answer(self, request: CrowdRequest) -> CrowdReply:
        if isinstance(request, ReadMoments):
            return self.moments()
        match request:
            case Join():
                return self._join(request)
            case Say():
                return self._say(request)
            case Cheer() | Appeal():
                return Done() if request.person in self.names else Refused("not_joined")
            case ReadQueue() | Moderate() | Configure():
                return self._order(request)

    def _order(self, request: ReadQueue | Moderate | Configure) -> CrowdReply:
        role = self.roles.get(request.person)
        if role in (None, Role.VIEWER):
            return Refused("not_joined" if role is None else "not_allowed")
        if isinstance(request, ReadQueue):
            return Queue(tuple(self.waiting), (), ChatRules())
        return Done()

    def _join(self, join: Join) -> Joined | Refused:
        role = Role.VIEWER
        if join.credential is not None:
            if join.credential not in ROLES:
                return Refused("not_allowed")
            role = ROLES[join.credential]
        if join.name in self.names.values() and self.names.get(join.person or "") != join.name:
            return Refused("name_taken")
        if join.person is not None:
            self.names[join.person] = join.name or self.names.get(join.person, "")
            self.roles[join.person] = role
        return self.joined(join.epoch, join.seq, join.person)

    def joined(self, epoch: str | None, seq: int, person: str | None = None) -> Joined:
        last = len(self.log)
        resumes = epoch == self.epoch and self.oldest - 1 <= seq <= last
        since = seq if resumes else self.oldest - 1
        return Joined(
            epoch=self.epoch,
            from_seq=seq + 1 if resumes else last + 1,
            last_seq=last,
            events=tuple(self.log[since:]),
            rules=ChatRules(),
            user=None if person is None else f"user-{person[:4]}",
            name=self.names.get(person or "") or None,
            role=self.roles.get(person or "", Role.VIEWER),
        )

    def _say(self, say: Say) -> Said | Refused:
        name = self.names.get(say.person)
        if not name:
            return Refused("not_joined")
        if "rude" in say.text:
            return Said(say.key, Action.HOLD, "held-1", "held")
        number = len(self.log) + 1
        self.publish(message(number, say.text, name=name, user=f"user-{say.person[:4]}"))
        return Said(say.key, Action.ALLOW, f"m{number}")

    def listen(self, room: str, accept: Callable[[CrowdEnvelope], None]) -> Callable[[], None]:
        self.listened += 1
        self.listeners.append(accept)
        return lambda: self.listeners.remove(accept)

    def listen_queue(
        self, room: str, accept: Callable[[Sequence[QueuedMessage]], None]
    ) -> Callable[[], None]:
        self.queue_listeners.append(accept)
        return lambda: self.queue_listeners.remove(accept)
