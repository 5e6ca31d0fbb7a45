"""The pulse of one room: hype, mood, agreement and reactions, once a second.

It is causal and pure: time is passed in, and what is said of a second depends on what was heard
until then. It holds numbers of the last minute by user, no words, and nothing of a user beyond it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.crowd import CrowdPulse, Reaction
from sentiment.pulse.agreement import favourites, synchrony
from sentiment.pulse.hype import SIGNS, HypeIndex
from sentiment.pulse.latest import Latest
from sentiment.pulse.rate import Rate
from sentiment.pulse.utterance import Utterance
from sentiment.pulse.voices import Voices

SIGN_SECONDS: Final = 10.0
"""Window of the signs of hype. A reaction lasts some ten seconds; shorter windows are noisier,
longer ones later."""

MOOD_SECONDS: Final = 30.0
"""Window of mood and reactions: the mean of some thirty messages is reliable."""

PRESENT_SECONDS: Final = 60
"""Window of who counts as a chatter."""

CHATTERS_LEAST: Final = 3
"""Below these there is no crowd, and a mean over one user would be that user's profile."""

TOP_EMOTES: Final = 5

SKIP_SECONDS: Final = 2.5
"""A longer time between two ticks is time in which nobody looked."""

TAPS: Final[Mapping[Reaction, tuple[float, bool]]] = MappingProxyType(
    {
        Reaction.FIRE: (0.8, True),
        Reaction.HEART: (1.0, True),
        Reaction.HANDS: (0.8, True),
        Reaction.WOW: (0.8, True),
        Reaction.BOO: (-1.0, False),
    }
)
"""What a tap says: a feeling from -1 to 1, and whether it is excitement. Unlike a message it needs
no reading: whoever taps a heart means it."""

_NAN: Final = float("nan")


class Pulse:
    """Feels the pulse of one room.

    Times are seconds on any clock that never runs backwards, the same for all calls.

    Attributes
    ----------
    signs
        The numbers behind the latest index, as `sentiment.pulse.hype.SIGNS` names them; NaN where
        one is not known.
    """

    def __init__(self) -> None:
        self._written = Voices(SIGN_SECONDS, 2)  # log length, elongated: messages alone
        self._meant = Voices(SIGN_SECONDS, 2)  # excited, emotes alone: messages and taps
        self._felt = Voices(SIGN_SECONDS, 1)  # feeling less hostility
        self._mood = Voices(MOOD_SECONDS, 1)
        self._rate = Rate(PRESENT_SECONDS)
        self._present: Latest[None] = Latest(PRESENT_SECONDS)
        self._emotes: Latest[str] = Latest(SIGN_SECONDS)
        self._shown: Latest[str] = Latest(MOOD_SECONDS)
        self._reactions: dict[Reaction, Latest[None]] = {
            reaction: Latest(MOOD_SECONDS) for reaction in Reaction
        }
        self._hype = HypeIndex()
        self.signs: NDArray[np.float64] = np.full(len(SIGNS), _NAN)
        self._ticked_seconds: float | None = None

    @property
    def dropped(self) -> int:
        """How many messages or taps some window did not take: too many of a user, or of users."""
        return max(window.dropped for window in self._windows())

    def hear(self, user: str, at_seconds: float, said: Utterance) -> None:
        """Take a message that everybody may see.

        Parameters
        ----------
        user
            Whose it is.
        at_seconds
            When it was said.
        said
            What it amounts to.
        """
        self._written.hear(user, at_seconds, (said.log_length, float(said.elongated)))
        self._meant.hear(user, at_seconds, (float(said.excited), float(said.emotes_only)))
        self._rate.hear(at_seconds)
        self._hear_any(user, at_seconds, said.emote)
        if said.feeling is not None and said.hostility is not None:
            self._felt.hear(user, at_seconds, (said.feeling - said.hostility,))
            self._mood.hear(user, at_seconds, (said.feeling,))

    def cheer(self, user: str, reaction: Reaction, at_seconds: float) -> None:
        """Take a tap."""
        feeling, excited = TAPS[reaction]
        self._meant.hear(user, at_seconds, (float(excited), 1.0))
        self._felt.hear(user, at_seconds, (feeling,))
        self._mood.hear(user, at_seconds, (feeling,))
        self._reactions[reaction].hear(user, at_seconds, None)
        self._hear_any(user, at_seconds, reaction.value)

    def tick(self, now_seconds: float) -> CrowdPulse:
        """Return the pulse; called once a second.

        Parameters
        ----------
        now_seconds
            The time, not before anything heard.
        """
        self._skip_to(now_seconds)
        self.forget(now_seconds)
        self.signs = self._signs()
        hype = self._hype.take(self.signs, self._meant.voices)
        reason = self._reason()
        mood = self._mood.means() if len(self._mood) >= CHATTERS_LEAST else None
        return CrowdPulse(
            hype=None if reason else hype,
            reason=reason,
            mood=None if mood is None else float(np.clip(mood[0], -1.0, 1.0)),
            mood_count=len(self._mood),
            chatters=len(self._present),
            messages_per_minute=self._rate.per_minute(),
            synchrony=synchrony(self._shown),
            top_emotes=favourites(self._shown, TOP_EMOTES),
            reactions={r.value: len(users) for r, users in self._reactions.items()},
        )

    def forget(self, now_seconds: float) -> None:
        """Let go of what is older than its window; `tick` does so too."""
        for window in (*self._windows(), self._rate):
            window.forget(now_seconds)

    def forget_people(self) -> None:
        """Let go of everything that is kept by user; what is usual in the room stays known."""
        for window in self._windows():
            window.forget(math.inf)

    def _hear_any(self, user: str, at_seconds: float, emote: str | None) -> None:
        self._present.hear(user, at_seconds, None)
        if emote is not None:
            self._emotes.hear(user, at_seconds, emote)
            self._shown.hear(user, at_seconds, emote)

    def _windows(self) -> tuple[Voices | Latest[str] | Latest[None], ...]:
        return (
            self._written, self._meant, self._felt, self._mood, self._present, self._emotes,
            self._shown, *self._reactions.values(),
        )  # fmt: skip

    def _skip_to(self, now_seconds: float) -> None:
        before, self._ticked_seconds = self._ticked_seconds, now_seconds
        if before is not None and now_seconds - before > SKIP_SECONDS:
            self._hype.skip(round(now_seconds - before) - 1)

    def _reason(self) -> str | None:
        """Return why there is no index now; None where there is one."""
        if len(self._present) < CHATTERS_LEAST:
            return "too_few"
        return None if self._hype.is_warm else "warming_up"

    def _signs(self) -> NDArray[np.float64]:
        """Return the numbers of `hype.SIGNS`."""
        length, elongated = _known(self._written.means(), 2)
        excited, emotes_only = _known(self._meant.means(), 2)
        (feeling,) = _known(self._felt.means(), 1)
        agreement = synchrony(self._emotes)
        return np.array(
            (
                length,
                excited,
                feeling,
                elongated,
                emotes_only,
                _NAN if agreement is None else agreement,
                math.log1p(self._meant.voices),
                math.log1p(self._meant.busyness),
            )
        )


def _known(means: NDArray[np.float64] | None, size: int) -> NDArray[np.float64]:
    return np.full(size, _NAN) if means is None else means
