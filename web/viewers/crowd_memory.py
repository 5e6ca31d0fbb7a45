"""The latest events of a room's crowd as bytes, for those who join: made once however many do."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from core.crowd import ChatMessage, ChatRemoved, CrowdEnvelope, CrowdEvent
from web.viewers.units import CrowdUnit


class CrowdMemory:
    """Units of one epoch by their `seq`. The text of a message that is removed is forgotten.

    Parameters
    ----------
    capacity
        Most units; the first that came gives way.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._units: OrderedDict[int, CrowdUnit] = OrderedDict()
        self._gone: OrderedDict[str, int] = OrderedDict()  # removed messages, and by which `seq`

    def __len__(self) -> int:
        return len(self._units)

    def add(self, envelope: CrowdEnvelope) -> CrowdUnit:
        """Keep the next event, and return what viewers get of it."""
        if isinstance(envelope.event, ChatRemoved):
            self._note_gone(envelope.event.messages, envelope.seq)
            self._forget_texts(frozenset(envelope.event.messages))
        return self._keep(envelope)

    def _note_gone(self, messages: Collection[str], seq: int) -> None:
        for message in messages:
            self._gone[message] = seq
            self._gone.move_to_end(message)
        while len(self._gone) > self._capacity:
            self._gone.popitem(last=False)

    def _keep(self, envelope: CrowdEnvelope) -> CrowdUnit:
        unit = self._units[envelope.seq] = CrowdUnit(envelope)
        if len(self._units) > self._capacity:
            self._units.popitem(last=False)
        return unit

    def _forget_texts(self, gone: Collection[str]) -> None:
        for seq, unit in tuple(self._units.items()):
            if _shows(unit.envelope.event, gone):
                del self._units[seq]

    def unit(self, envelope: CrowdEnvelope) -> CrowdUnit:
        """Return an event of the host's history as a unit: the one that is kept, if it is the same.

        The host takes the text out of an event in its history when the message is removed. An
        answer may have been on its way then; its text is not kept again.
        """
        kept = self._units.get(envelope.seq)
        if kept is not None and kept.envelope == envelope:
            return kept
        return CrowdUnit(envelope) if self._is_outdated(envelope) else self._keep(envelope)

    def _is_outdated(self, envelope: CrowdEnvelope) -> bool:
        """Whether an event shows what was removed after it; a moderator may show it again later."""
        gone = {message for message, seq in self._gone.items() if seq > envelope.seq}
        return _shows(envelope.event, gone)

    def run(self, first_seq: int, last_seq: int) -> list[CrowdUnit] | None:
        """Return all units from one to another; None where one of them is missing."""
        wanted = range(first_seq, last_seq + 1)
        found = [self._units[seq] for seq in wanted if seq in self._units]
        return found if len(found) == len(wanted) else None

    def clear(self) -> None:
        """Forget everything."""
        self._units.clear()
        self._gone.clear()


def _shows(event: CrowdEvent, messages: Collection[str]) -> bool:
    """Whether an event holds the text of one of `messages`, or quotes it."""
    if not isinstance(event, ChatMessage):
        return False
    return event.id in messages or (event.reply is not None and event.reply.message in messages)
