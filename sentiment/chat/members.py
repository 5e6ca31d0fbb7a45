"""Who is in a room's chat: pseudonyms, names, roles, silences.

A member is known to the room by a user id: the person's digest hashed with a salt that lives in
this memory only and is thrown away at least once a day, so that an id of today means nothing
tomorrow, not even to us.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Final, Protocol

from core.crowd import Action, Join, Refused, Role, Said
from sentiment.chat.arrivals import Arrivals
from sentiment.chat.config import ChatLimits
from sentiment.moderation.member import Member as Conduct

USER_BYTES: Final = 8
SALT_BYTES: Final = 32
_NEVER: Final = float("-inf")
_EVICTION_LOOKS: Final = 256  # how many are looked at to find one who may be forgotten

RANK: Final = {Role.VIEWER: 0, Role.MODERATOR: 1, Role.DJ: 2}
"""Who may do something to whom: only those above."""


class NameRules(Protocol):
    """What names are fit to be shown, and which look alike."""

    def fit(self, name: str) -> str | None:
        """Return `name` as it may be shown; None where it may not."""
        ...

    def key(self, name: str) -> str:
        """Return what all names have in common that look like `name`."""
        ...


@dataclass(frozen=True, slots=True)
class Appointment:
    """What a credential is worth in a room."""

    role: Role
    name: str | None = None  # that the DJ gave whoever holds it


@dataclass(slots=True)
class Silencing:
    """A time-out, as far as an undo needs it."""

    until_before_seconds: float  # monotonic: the silence that it took the place of
    messages: tuple[str, ...]  # ids, taken away with it


@dataclass(slots=True)
class Member:
    """One person in one room, as long as the room remembers them. Times are monotonic."""

    person: str = field(repr=False)
    user: str
    name: str | None = None  # None may cheer, not speak
    name_key: str | None = field(default=None, repr=False)
    role: Role = Role.VIEWER
    credential: str | None = field(default=None, repr=False)  # to ask again whether it still holds
    known_as: str | None = None  # as a moderator or DJ; the chat may know them by another name
    seen_seconds: float = _NEVER
    said_seconds: float = _NEVER
    cheered_seconds: float = _NEVER
    silent_until_seconds: float = _NEVER
    silencing: Silencing | None = None
    conduct: Conduct = field(default_factory=Conduct, repr=False)
    full_joins: deque[float] = field(default_factory=deque, repr=False)  # when, the latest ones
    answers: OrderedDict[str, Said] = field(default_factory=OrderedDict, repr=False)

    def silent_seconds(self, now_seconds: float) -> float:
        """How long this member has to be silent yet."""
        return max(0.0, self.silent_until_seconds - now_seconds)

    def key_of(self, message: str) -> str | None:
        """Return the key of one of this member's latest messages."""
        return next((key for key, said in self.answers.items() if said.message == message), None)

    def remember(self, said: Said, most: int) -> Said:
        """Keep `said` for when the same key comes again, and return it."""
        self.answers[said.key] = said
        self.answers.move_to_end(said.key)
        while len(self.answers) > most:
            del self.answers[min(self.answers, key=self._importance)]
        return said

    def _importance(self, key: str) -> int:
        """Return what it would cost to forget a key; of equals the oldest is forgotten.

        Whoever sends again what was merely refused is refused again. Whose message waits, or may
        be appealed, would not learn what became of it.
        """
        said = self.answers[key]
        if said.action is Action.HOLD or said.may_appeal:
            return 2
        return 0 if said.message is None else 1


class Members:
    """All members of a room, the longest unseen first.

    Parameters
    ----------
    limits
        How many, and how many new ones of one address.
    names
        Which names are fit, and which look alike.
    """

    def __init__(self, limits: ChatLimits, names: NameRules) -> None:
        self._limits = limits
        self._names = names
        self._salt = secrets.token_bytes(SALT_BYTES)
        self._by_person: OrderedDict[str, Member] = OrderedDict()
        self._by_user: dict[str, Member] = {}
        self._holders: dict[str, Member] = {}  # of names, by key
        self._arrivals = Arrivals(limits.newcomers_an_hour, limits.addresses_most)
        self._reserved: str | None = None  # key of the DJ's name
        self._reserved_name: str | None = None

    def __len__(self) -> int:
        return len(self._by_person)

    def of_person(self, person: str) -> Member | None:
        """Return the member, if they have joined."""
        return self._by_person.get(person)

    def of_user(self, user: str) -> Member | None:
        """Return the member of a user id of the current salt."""
        return self._by_user.get(user)

    def silenced_with(self, message: str, now_seconds: float) -> Member | None:
        """Return who still is silent by a time-out that took a message away."""
        return next(
            (
                member
                for member in self._by_person.values()
                if member.silencing is not None
                and message in member.silencing.messages
                and member.silent_seconds(now_seconds)
            ),
            None,
        )

    def any_silent(self, now_seconds: float) -> bool:
        """Whether anybody serves a time-out."""
        return any(member.silent_seconds(now_seconds) for member in self._by_person.values())

    def reserve(self, name: str) -> None:
        """Keep a name, and all that look like it, for the DJ."""
        if name == self._reserved_name:
            return
        self._reserved_name = name
        self._reserved = self._names.key(name)
        holder = self._holders.pop(self._reserved, None)
        if holder is not None and holder.role is not Role.DJ:
            holder.name = holder.name_key = None
        for member in self._by_person.values():
            if member.role is Role.DJ and member.name is None:
                member.name, member.name_key = name, self._reserved

    def touch(self, member: Member, now_seconds: float) -> None:
        """Note that somebody is there."""
        member.seen_seconds = now_seconds
        if member.person in self._by_person:
            self._by_person.move_to_end(member.person)

    def join(
        self, request: Join, appointment: Appointment | None, now_seconds: float
    ) -> Member | Refused | None:
        """Let somebody in, or change their name.

        Parameters
        ----------
        request
            What they ask.
        appointment
            What their credential is worth; None where they gave none.
        now_seconds
            Monotonic.

        Returns
        -------
        Member or Refused or None
            None for somebody who only reads: who has no secret, or is one too many of an address
            and gave no name.
        """
        if request.person is None:
            return None
        member = self._by_person.get(request.person)
        known = member.role if member else Role.VIEWER
        wanted = appointment.role if appointment else known
        name = key = None
        if request.name is not None and (member is None or request.name != member.name):
            name = self._fit(request.name, wanted)
            if name is None:
                return Refused("name_unfit")
            key = self._names.key(name)
            if not self._is_free(key, member, wanted):
                return Refused("name_taken")
            if member is not None and name == member.name:
                name = None  # theirs already, whatever they type: who comes back is no newcomer
        if (member is None or name is not None) and RANK[wanted] == 0:
            wait_seconds = self._arrivals.admit(request.address, now_seconds)
            if wait_seconds > 0:
                return Refused("address_full", wait_seconds) if request.name else member
        if member is None:
            member = self._add(request.person, now_seconds)
            if member is None:
                return Refused("busy", 60.0)
        if appointment is not None:
            self._equip(member, appointment, request.credential)
        if name is not None and key is not None:
            self._call(member, name, key)
        self.touch(member, now_seconds)
        return member

    def _fit(self, name: str, role: Role) -> str | None:
        if role is Role.DJ and self._names.key(name) == self._reserved:
            return self._reserved_name  # which they go live by, fit or not
        return self._names.fit(name)

    def _is_free(self, key: str, member: Member | None, role: Role) -> bool:
        if key == self._reserved:
            return role is Role.DJ
        holder = self._holders.get(key)
        return holder is None or holder is member

    def _equip(self, member: Member, appointment: Appointment, credential: str | None) -> None:
        role = member.role = member.conduct.role = appointment.role
        member.known_as = appointment.name
        if credential is not None:
            member.credential = credential
        if role is Role.DJ and member.name is None:
            member.name, member.name_key = self._reserved_name, self._reserved

    def _call(self, member: Member, name: str, key: str) -> None:
        self._release_name(member)
        member.name, member.name_key = name, key
        if key != self._reserved:  # the DJ may be there on two devices
            self._holders[key] = member

    def appoint(self, member: Member, appointment: Appointment) -> None:
        """Give a member the role that their credential is worth now."""
        role = appointment.role
        if role is Role.VIEWER or (member.role is Role.DJ and role is not Role.DJ):
            self.demote(member)
        member.role = member.conduct.role = role
        member.known_as = appointment.name

    def demote(self, member: Member) -> None:
        """Take a role away whose credential holds no more, and the DJ's name with it."""
        member.role = member.conduct.role = Role.VIEWER
        member.credential = member.known_as = None
        if member.name_key is not None and member.name_key == self._reserved:
            member.name = member.name_key = None

    def _release_name(self, member: Member) -> None:
        if member.name_key is not None and self._holders.get(member.name_key) is member:
            del self._holders[member.name_key]
        member.name = member.name_key = None

    def _add(self, person: str, now_seconds: float) -> Member | None:
        if len(self._by_person) >= self._limits.members_most and not self._evict(now_seconds):
            return None
        member = Member(person, self._user(person))
        self._by_person[person] = member
        self._by_user[member.user] = member
        return member

    def _evict(self, now_seconds: float) -> bool:
        """Forget the longest unseen who has no role and serves no time-out."""
        for _, member in zip(range(_EVICTION_LOOKS), self._by_person.values(), strict=False):
            if member.role is Role.VIEWER and not member.silent_seconds(now_seconds):
                self._forget(member)
                return True
        return False

    def _forget(self, member: Member) -> None:
        self._release_name(member)
        del self._by_person[member.person]
        del self._by_user[member.user]

    def _user(self, person: str) -> str:
        digest = hashlib.blake2b(person.encode(), key=self._salt, digest_size=USER_BYTES)
        return digest.hexdigest()

    def rotate(self, now_seconds: float) -> None:
        """Take a new salt: forget who is gone, give a new user id to who is there.

        Whoever serves a time-out serves it on, and keys of messages are still recognised: else a
        new salt would free the one and double the others' messages.
        """
        self._salt = secrets.token_bytes(SALT_BYTES)
        for member in tuple(self._by_person.values()):
            there = now_seconds - member.seen_seconds <= self._limits.recent_seconds
            if not there and not member.silent_seconds(now_seconds):
                self._forget(member)
        self._by_user.clear()
        for member in self._by_person.values():
            member.user = self._user(member.person)
            member.silencing = None
            self._by_user[member.user] = member
