"""What moderators do to a room's chat, and how it is undone."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from core.crowd import Action, ChatMessage, Deed, Done, Moderate, Queue, Refused, Role
from sentiment.chat.cases import Case, Situation
from sentiment.chat.floor import MACHINE, Floor
from sentiment.chat.members import RANK, Member, Silencing

UNKNOWN_MESSAGE = Refused("unknown_message")
UNKNOWN_USER = Refused("unknown_user")
NOT_ALLOWED = Refused("not_allowed")

UNLAWFUL = "unlawful"
"""The reason of what no room may show, whoever says it."""


class Desk:
    """Keeps order on a floor.

    Parameters
    ----------
    floor
        Where.
    """

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._deeds: Mapping[Deed, Callable[[Member, Moderate], Done | Refused]] = {
            Deed.APPROVE: self._approve,
            Deed.DENY: self._deny,
            Deed.DELETE: self._delete,
            Deed.TIME_OUT: self._time_out,
            Deed.UNDO: self._undo,
            Deed.CLEAR: self._clear,
        }

    def do(self, actor: Member, request: Moderate) -> Done | Refused:
        """Do what a moderator asks. Doing again what is done already changes nothing."""
        if actor.role is Role.VIEWER:
            return NOT_ALLOWED
        return self._deeds[request.deed](actor, request)

    def queue(self) -> Queue:
        """Return what waits and what was done."""
        floor = self._floor
        waiting = tuple(case.queued() for case in floor.cases.waiting())
        return Queue(waiting, floor.journal.latest(), floor.rules)

    def _approve(self, actor: Member, request: Moderate) -> Done | Refused:
        case = self._case(request)
        if case is None:
            return UNKNOWN_MESSAGE
        if case.situation is not Situation.SHOWN:
            if not self._may_show(case, actor):
                return NOT_ALLOWED
            self._floor.show(case)
            self._forgive(case)
            self._note(actor, request, case.message)
        return Done()

    def _deny(self, actor: Member, request: Moderate) -> Done | Refused:
        case = self._case(request)
        if case is None or case.situation is Situation.SHOWN:
            return UNKNOWN_MESSAGE
        if case.situation is Situation.WAITING:
            self._floor.withhold([case], "denied")
            self._note(actor, request, case.message)
        return Done()

    def _delete(self, actor: Member, request: Moderate) -> Done | Refused:
        case = self._case(request) or self._open(request.message)
        if case is None:
            return UNKNOWN_MESSAGE
        if self._outranks(case.message.user, actor):
            return NOT_ALLOWED
        if case.situation is not Situation.WITHHELD:
            self._floor.withhold([case], "deleted")
            self._note(actor, request, case.message)
        return Done()

    def _time_out(self, actor: Member, request: Moderate) -> Done | Refused:
        floor, named = self._floor, self._message(request)
        if named is None and request.message is not None:
            return UNKNOWN_MESSAGE
        member = floor.members.of_user(named.user if named else request.user or "")
        if member is None:
            return UNKNOWN_USER
        if _is_same(member, actor) or self._outranks(member.user, actor):
            return NOT_ALLOWED
        cases = [self._open(each) for each in floor.history.of_user(member.user)]
        removed = [case for case in cases if case is not None]
        held = self._case(request)
        if held is not None and held.situation is Situation.WAITING:
            removed.append(held)
        ids = tuple(case.message.id for case in removed)
        member.silencing = Silencing(member.silent_until_seconds, ids)
        floor.withhold(removed, "timed_out")
        for case in removed:
            case.timed_out = True
        floor.silence(member, self._seconds(request.seconds))
        self._note(actor, request, named, member)
        return Done()

    def _undo(self, actor: Member, request: Moderate) -> Done | Refused:
        case = self._case(request)
        member = self._undone(request, case)
        silencing = member.silencing if member else None
        if case is None and member is None:
            return UNKNOWN_MESSAGE if request.message is not None else UNKNOWN_USER
        if case is not None and case.before is Situation.SHOWN and not self._may_show(case, actor):
            return NOT_ALLOWED
        if member and silencing and actor.role is not Role.DJ and _is_same(member, actor):
            return NOT_ALLOWED  # whoever was silenced does not lift it
        lifts = case is None or (case.timed_out and _is_of(case, silencing))
        if member and silencing and lifts:
            self._lift(member, silencing)
        elif case is None:
            return UNKNOWN_USER
        elif case.before is None:
            return UNKNOWN_MESSAGE
        else:
            self._take_back(case)
        self._note(actor, request, case.message if case else None, member)
        return Done()

    def _undone(self, request: Moderate, case: Case | None) -> Member | None:
        """Return whom an undo is about: a silence outlasts the text that it was for."""
        members = self._floor.members
        if case is not None:
            return members.of_user(case.message.user)
        if request.message is not None:
            return members.silenced_with(request.message, self._floor.now_seconds)
        return members.of_user(request.user or "")

    def _clear(self, actor: Member, request: Moderate) -> Done | Refused:
        """Take everything away for good: what nobody is to see any more is not kept either."""
        floor = self._floor
        for case in floor.cases:
            if case.situation is Situation.SHOWN:
                floor.cases.drop(case)
        floor.take_away(floor.history.all_messages(), "cleared")
        quotes = {case.message.reply.message for case in floor.cases if case.message.reply}
        floor.cases.unquote(quotes)
        self._note(actor, request)
        return Done()

    def _take_back(self, case: Case) -> None:
        """Bring a message where it was before the last deed."""
        before, by_machine = case.before, case.machine_was_last
        if before is Situation.SHOWN:
            self._floor.show(case)
        elif before is Situation.WAITING:
            self._floor.put_back(case)
        elif before is Situation.WITHHELD:
            self._floor.withhold([case], "deleted")
        case.before = None  # an undo is not undone
        if by_machine:
            self._forgive(case)

    def _forgive(self, case: Case) -> None:
        """Take back what the machine did to the author of a message that was right after all."""
        floor = self._floor
        member = floor.members.of_user(case.message.user)
        if case.action not in (Action.DELETE, Action.TIME_OUT) or member is None:
            return
        if case.weight:
            member.conduct.offences.forgive(case.weight, floor.now_seconds)
            case.weight = 0
        if member.silencing and _is_of(case, member.silencing):
            self._lift(member, member.silencing)

    def _lift(self, member: Member, silencing: Silencing) -> None:
        """Undo a time-out: the silence, and the removals that came with it.

        What no room may show stays away whoever lifts the silence for it.
        """
        floor = self._floor
        member.silencing = None
        floor.silence(member, max(0.0, silencing.until_before_seconds - floor.now_seconds))
        for message in silencing.messages:
            case = floor.cases.of_message(message)
            if case is not None and case.timed_out and UNLAWFUL not in case.reasons:
                self._take_back(case)

    def _case(self, request: Moderate) -> Case | None:
        return self._floor.cases.of_message(request.message) if request.message else None

    def _message(self, request: Moderate) -> ChatMessage | None:
        case = self._case(request)
        if case is not None:
            return case.message
        return self._floor.history.find(request.message) if request.message else None

    def _open(self, message: str | None) -> Case | None:
        """Return the case of a shown message, a new one if need be."""
        floor = self._floor
        known = floor.cases.of_message(message) if message else None
        shown = floor.history.find(message) if message else None
        if known is not None or shown is None:
            return known
        author = floor.members.of_user(shown.user)
        case = Case(
            message=shown,
            person=author.person if author else "",
            key=author.key_of(shown.id) if author else None,
            action=Action.ALLOW,
            reasons=(),
            situation=Situation.SHOWN,
            ends_seconds=floor.now_seconds + floor.limits.text_seconds,
        )
        floor.keep(case)
        return case

    def _outranks(self, user: str, actor: Member) -> bool:
        """Whether the actor may do nothing to a user: nobody but oneself among equals."""
        member = self._floor.members.of_user(user)
        if member is None or _is_same(member, actor):
            return False
        return RANK[member.role] >= RANK[actor.role]

    def _may_show(self, case: Case, actor: Member) -> bool:
        """Whether the actor may show a message that others took away.

        What no room may show stays away. Nobody frees their own words from what others did to
        them, and nobody those of somebody above.
        """
        author = self._floor.members.of_user(case.message.user)
        if UNLAWFUL in case.reasons:
            return False
        if author is None or actor.role is Role.DJ:
            return True
        return not _is_same(author, actor) and RANK[author.role] <= RANK[actor.role]

    def _seconds(self, wanted: float | None) -> float:
        limits = self._floor.limits
        if wanted is None or not math.isfinite(wanted):
            return limits.silence_seconds
        return min(max(1.0, wanted), limits.silence_seconds_most)

    def _note(
        self,
        actor: Member,
        request: Moderate,
        message: ChatMessage | None = None,
        member: Member | None = None,
    ) -> None:
        self._floor.note(
            _called(actor),
            request.deed,
            message=message,
            user=member.user if member else "",
            name=(member.name or "") if member else "",
        )


def _called(actor: Member) -> str:
    """Return what the record calls whoever decided: the name that the DJ gave them goes first.

    What they call themselves in the chat is theirs to change, and the machine's name nobody's.
    """
    for name in (actor.known_as, actor.name):
        if name and name.casefold() != MACHINE:
            return name
    return actor.role.value


def _is_same(one: Member, other: Member) -> bool:
    """Whether two members are one person: a page and a request may come in apart."""
    same_credential = one.credential is not None and one.credential == other.credential
    return one is other or same_credential


def _is_of(case: Case, silencing: Silencing | None) -> bool:
    return silencing is not None and case.message.id in silencing.messages
