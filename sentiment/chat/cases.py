"""Messages that somebody has decided on, or has to: the only place where a text outlives its show.

A case keeps the text for a short time, so that a moderator can look at what the machine held, an
author can appeal, and a deed can be undone. Then it is gone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from core.crowd import Action, ChatMessage, QueuedMessage
from sentiment.chat.config import ChatLimits
from sentiment.chat.history import without_quotes


class Situation(StrEnum):
    """Where the message of a case is."""

    WAITING = "waiting"  # before the moderators
    WITHHELD = "withheld"  # nobody sees it
    SHOWN = "shown"


@dataclass(slots=True)
class Case:
    """A message that is not simply shown."""

    message: ChatMessage  # as it is shown, or would be
    person: str
    key: str | None  # of the message; None where its author's key is forgotten
    action: Action  # what the machine did
    reasons: tuple[str, ...]
    situation: Situation
    ends_seconds: float  # monotonic: when it is forgotten
    may_appeal: bool = False
    appealed: bool = False
    before: Situation | None = None  # where an undo takes it back to
    machine_was_last: bool = False  # whether that undoes what the machine did
    timed_out: bool = False  # whether it was withheld with its author's time-out
    offences: int = 0  # of its author by then
    weight: int = 0  # as an offence, until it is forgiven

    def move(self, situation: Situation, ends_seconds: float) -> None:
        """Change the situation, so that it can be undone."""
        self.before, self.situation = self.situation, situation
        self.machine_was_last = self.timed_out = False
        self.ends_seconds = ends_seconds

    def queued(self) -> QueuedMessage:
        """Return the case as a moderator sees it."""
        message = self.message
        return QueuedMessage(
            message=message.id,
            user=message.user,
            name=message.name,
            text=message.text,
            action=self.action,
            reasons=self.reasons,
            appealed=self.appealed,
            sent_unix_ms=message.sent_unix_ms,
            offences=self.offences,
        )


class Cases:
    """A room's cases, oldest first: those that wait, and the others.

    Parameters
    ----------
    limits
        How many wait, and how many more are kept. Whoever adds or moves one ends what is
        `overfull`.
    """

    def __init__(self, limits: ChatLimits) -> None:
        self._limits = limits
        self._waiting: OrderedDict[str, Case] = OrderedDict()
        self._settled: OrderedDict[str, Case] = OrderedDict()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._settled)

    def __iter__(self) -> Iterator[Case]:
        return iter((*self._settled.values(), *self._waiting.values()))

    def add(self, case: Case) -> None:
        """Keep a case, or note that its situation has changed."""
        message = case.message.id
        if case.situation is Situation.WAITING:
            self._settled.pop(message, None)
            self._waiting.setdefault(message, case)
        else:
            self._waiting.pop(message, None)
            self._settled.setdefault(message, case)

    def of_message(self, message: str) -> Case | None:
        """Return the case of a message, if there is one."""
        return self._waiting.get(message) or self._settled.get(message)

    def of_key(self, person: str, key: str) -> Case | None:
        """Return the case of somebody's own message."""
        return next((c for c in self if c.person == person and c.key == key), None)

    def waiting(self) -> list[Case]:
        """Return what waits for a moderator, oldest first."""
        return list(self._waiting.values())

    def waiting_of(self, person: str) -> list[Case]:
        """Return what waits of one person, oldest first."""
        return [case for case in self._waiting.values() if case.person == person]

    def overfull(self) -> list[Case]:
        """Return the oldest cases that are too many."""
        many_waiting = max(0, len(self._waiting) - self._limits.waiting_most)
        many_settled = max(0, len(self._settled) - self._limits.cases_most)
        return [
            *islice(self._waiting.values(), many_waiting),
            *islice(self._settled.values(), many_settled),
        ]

    def ended(self, now_seconds: float) -> list[Case]:
        """Return the cases whose time is over."""
        return [case for case in self if case.ends_seconds <= now_seconds]

    def drop(self, case: Case) -> None:
        """Forget a case and its text."""
        self._waiting.pop(case.message.id, None)
        self._settled.pop(case.message.id, None)

    def unquote(self, gone: Collection[str]) -> None:
        """Forget what cases quote of messages that are gone."""
        for case in self:
            case.message = without_quotes(case.message, gone)

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        self._settled.clear()
