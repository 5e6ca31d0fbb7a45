"""One room as its host keeps it: the chat, what its set does, and who listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from core.clock import Clock
from core.crowd import (
    AuditEntry,
    CrowdEnvelope,
    CrowdPulse,
    Moment,
    MomentStatus,
    QueuedMessage,
)
from core.messages import EncodedAudio, Envelope, Phase, SessionState
from core.metrics import Metrics
from core.show import EncodedPicture
from sentiment.chat import ChatRoom, NameRules
from sentiment.hosting.config import CrowdConfig
from sentiment.hosting.judging import RoomJudge
from sentiment.hosting.listeners import Listeners
from sentiment.hosting.senses import Senses
from sentiment.hosting.shelf import MomentShelf
from sentiment.hosting.sound import RecentAudio
from sentiment.text.emotes import STARTER_EMOTES


class HostedRoom:
    """A `sentiment.chat.Outlet`: carries a room's news to whoever has to hear them.

    Parameters
    ----------
    name
        The room.
    clock, metrics, config, names
        As for the host.
    judge, senses
        Of this room.
    audit
        Takes decisions.
    shelf
        Keeps the moments.
    on_confirmed
        Called once with each moment that the crowd confirmed.
    hear_set
        Called with every envelope of the room's sets.
    """

    def __init__(
        self,
        name: str,
        *,
        clock: Clock,
        metrics: Metrics,
        config: CrowdConfig,
        names: NameRules,
        judge: RoomJudge,
        senses: Senses,
        audit: Callable[[AuditEntry], None],
        shelf: MomentShelf,
        on_confirmed: Callable[[HostedRoom, Moment], None],
        hear_set: Callable[[Envelope], None] = lambda _: None,
    ) -> None:
        self.name = name
        self.judge = judge
        self.senses = senses
        self.emotes: frozenset[str] = frozenset(STARTER_EMOTES)
        self.audio = RecentAudio(config.audio_seconds, config.audio_bytes)
        self.listeners: Listeners[CrowdEnvelope] = Listeners()
        self.queue_listeners: Listeners[Sequence[QueuedMessage]] = Listeners()
        self.rules_known = False
        self.read_seconds = float("-inf")  # monotonic, when stores were last asked
        self.waiting_messages = 0  # in the host's queue
        self._clock = clock
        self._metrics = metrics
        self._config = config
        self._audit = audit
        self._shelf = shelf
        self._on_confirmed = on_confirmed
        self._hear_set = hear_set
        self._set_epoch: str | None = None
        self._set_is_over = True
        self._told_pulse: CrowdPulse | None = None
        self._told_seconds = float("-inf")
        self._queue_call: asyncio.Handle | None = None
        self.chat = ChatRoom(name, self, clock=clock, names=names, limits=config.chat)
        for moment in reversed(shelf.newest(name)):  # of before the room was forgotten
            self.chat.floor.publish(moment)

    # As the chat's outlet

    def publish(self, envelope: CrowdEnvelope) -> None:
        """Tell everybody in the room."""
        self.listeners.tell(envelope)

    def audit(self, entry: AuditEntry) -> None:
        """Put a decision on record."""
        self._audit(entry)

    def queue_changed(self) -> None:
        """Tell the moderators soon: one deed may change the queue many times."""
        if self._queue_call is None and self.queue_listeners:
            self._queue_call = asyncio.get_running_loop().call_soon(self._tell_queue)

    def _tell_queue(self) -> None:
        self._queue_call = None
        self.queue_listeners.tell(self.chat.desk.queue().waiting)

    # What the room's set does

    def accept(self, envelope: Envelope) -> None:
        """Take the next envelope of the room's set from the bus."""
        message, floor = envelope.message, self.chat.floor
        if isinstance(message, EncodedPicture):
            return  # no news of the set, and drawn for a moment that may be still to come
        if envelope.epoch != self._set_epoch:
            self._set_epoch, self._set_is_over = envelope.epoch, False
            floor.pts_microseconds = 0
        if isinstance(message, EncodedAudio):
            self.audio.hear(envelope.epoch, message)
        elif isinstance(message, SessionState):
            floor.members.reserve(message.info.dj_name)
            self._set_is_over = message.phase is Phase.ENDED
        if self._set_is_over:  # judgements of its last seconds may come yet
            floor.pts_microseconds = 0
        else:  # what is said of a window comes when the sound is further on
            floor.pts_microseconds = max(floor.pts_microseconds, envelope.pts_microseconds)
        self._hear_set(envelope)
        self.senses.hear_set(envelope)

    def has_heard(self, epoch: str, seconds: float) -> bool:
        """Whether a set has come to a position on its media clock, or is over."""
        if epoch != self._set_epoch or self._set_is_over:
            return True
        return self.chat.floor.pts_microseconds >= seconds * 1e6

    # Once a second

    def tick(self) -> None:
        """Let time pass in the chat, and tell the pulse and the moments."""
        epoch = self.chat.floor.history.epoch
        self.chat.expire()
        if self.chat.floor.history.epoch != epoch:
            self.senses.forget_people()  # the new salt gave them other ids
        if not self.listeners:
            self.senses.rest()
            return
        pulse, moments = self.senses.tick(self.chat.floor.pts_microseconds)
        now_seconds = self._clock.monotonic_seconds()
        age_seconds = now_seconds - self._told_seconds
        if pulse != self._told_pulse or age_seconds >= self._config.pulse_repeat_seconds:
            self._told_pulse, self._told_seconds = pulse, now_seconds
            self.chat.floor.publish(pulse)
        for moment in moments:
            self.tell_moment(moment)

    def tell_moment(self, moment: Moment) -> None:
        """Publish a moment as it is now."""
        known = self._shelf.get(self.name, moment.id)
        moment = self._shelf.put(self.name, moment)
        if moment == known:
            return
        self.chat.floor.publish(moment)
        if known is None or known.status is not moment.status:
            self._metrics.moments.labels(moment.status.value).inc()
            if moment.status is MomentStatus.CONFIRMED:
                self._on_confirmed(self, moment)

    @property
    def is_idle(self) -> bool:
        """Whether nobody would miss this room if it were forgotten now."""
        if self.listeners or self.queue_listeners or self.waiting_messages:
            return False
        config = self._config
        longest = config.forget_seconds if self.has_lived else config.forget_made_up_seconds
        return self.chat.idle_seconds >= longest and not self.keeps_silence

    @property
    def keeps_silence(self) -> bool:
        """Whether anybody serves a time-out here, which would be over if this were forgotten."""
        floor = self.chat.floor
        return floor.members.any_silent(floor.now_seconds)

    @property
    def has_lived(self) -> bool:
        """Whether anybody was ever here; False for a name that somebody made up."""
        floor = self.chat.floor
        return len(floor.members) > 0 or floor.history.last_seq > 0

    def close(self) -> None:
        """Tell nobody anything more."""
        if self._queue_call is not None:
            self._queue_call.cancel()
            self._queue_call = None
