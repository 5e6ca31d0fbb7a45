"""One room's crowd with those who joined it here: each event becomes bytes once, for all of them.

The crowd has an order of its own (`core.crowd`). Everybody in it is *in step*: what is heard goes
to all of them alike. Whoever joins is told what they missed by the crowd's host, which may be ahead
of what was heard here, or behind it; both are evened out before they are in step, so that nothing
is lost and nothing comes twice.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.crowd import CrowdDoor, CrowdEnvelope, Joined
from web.viewers import crowd_protocol, protocol
from web.viewers.config import ViewerConfig
from web.viewers.crowd_memory import CrowdMemory
from web.viewers.moderators_queue import ModeratorsQueue
from web.viewers.units import CrowdUnit, OwnUnit
from web.viewers.viewer import Viewer

PAST_EPOCHS: Final = 8
"""Epochs remembered, so that a straggler of an old one does not take the crowd back to it."""


@dataclass(slots=True, eq=False)
class Listener:
    """A viewer who joined the crowd, and how far they were told when they were last in step."""

    viewer: Viewer
    lost: Callable[[], None]  # called when it has to join again: events were lost on the way
    epoch: str | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Ticket:
    """With what somebody asks to join."""

    epoch: str | None  # of the last event they have
    seq: int
    heard: str | None  # the epoch heard here when it was asked


class ViewedCrowd:
    """Hears a room's crowd for as long as anybody here is in it.

    Parameters
    ----------
    room
        Its name.
    door
        The way to the crowd.
    config
        Bounds.
    flush
        Writes what is due in the room, what waits here included (`take`).
    soon
        Sees to it that `flush` is called within a tick.
    position
        Tells the room's media clock, in microseconds.
    """

    def __init__(
        self,
        room: str,
        door: CrowdDoor,
        *,
        config: ViewerConfig,
        flush: Callable[[], None],
        soon: Callable[[], None],
        position: Callable[[], int],
    ) -> None:
        self.room = room
        self.door = door
        self.joins = asyncio.Semaphore(config.max_joins_at_once)
        self.queue = ModeratorsQueue(room, door, config.queue_seconds, position)
        self._flush = flush
        self._soon = soon
        self._position = position
        self._epoch: str | None = None
        self._last_seq = 0
        self._heard = False  # whether an event of the epoch came, or a host's word is all there is
        self._past: deque[str] = deque(maxlen=PAST_EPOCHS)
        self._memory = CrowdMemory(config.crowd_units)  # of the epoch
        self._in_step: dict[Listener, None] = {}
        self._ahead: dict[Listener, None] = {}  # were told more than was heard here
        self._pending: list[CrowdUnit] = []
        self._joining = 0  # how many ask to join just now
        self._end_listening: Callable[[], None] | None = None

    @property
    def listeners(self) -> int:
        """How many are in the crowd through this process."""
        return len(self._in_step) + len(self._ahead)

    # Hearing the crowd

    def attend(self) -> None:
        """Hear the crowd from now on, because somebody asks to join; see `dismiss`.

        Raises
        ------
        core.errors.DjUniverseError
            If it cannot be heard.
        """
        if self._end_listening is None:
            self._end_listening = self.door.listen(self.room, self.accept)
        self._joining += 1

    def dismiss(self) -> None:
        """Say that somebody's asking to join has ended, whatever came of it."""
        self._joining -= 1
        self._rest_if_alone()

    def _rest_if_alone(self) -> None:
        if self._joining or self.listeners or self._end_listening is None:
            return
        self._end_listening()
        self._end_listening = None
        self._forget()

    def _forget(self) -> None:
        self._pending.clear()
        self._memory.clear()
        self._epoch, self._last_seq = None, 0

    def accept(self, envelope: CrowdEnvelope) -> None:
        """Take the next event; it is sent within a tick."""
        if envelope.epoch != self._epoch:
            if envelope.epoch in self._past:
                return
            self._begin(envelope)
        self._heard = True
        if envelope.seq <= self._last_seq:
            return
        if envelope.seq > self._last_seq + 1:
            self._lose_step()
        self._last_seq = envelope.seq
        unit = self._memory.add(envelope)
        if self._in_step:
            self._pending.append(unit)
            self._soon()
        if self._ahead:
            self._let_catch_up(envelope)

    def _begin(self, envelope: CrowdEnvelope) -> None:
        self._lose_step()
        if self._epoch is not None and self._heard:  # else this may be a straggler of an older one
            self._past.append(self._epoch)
        self._memory.clear()
        self._epoch, self._last_seq = envelope.epoch, envelope.seq - 1
        for listener in tuple(self._ahead):
            if listener.epoch != envelope.epoch:  # whether theirs is older or newer, nobody knows
                del self._ahead[listener]
                listener.lost()

    def _lose_step(self) -> None:
        """Let everybody in step join again: something between was lost, or all is new."""
        if not self._in_step:
            return
        self._flush()
        lost = tuple(self._in_step)
        for listener in lost:
            self._fall_out(listener)
        for listener in lost:
            listener.lost()

    def _fall_out(self, listener: Listener) -> None:
        del self._in_step[listener]
        listener.viewer.attends = False
        listener.epoch, listener.seq = self._epoch, self._last_seq

    def _let_catch_up(self, heard: CrowdEnvelope) -> None:
        """Bring those into step who were told up to `heard`, which is in nobody's way any more."""
        for listener in tuple(self._ahead):
            if listener.epoch != heard.epoch:
                continue
            if listener.seq == heard.seq:
                self._flush()
                del self._ahead[listener]
                self._step_in(listener)
            elif listener.seq < heard.seq:
                del self._ahead[listener]
                listener.lost()

    def _step_in(self, listener: Listener) -> None:
        self._in_step[listener] = None
        listener.viewer.attends = True

    def take(self) -> list[CrowdUnit]:
        """Return what is due to everybody in step, and begin anew."""
        due, self._pending = self._pending, []
        return due

    # Joining and leaving

    def ticket(self, listener: Listener, epoch: str | None, seq: int) -> Ticket:
        """Return from where on somebody is to be told what they missed.

        Parameters
        ----------
        listener
            Who; what was sent to them already, if later, counts as seen.
        epoch, seq
            The last event that they say they have seen.
        """
        told_epoch, told_seq = self._told(listener)
        seen_seq = max(seq, told_seq) if epoch == told_epoch else seq
        return Ticket(epoch, seen_seq, self._epoch)

    def _told(self, listener: Listener) -> tuple[str | None, int]:
        """Return the last event that somebody was sent."""
        in_step = listener in self._in_step
        return (self._epoch, self._last_seq) if in_step else (listener.epoch, listener.seq)

    def place(self, listener: Listener, joined: Joined, ticket: Ticket) -> bool:
        """Send somebody what they missed, and from now on what comes.

        Parameters
        ----------
        listener
            Who.
        joined
            What the host answered.
        ticket
            With which it was asked.

        Returns
        -------
        bool
            False, with nothing sent, if the answer is too old by now: they have to ask again.
        """
        self._flush()  # what is pending goes to those who are in step now
        if self._epoch not in (joined.epoch, ticket.heard):
            return False  # a new epoch was heard meanwhile: which of the two is older?
        if self._epoch is None or not self.listeners:
            self._adopt(joined)
        later = self._heard_after(joined)
        if later is None:
            return False
        sent = self._sent(listener, joined, ticket)
        missed = [self._unit(each) for each in joined.events if each.seq > sent]
        missed += (unit for unit in later if unit.envelope.seq > sent)
        self._remove(listener)
        listener.epoch, listener.seq = joined.epoch, joined.last_seq
        if joined.epoch == self._epoch and joined.last_seq <= self._last_seq:
            self._step_in(listener)
        else:
            self._ahead[listener] = None
        listener.viewer.catch_up([self._greeting(joined), *missed])
        return True

    def _heard_after(self, joined: Joined) -> list[CrowdUnit] | None:
        """Return what was heard here since the host answered; None where that is not all kept."""
        if joined.epoch != self._epoch:
            return []
        return self._memory.run(joined.last_seq + 1, self._last_seq)

    def _sent(self, listener: Listener, joined: Joined, ticket: Ticket) -> int:
        """Return up to where somebody has everything already: it came while the host was asked."""
        told_epoch, told_seq = self._told(listener)
        resumes = ticket.epoch == joined.epoch == told_epoch and joined.from_seq <= told_seq + 1
        return told_seq if resumes else 0

    def _unit(self, envelope: CrowdEnvelope) -> CrowdUnit:
        same = envelope.epoch == self._epoch
        return self._memory.unit(envelope) if same else CrowdUnit(envelope)

    def _adopt(self, joined: Joined) -> None:
        """Take a host's word for what was heard, where nobody here depends on hearing it."""
        if joined.epoch != self._epoch:
            if self._epoch is not None:
                self._past.append(self._epoch)
            self._memory.clear()
            self._epoch, self._last_seq, self._heard = joined.epoch, 0, False
        self._last_seq = max(self._last_seq, joined.last_seq)

    def _greeting(self, joined: Joined) -> OwnUnit:
        payload = crowd_protocol.joined_payload(joined, self._position())
        return OwnUnit(protocol.text_frame(payload))

    def leave(self, listener: Listener) -> None:
        """Forget somebody; does nothing if they are not here."""
        self._remove(listener)
        self.queue.excuse(listener.viewer)
        self._rest_if_alone()

    def _remove(self, listener: Listener) -> None:
        self._in_step.pop(listener, None)
        self._ahead.pop(listener, None)
        listener.viewer.attends = False

    def stop(self) -> None:
        """Hear nothing more."""
        if self._end_listening is not None:
            self._end_listening()
            self._end_listening = None
        self._forget()
        self.queue.stop()
