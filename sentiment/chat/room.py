"""A room's chat as pure state: who comes, who speaks, and what becomes of it.

Nothing here waits and nothing is read from anywhere: the host (`sentiment.live`) brings roles,
rules and rulings, and carries the news away. So everything that can go wrong in a chat can be
tried without a network.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.clock import Clock
from core.crowd import (
    Action,
    Appeal,
    ChatMessage,
    ChatRules,
    ChatRulesChanged,
    Cheer,
    Done,
    EmoteSpan,
    Join,
    Joined,
    Moderate,
    Queue,
    Refused,
    Role,
    Said,
    Say,
)
from sentiment.chat.cases import Case, Situation
from sentiment.chat.config import ChatLimits
from sentiment.chat.desk import NOT_ALLOWED, UNKNOWN_MESSAGE, Desk
from sentiment.chat.floor import MACHINE, Floor, Outlet
from sentiment.chat.members import Appointment, Member, NameRules, Silencing

NOT_JOINED: Final = Refused("not_joined")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the machine decided about a message."""

    action: Action
    code: str | None = None  # told to the author, where it is not shown
    reasons: tuple[str, ...] = ()  # told to the moderators
    silent_seconds: float = 0.0  # of a time-out
    weight: int = 0  # as an offence that may be forgiven
    retry_after_seconds: float | None = None
    may_appeal: bool = True
    on_record: bool = True  # whether moderators learn of it, where it is not shown


class ChatRoom:
    """One room's chat.

    Parameters
    ----------
    name
        The room.
    outlet
        Where its news goes.
    clock, names, limits
        As for `sentiment.chat.floor.Floor`.
    """

    def __init__(
        self,
        name: str,
        outlet: Outlet,
        *,
        clock: Clock,
        names: NameRules,
        limits: ChatLimits | None = None,
    ) -> None:
        self.floor = Floor(name, outlet, clock=clock, names=names, limits=limits or ChatLimits())
        self.desk = Desk(self.floor)
        self.active_seconds = clock.monotonic_seconds()  # when somebody last came, spoke or cheered
        self._salted_seconds = self.active_seconds

    def join(self, request: Join, appointment: Appointment | None) -> Joined | Refused:
        """Let somebody in who may read, and speak if they have a name.

        Parameters
        ----------
        request
            What they ask.
        appointment
            What their credential is worth; None where they gave none.
        """
        floor = self.floor
        self.active_seconds = now_seconds = floor.now_seconds
        member = floor.members.join(request, appointment, now_seconds)
        if isinstance(member, Refused):
            return member
        if member is not None and not floor.history.resumes(request.epoch, request.seq):
            wait_seconds = self._wait_to_join(member, now_seconds)
            if wait_seconds > 0:
                return Refused("too_fast", wait_seconds)
        from_seq, events = floor.history.since(request.epoch, request.seq)
        joined = Joined(
            epoch=floor.history.epoch,
            from_seq=from_seq,
            last_seq=floor.history.last_seq,
            events=events,
            rules=floor.rules,
        )
        if member is None:
            return joined
        return replace(
            joined,
            user=member.user,
            name=member.name,
            role=member.role,
            silent_seconds=member.silent_seconds(now_seconds),
        )

    def _wait_to_join(self, member: Member, now_seconds: float) -> float:
        """Count one more who is told all there is; return 0, or the seconds until they may be."""
        limits, joins = self.floor.limits, member.full_joins
        while joins and now_seconds - joins[0] >= limits.full_joins_seconds:
            joins.popleft()
        if len(joins) >= limits.full_joins_most:
            return joins[0] + limits.full_joins_seconds - now_seconds
        joins.append(now_seconds)
        return 0.0

    def member(self, person: str) -> Member | None:
        """Return a member, if they have joined."""
        return self.floor.members.of_person(person)

    def answered(self, say: Say) -> Said | None:
        """Return what became of a message that was said before."""
        member = self.member(say.person)
        return member.answers.get(say.key) if member else None

    def consider(self, say: Say) -> Member | Said | Refused:
        """Return who speaks, if they may speak just now; else what they are told."""
        floor, member = self.floor, self.member(say.person)
        if member is None or member.name is None:
            return NOT_JOINED
        if (said := member.answers.get(say.key)) is not None:
            return said
        self.active_seconds = now_seconds = floor.now_seconds
        floor.members.touch(member, now_seconds)
        silent_seconds = member.silent_seconds(now_seconds)
        if silent_seconds > 0:
            return self.turn_down(member, say, "timed_out", silent_seconds)
        if member.role is Role.VIEWER:
            wait_seconds = member.said_seconds + floor.rules.slow_seconds - now_seconds
            if wait_seconds > 0:
                return self.turn_down(member, say, "slow_mode", wait_seconds)
        member.said_seconds = now_seconds
        return member

    def turn_down(
        self, member: Member, say: Say, code: str, retry_after_seconds: float | None = None
    ) -> Said:
        """Answer a message that is not even judged; nothing of it is kept."""
        said = Said(say.key, Action.DELETE, None, code, retry_after_seconds)
        return member.remember(said, self.floor.limits.answers_a_member)

    def settle(
        self,
        member: Member,
        say: Say,
        text: str,
        emotes: Sequence[EmoteSpan],
        ruling: Ruling,
    ) -> Said:
        """Do with a message what was ruled.

        Parameters
        ----------
        member
            Who said it, from `consider`.
        say
            What they asked.
        text
            It, as it may be displayed.
        emotes
            Where in `text` emotes are.
        ruling
            What is to become of it.
        """
        turned_down = self._turned_down(member, say, ruling)
        if turned_down is not None:
            return turned_down
        message = self._message(member, say, text, emotes)
        if ruling.action is Action.ALLOW:
            self.floor.publish(message)
            return self._remember(member, Said(say.key, Action.ALLOW, message.id))
        self.floor.note(MACHINE, ruling.action, message=message, reasons=ruling.reasons)
        case = self._case(member, message, say, ruling)
        if ruling.action is Action.HOLD:
            said = self._remember(member, Said(say.key, Action.HOLD, message.id, "held"))
            self.floor.keep(case)
            return said
        if ruling.action is Action.TIME_OUT:
            case.timed_out = True
            member.silencing = Silencing(member.silent_until_seconds, (message.id,))
            self.floor.silence(member, ruling.silent_seconds)
        self.floor.keep(case)
        retry_seconds = ruling.silent_seconds or ruling.retry_after_seconds
        said = Said(say.key, ruling.action, None, ruling.code, retry_seconds, ruling.may_appeal)
        return self._remember(member, said)

    def _turned_down(self, member: Member, say: Say, ruling: Ruling) -> Said | None:
        """Answer a message of which nothing is kept though it was judged; None for any other."""
        silent_seconds = member.silent_seconds(self.floor.now_seconds)
        if silent_seconds > 0:  # timed out while the message was looked at
            return self.turn_down(member, say, "timed_out", silent_seconds)
        if member.name is None:  # it turned out to be the DJ's
            return self.turn_down(member, say, "not_joined")
        if not ruling.on_record:
            code = ruling.code or "deleted"
            return self.turn_down(member, say, code, ruling.retry_after_seconds)
        if ruling.action is Action.HOLD and self._waits_enough(member):
            return self.turn_down(member, say, "too_many")
        return None

    def _waits_enough(self, member: Member) -> bool:
        """Whether so much of a member waits that one more would only crowd out what others said."""
        held = self.floor.cases.waiting_of(member.person)
        return sum(not case.appealed for case in held) >= self.floor.limits.held_a_member

    def _remember(self, member: Member, said: Said) -> Said:
        return member.remember(said, self.floor.limits.answers_a_member)

    def _message(
        self, member: Member, say: Say, text: str, emotes: Sequence[EmoteSpan]
    ) -> ChatMessage:
        return ChatMessage(
            id=secrets.token_hex(8),
            user=member.user,
            name=member.name or "",
            role=member.role,
            text=text,
            emotes=tuple(emotes),
            reply=self.floor.quote(say.reply_to),
            sent_unix_ms=int(self.floor.clock.wall_seconds() * 1000),
        )

    def _case(self, member: Member, message: ChatMessage, say: Say, ruling: Ruling) -> Case:
        floor, held = self.floor, ruling.action is Action.HOLD
        kept_seconds = floor.limits.held_seconds if held else floor.limits.text_seconds
        return Case(
            message=message,
            person=say.person,
            key=say.key,
            action=ruling.action,
            reasons=ruling.reasons,
            situation=Situation.WAITING if held else Situation.WITHHELD,
            ends_seconds=floor.now_seconds + kept_seconds,
            may_appeal=ruling.may_appeal and not held,
            before=None if held else Situation.SHOWN,
            machine_was_last=not held,
            offences=member.conduct.offences.count,
            weight=ruling.weight,
        )

    def cheer(self, request: Cheer) -> Member | Refused:
        """Return who cheers, if their tap counts."""
        floor, member = self.floor, self.member(request.person)
        if member is None:
            return NOT_JOINED
        self.active_seconds = now_seconds = floor.now_seconds
        floor.members.touch(member, now_seconds)
        silent_seconds = member.silent_seconds(now_seconds)
        if silent_seconds > 0:
            return Refused("timed_out", silent_seconds)
        if now_seconds - member.cheered_seconds < floor.limits.cheer_seconds:
            return Refused("too_fast", floor.limits.cheer_seconds)
        member.cheered_seconds = now_seconds
        return member

    def appeal(self, request: Appeal) -> Done | Refused:
        """Put somebody's own message before the moderators, once."""
        floor = self.floor
        case = floor.cases.of_key(request.person, request.key)
        if case is None:
            return UNKNOWN_MESSAGE
        if case.situation is Situation.WAITING:
            return Done()
        if case.situation is not Situation.WITHHELD or not case.may_appeal:
            return NOT_ALLOWED
        appeals = sum(each.appealed for each in floor.cases.waiting_of(request.person))
        if appeals >= floor.limits.appeals_a_member:
            return Refused("too_many", floor.limits.held_seconds)
        case.may_appeal, case.appealed = False, True
        floor.wait(case)
        return Done()

    def moderate(self, request: Moderate) -> Done | Refused:
        """Do what a moderator asks."""
        actor = self.member(request.person)
        return NOT_JOINED if actor is None else self.desk.do(actor, request)

    def queue(self, person: str) -> Queue | Refused:
        """Return what waits for a moderator."""
        refused = self.refusal(person)
        return refused or self.desk.queue()

    def refusal(self, person: str) -> Refused | None:
        """Return why somebody may not keep order here; None where they may."""
        member = self.member(person)
        if member is None:
            return NOT_JOINED
        return NOT_ALLOWED if member.role is Role.VIEWER else None

    def configure(self, rules: ChatRules) -> None:
        """Keep the chat otherwise; `rules` have been checked."""
        self.floor.keep_otherwise(rules)

    def expire(self) -> None:
        """Forget what has been kept long enough; call about once a second."""
        floor, now_seconds = self.floor, self.floor.now_seconds
        for case in floor.cases.ended(now_seconds):
            floor.end(case)
        floor.journal.forget_texts(now_seconds)
        if self._needs_salt(now_seconds):
            self.rotate()

    @property
    def idle_seconds(self) -> float:
        """How long nobody has come, spoken or cheered."""
        return self.floor.now_seconds - self.active_seconds

    def _needs_salt(self, now_seconds: float) -> bool:
        age_seconds = now_seconds - self._salted_seconds
        idle_seconds = min(self.idle_seconds, age_seconds)
        limits = self.floor.limits
        return age_seconds >= limits.salt_seconds or idle_seconds >= limits.idle_seconds

    def rotate(self) -> None:
        """Begin anew: another salt, another epoch, and nothing of what was said."""
        floor = self.floor
        self._salted_seconds = floor.now_seconds
        for case in floor.cases.waiting():
            floor.answer(case, Action.DELETE, "expired")
        floor.cases.clear()
        floor.journal.clear()
        moments = floor.history.moments()  # in which nobody speaks: who joins is told them still
        floor.history.begin()
        floor.members.rotate(floor.now_seconds)
        floor.outlet.queue_changed()
        floor.publish(ChatRulesChanged(floor.rules))  # whoever listens learns of the new epoch
        for moment in moments:
            floor.publish(moment)
