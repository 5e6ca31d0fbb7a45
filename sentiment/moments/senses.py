"""One room's pulse and moments, behind what a host of crowds asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.clock import Clock
from core.crowd import CrowdPulse, EmoteSpan, Moment, Reaction
from core.messages import Envelope, Phase, SessionState
from sentiment.moments.moments import Moments
from sentiment.moments.rules import MomentRules
from sentiment.opinion import Opinion
from sentiment.pulse import Pulse, utterance
from sentiment.text import FoldedText


class CrowdSenses:
    """Feels one room's pulse and notices its moments: a `sentiment.hosting.senses.Senses`.

    Parameters
    ----------
    clock
        Times what people say.
    rules
        Limits of moments.
    count_dropped
        Told, once a second, how much more was said than the pulse takes in.
    """

    def __init__(
        self,
        clock: Clock,
        rules: MomentRules | None = None,
        count_dropped: Callable[[int], object] | None = None,
    ) -> None:
        self._clock = clock
        self._count_dropped = count_dropped
        self._dropped_told = 0
        self._pulse = Pulse()
        self._moments = Moments(rules)
        self._epoch: str | None = None
        self._over: str | None = None  # the set that ended last
        self._hype: float | None = None

    @property
    def hype(self) -> float | None:
        """The latest index, 0-100; None where it is not known."""
        return self._hype

    def hear_said(
        self, user: str, text: FoldedText, emotes: Sequence[EmoteSpan], opinion: Opinion | None
    ) -> None:
        """Take a message that everybody sees."""
        self._pulse.hear(user, self._clock.monotonic_seconds(), utterance(text, emotes, opinion))

    def hear_cheer(self, user: str, reaction: Reaction) -> None:
        """Take a tap."""
        self._pulse.cheer(user, reaction, self._clock.monotonic_seconds())

    def hear_set(self, envelope: Envelope) -> None:
        """Take what the room's set does; sound and pictures themselves say nothing here."""
        message, epoch = envelope.message, envelope.epoch
        if isinstance(message, SessionState) and message.phase is Phase.ENDED:
            self._over = epoch
        self._epoch = None if epoch == self._over else epoch
        if not envelope.is_media:
            self._moments.hear(epoch, message)

    def tick(self, pts_microseconds: int) -> tuple[CrowdPulse, Sequence[Moment]]:
        """Return the pulse, and the moments that changed; called once a second."""
        pulse = self._pulse.tick(self._clock.monotonic_seconds())
        self._hype = pulse.hype
        self._tell_dropped()
        return pulse, self._moments.tick(self._epoch, pts_microseconds / 1e6, pulse.hype)

    def _tell_dropped(self) -> None:
        dropped = self._pulse.dropped
        if self._count_dropped is not None and dropped > self._dropped_told:
            self._count_dropped(dropped - self._dropped_told)
            self._dropped_told = dropped

    def rest(self) -> None:
        """Let go of what is too old for the pulse, while nobody is told it."""
        self._pulse.forget(self._clock.monotonic_seconds())

    def forget_people(self) -> None:
        """Keep nothing more of what anybody in particular said or tapped."""
        self._pulse.forget_people()
