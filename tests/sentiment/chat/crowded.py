"""A chat room on a clock that stands still, and what it told the world."""

from __future__ import annotations

import gc
import itertools
import types
from collections.abc import Iterable

from core.clock import ManualClock
from core.crowd import (
    Action,
    AuditEntry,
    ChatMessage,
    ChatRemoved,
    CrowdEnvelope,
    Deed,
    Done,
    Join,
    Joined,
    Moderate,
    Refused,
    Role,
    Said,
    Say,
)
from sentiment.chat import Appointment, ChatLimits, ChatRoom, Ruling

ALLOW = Ruling(Action.ALLOW)
HOLD = Ruling(Action.HOLD, reasons=("insult",))
DELETE = Ruling(Action.DELETE, code="insult", reasons=("insult",), weight=1)
TIME_OUT = Ruling(Action.TIME_OUT, code="hate", reasons=("hate",), silent_seconds=60.0, weight=2)

_keys = itertools.count()


class PlainNames:
    """Names are alike whatever their case; "bad" is unfit."""

    def fit(self, name: str) -> str | None:
        return None if "bad" in name or not name.strip() else name.strip()

    def key(self, name: str) -> str:
        return name.casefold()


class World:
    """Everything that a room says."""

    def __init__(self) -> None:
        self.envelopes: list[CrowdEnvelope] = []
        self.audits: list[AuditEntry] = []
        self.queue_changes = 0

    def publish(self, envelope: CrowdEnvelope) -> None:
        self.envelopes.append(envelope)

    def audit(self, entry: AuditEntry) -> None:
        self.audits.append(entry)

    def queue_changed(self) -> None:
        self.queue_changes += 1

    def forget(self) -> None:
        """Drop what was heard, as a world does whose pages were closed."""
        self.envelopes.clear()
        self.audits.clear()

    @property
    def last(self) -> object:
        return self.envelopes[-1].event


class Crowded:
    """A room with shorthand for what people do in it."""

    def __init__(self, limits: ChatLimits | None = None) -> None:
        self.clock = ManualClock(monotonic_seconds=1_000.0)
        self.world = World()
        self.room = ChatRoom(
            "room", self.world, clock=self.clock, names=PlainNames(), limits=limits
        )

    def join(
        self,
        person: str,
        name: str | None = None,
        role: Role | None = None,
        known_as: str | None = None,
        **more,
    ):
        name = person.capitalize() if name is None else name
        request = Join("room", person, name, more.pop("address", person), **more)
        appointment = None if role is None else Appointment(role, known_as)
        return self.room.join(request, appointment)

    def points(self, person: str) -> float:
        member = self.room.member(person)
        assert member is not None
        return member.conduct.offences.points

    def user(self, person: str) -> str:
        member = self.room.member(person)
        assert member is not None
        return member.user

    def say(
        self,
        person: str,
        text: str,
        ruling: Ruling = ALLOW,
        *,
        key: str | None = None,
        reply_to: str | None = None,
    ) -> Said | Refused:
        say = Say("room", person, key or f"k{next(_keys)}", text, reply_to)
        member = self.room.consider(say)
        if isinstance(member, Said | Refused):
            return member
        if ruling.weight:
            member.conduct.offences.note(ruling.weight, self.clock.monotonic_seconds())
        return self.room.settle(member, say, text, (), ruling)

    def shown(self, person: str, text: str, **more) -> str:
        """Say something that is shown; return its id."""
        said = self.say(person, text, **more)
        assert isinstance(said, Said)
        assert said.message is not None
        return said.message

    def do(self, person: str, deed: Deed, **more) -> Done | Refused:
        return self.room.moderate(Moderate("room", person, deed, **more))

    def texts(self) -> list[str]:
        """What somebody who joins now reads."""
        joined = self.room.join(Join("room", None, None, "nowhere"), None)
        assert isinstance(joined, Joined)
        return texts(joined.events)


def texts(envelopes: Iterable[CrowdEnvelope]) -> list[str]:
    return [each.event.text for each in envelopes if isinstance(each.event, ChatMessage)]


def removals(envelopes: Iterable[CrowdEnvelope]) -> list[ChatRemoved]:
    return [each.event for each in envelopes if isinstance(each.event, ChatRemoved)]


def strings_within(root: object) -> set[str]:
    """Every string that can be reached from `root` through what it refers to.

    Code is left out: functions refer to modules, and those to everything else.
    """
    code = (type, types.ModuleType, types.FunctionType, types.CodeType, types.FrameType)
    seen: set[int] = set()
    found: set[str] = set()
    waiting: list[object] = [root]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, code):
            continue
        seen.add(id(item))
        if isinstance(item, str):
            found.add(item)
        waiting.extend(gc.get_referents(item))
    return found
