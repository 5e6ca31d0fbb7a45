"""One room's pulse and moments, behind what a host of crowds asks for."""

from __future__ import annotations

from collections.abc import Sequence

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
    """

    def __init__(self, clock: Clock, rules: MomentRules | None = None) -> None:
        self._clock = clock
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
        return pulse, self._moments.tick(self._epoch, pts_microseconds / 1e6, pulse.hype)

    def rest(self) -> None:
        """Let go of what is too old for the pulse, while nobody is told it."""
        self._pulse.forget(self._clock.monotonic_seconds())

    def forget_people(self) -> None:
        """Keep nothing more of what anybody in particular said or tapped."""
        self._pulse.forget_people()
