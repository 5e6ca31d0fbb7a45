"""What a room's chat is at the moment, and the few things that can happen to it.

Those who speak (`sentiment.chat.room`) and those who keep order (`sentiment.chat.desk`) both act
on it. No I/O: what others have to know goes out through an `Outlet`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from core.clock import Clock
from core.crowd import (
    Action,
    AuditEntry,
    ChatMessage,
    ChatRemoved,
    ChatRules,
    ChatRulesChanged,
    ChatTimedOut,
    CrowdEnvelope,
    CrowdEvent,
    Deed,
    Quote,
    Said,
)
from sentiment.chat.cases import Case, Cases, Situation
from sentiment.chat.config import ChatLimits
from sentiment.chat.history import History
from sentiment.chat.journal import Journal
from sentiment.chat.members import Member, Members, NameRules

MACHINE = "machine"
"""Actor of what no moderator did."""


class Outlet(Protocol):
    """Where a room's news goes. Everything here returns at once."""

    def publish(self, envelope: CrowdEnvelope) -> None:
        """Tell everybody in the room."""
        ...

    def audit(self, entry: AuditEntry) -> None:
        """Put a decision on record."""
        ...

    def queue_changed(self) -> None:
        """Tell the moderators that something else waits for them now."""
        ...


class Floor:
    """The state of one room's chat.

    Parameters
    ----------
    name
        The room.
    outlet
        Where its news goes.
    clock
        Monotonic for durations, wall for what people are told.
    names
        Which names are fit, and which look alike.
    limits
        Bounds of everything here.
    """

    def __init__(
        self, name: str, outlet: Outlet, *, clock: Clock, names: NameRules, limits: ChatLimits
    ) -> None:
        self.name = name
        self.clock = clock
        self.limits = limits
        self.outlet = outlet
        self.members = Members(limits, names)
        self.history = History(name, limits)
        self.cases = Cases(limits)
        self.journal = Journal(limits)
        self.rules = ChatRules()
        self.pts_microseconds = 0

    @property
    def now_seconds(self) -> float:
        """Monotonic."""
        return self.clock.monotonic_seconds()

    def publish(self, event: CrowdEvent) -> CrowdEnvelope:
        """Give an event its place and tell everybody."""
        envelope = self.history.append(event, self.pts_microseconds)
        self.outlet.publish(envelope)
        return envelope

    def keep_otherwise(self, rules: ChatRules) -> None:
        """Change the rules, and say so."""
        if rules != self.rules:
            self.rules = rules
            self.publish(ChatRulesChanged(rules))

    def quote(self, message: str | None) -> Quote | None:
        """Return what a reply shows of the message that it answers, if everybody sees that."""
        answered = self.history.shown(message) if message is not None else None
        if answered is None:
            return None
        return Quote(answered.id, answered.name, answered.text[: self.limits.quote_characters])

    def keep(self, case: Case) -> None:
        """Keep a case; the oldest gives way to it."""
        self.cases.add(case)
        for oldest in self.cases.overfull():
            self.end(oldest)
        if case.situation is Situation.WAITING:
            self.outlet.queue_changed()

    def show(self, case: Case) -> None:
        """Let everybody see the message of a case."""
        self._move(case, Situation.SHOWN)
        self.publish(case.message)
        self.answer(case, Action.ALLOW)

    def withhold(self, cases: Sequence[Case], code: str) -> None:
        """Let nobody see the messages of cases any more, and tell their authors why."""
        for case in cases:
            self._move(case, Situation.WITHHELD)
            self.answer(case, Action.DELETE, code)
        if cases:
            self.take_away([case.message.id for case in cases], code)

    def wait(self, case: Case) -> None:
        """Let the message of a case wait for a moderator."""
        self._move(case, Situation.WAITING)
        case.before = None  # whatever brought it here was no deed that could be undone
        if case.appealed:
            self.answer(case, Action.DELETE, "held")
        else:
            self.answer(case, Action.HOLD, "held")
        for oldest in self.cases.overfull():
            self.end(oldest)

    def put_back(self, case: Case) -> None:
        """Let the message of a case wait for a moderator again."""
        if case.situation is Situation.SHOWN:
            self.take_away((case.message.id,), "held")
        self.wait(case)

    def _move(self, case: Case, situation: Situation) -> None:
        waits = Situation.WAITING in (case.situation, situation)
        kept_seconds = self.limits.text_seconds
        if situation is Situation.WAITING:
            kept_seconds = self.limits.held_seconds
        case.move(situation, self.now_seconds + kept_seconds)
        self.cases.add(case)
        if waits:
            self.outlet.queue_changed()

    def take_away(self, messages: Collection[str], code: str) -> None:
        """Take messages out of everybody's sight and out of the history."""
        self.history.remove(messages, code)
        self.cases.unquote(messages)
        self.publish(ChatRemoved(tuple(messages), code))

    def silence(self, member: Member, seconds: float) -> None:
        """Let a member say nothing for so long; 0 lets them speak again."""
        member.silent_until_seconds = self.now_seconds + seconds
        self.publish(ChatTimedOut(member.user, seconds))

    def answer(self, case: Case, action: Action, code: str | None = None) -> None:
        """Change what the author of a case is told when they ask again."""
        member = self.members.of_person(case.person)
        if member is None or case.key is None or case.key not in member.answers:
            return
        shown = case.message.id if action in (Action.ALLOW, Action.HOLD) else None
        said = Said(case.key, action, shown, code, may_appeal=False)
        member.remember(said, self.limits.answers_a_member)

    def end(self, case: Case) -> None:
        """Forget a case; if it still waited, nobody will see its message."""
        self.cases.drop(case)
        if case.situation is Situation.SHOWN:
            return
        if case.situation is Situation.WAITING:
            if not case.appealed:  # its author sees it wait; of an appeal nobody knows the id
                self.publish(ChatRemoved((case.message.id,), "expired"))
            self.outlet.queue_changed()
            self.answer(case, Action.DELETE, "expired")

    def note(
        self,
        actor: str,
        deed: Action | Deed,
        *,
        user: str = "",
        name: str = "",
        message: ChatMessage | None = None,
        reasons: Sequence[str] = (),
    ) -> None:
        """Put a decision on record."""
        entry = AuditEntry(
            at_unix_seconds=self.clock.wall_seconds(),
            room=self.name,
            actor=actor,
            deed=deed.value,
            user=message.user if message else user,
            name=message.name if message else name,
            text=message.text if message else None,
            reasons=tuple(reasons),
            message=message.id if message else None,
        )
        self.journal.note(entry, self.now_seconds)
        self.outlet.audit(entry)
