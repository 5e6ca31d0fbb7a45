"""What a room's chat remembers of what everybody saw: for who joins, and for who comes back.

Two memories of one order: the messages still shown, and a ring of the latest events. A message
that is removed loses its text in both at once, and in every reply that quotes it: whoever resumes
finds the news of its removal in its place.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict, deque
from collections.abc import Collection, Iterator
from dataclasses import replace

from core.crowd import (
    ChatMessage,
    ChatRemoved,
    CrowdEnvelope,
    CrowdEvent,
    CrowdPulse,
    Moment,
)
from sentiment.chat.config import ChatLimits


class History:
    """The order of one room's crowd.

    Parameters
    ----------
    room
        Whose it is.
    limits
        How much is kept.
    """

    def __init__(self, room: str, limits: ChatLimits) -> None:
        self._room = room
        self._limits = limits
        self._log: deque[CrowdEnvelope] = deque(maxlen=limits.log_most)
        self._shown: OrderedDict[str, CrowdEnvelope] = OrderedDict()
        self._moments: OrderedDict[str, CrowdEnvelope] = OrderedDict()
        self._pulse: CrowdEnvelope | None = None
        self.epoch = ""
        self.last_seq = 0
        self.begin()

    def begin(self) -> None:
        """Forget everything and begin a new order."""
        self.epoch = secrets.token_hex(8)
        self.last_seq = 0
        self._log.clear()
        self._shown.clear()
        self._moments.clear()
        self._pulse = None

    def append(self, event: CrowdEvent, pts_microseconds: int) -> CrowdEnvelope:
        """Give `event` its place, and return it with it."""
        self.last_seq += 1
        envelope = CrowdEnvelope(self._room, self.epoch, self.last_seq, pts_microseconds, event)
        self._log.append(envelope)
        if isinstance(event, ChatMessage):
            self._shown[event.id] = envelope
            if len(self._shown) > self._limits.shown_most:
                self._shown.popitem(last=False)
        elif isinstance(event, Moment):
            self._moments[event.id] = envelope
            self._moments.move_to_end(event.id)
            if len(self._moments) > self._limits.moments_most:
                self._moments.popitem(last=False)
        elif isinstance(event, CrowdPulse):
            self._pulse = envelope
        return envelope

    def moments(self) -> tuple[Moment, ...]:
        """Return the latest moments as they are now, oldest first."""
        events = (envelope.event for envelope in self._moments.values())
        return tuple(event for event in events if isinstance(event, Moment))

    def shown(self, message: str) -> ChatMessage | None:
        """Return a message that is among the latest shown."""
        envelope = self._shown.get(message)
        return _message(envelope) if envelope else None

    def find(self, message: str) -> ChatMessage | None:
        """Return a message that somebody may still be given."""
        return next((each for each in self._messages() if each.id == message), None)

    def of_user(self, user: str) -> tuple[str, ...]:
        """Return the ids of a user's messages that somebody may still be given."""
        return tuple(dict.fromkeys(each.id for each in self._messages() if each.user == user))

    def all_messages(self) -> tuple[str, ...]:
        """Return the ids of all messages that somebody may still be given."""
        return tuple(dict.fromkeys(each.id for each in self._messages()))

    def _messages(self) -> Iterator[ChatMessage]:
        for memory in (self._shown.values(), self._log):
            for envelope in memory:
                if (message := _message(envelope)) is not None:
                    yield message

    def remove(self, messages: Collection[str], code: str) -> None:
        """Forget the text of `messages`, wherever it stands; `code` says why."""
        gone = frozenset(messages)
        for index, envelope in enumerate(self._log):
            self._log[index] = _without(envelope, gone, code)
        for message in gone & self._shown.keys():
            del self._shown[message]
        for message, envelope in self._shown.items():
            self._shown[message] = _without(envelope, gone, code)

    def resumes(self, epoch: str | None, seq: int) -> bool:
        """Whether somebody who has seen everything up to `seq` can be told just what follows."""
        oldest = self._log[0].seq if self._log else self.last_seq + 1
        return epoch == self.epoch and oldest <= seq + 1 <= self.last_seq + 1

    def since(self, epoch: str | None, seq: int) -> tuple[int, tuple[CrowdEnvelope, ...]]:
        """Return what somebody missed who has seen everything up to `seq` of `epoch`.

        Returns
        -------
        from_seq : int
            From here on nothing is missing. Beyond `seq` + 1, what the reader shows is out of
            date: the events then are all there is to show.
        events : tuple of CrowdEnvelope
            Oldest first.
        """
        if self.resumes(epoch, seq):
            return seq + 1, tuple(each for each in self._log if each.seq > seq)
        kept = [*self._shown.values(), *self._moments.values()]
        if self._pulse is not None:
            kept.append(self._pulse)
        return self.last_seq + 1, tuple(sorted(kept, key=lambda each: each.seq))


def _message(envelope: CrowdEnvelope) -> ChatMessage | None:
    return envelope.event if isinstance(envelope.event, ChatMessage) else None


def _without(envelope: CrowdEnvelope, gone: Collection[str], code: str) -> CrowdEnvelope:
    """Return `envelope` without the text of the messages that are gone."""
    message = _message(envelope)
    if message is None:
        return envelope
    if message.id in gone:
        return replace(envelope, event=ChatRemoved((message.id,), code))
    unquoted = without_quotes(message, gone)
    return envelope if unquoted is message else replace(envelope, event=unquoted)


def without_quotes(message: ChatMessage, gone: Collection[str]) -> ChatMessage:
    """Return `message` without what it quotes of messages that are gone."""
    if message.reply is None or message.reply.message not in gone:
        return message
    return replace(message, reply=replace(message.reply, text=""))
