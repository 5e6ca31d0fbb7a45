"""The hype index: how far a crowd is from its usual self, as one number from 0 to 100.

What the crowd says weighs 85 % and how much it says 15 %: a chat that argues about the
lights is as busy as one that shouts at a drop. The weights are round numbers set by reasoning; no
data was fitted for them, so that they hold for rooms nobody has recorded
(`docs/crowd-evaluation/highlights.md` says what they find on chats of another kind).
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentiment.pulse.usual import Usual

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sign:
    """One number in which a crowd's excitement shows.

    Attributes
    ----------
    weight
        Of its distance from usual; the magnitudes sum to 1.
    centre, least_spread
        As `Usual` takes them.
    of_voices
        Whether it is a mean over voices, which a few voices cannot tell well.
    """

    name: str
    weight: float
    centre: float
    least_spread: float
    of_voices: bool = True


SIGNS: Final = (
    Sign("log_length", -0.25, 2.8, 0.25),  # no time to write: the plainest sign of all
    Sign("excited", 0.25, 0.25, 0.08),
    Sign("feeling", 0.15, 0.15, 0.10),  # glad, and at nobody's throat
    Sign("elongated", 0.05, 0.05, 0.04),
    Sign("emotes_only", 0.10, 0.15, 0.08),
    Sign("synchrony", 0.05, 0.15, 0.06, of_voices=False),
    Sign("chatters", 0.10, 0.0, 0.30, of_voices=False),  # ln(1 + voices)
    Sign("rate", 0.05, 0.0, 0.30, of_voices=False),  # ln(1 + messages), a few a user
)

PRIOR_VOICES: Final = 8.0
"""What n voices say counts n / (n + 8): the posterior mean of a mean whose prior is the channel's
usual and as sure as eight voices. Nobody in a room of ten is the crowd."""

USUAL_LOGIT: Final = -1.0
LOGIT_A_SPREAD: Final = 1.6
"""A crowd as usual is at 27, one that is two spreads beyond it in all its signs at 90."""

SMOOTH_SECONDS: Final = 5
"""The index is of the mean of so many seconds; each second speaks of ten already."""

WARM_UP_SECONDS: Final = 60
"""Of the channel's usual self that must be known before anything is said."""


class HypeIndex:
    """The hype index of one room, second by second."""

    def __init__(self) -> None:
        self._usual = Usual([s.centre for s in SIGNS], [s.least_spread for s in SIGNS])
        self._weights = np.array([s.weight for s in SIGNS])
        self._of_voices = np.array([s.of_voices for s in SIGNS])
        self._latest: deque[float] = deque(maxlen=SMOOTH_SECONDS)

    @property
    def is_warm(self) -> bool:
        """Whether enough of the channel is known to tell what is unusual."""
        return self._usual.known_seconds >= WARM_UP_SECONDS

    def take(self, signs: Values, voices: float) -> float | None:
        """Take the next second and return the index; None while warming up.

        Parameters
        ----------
        signs
            The numbers of `SIGNS`, shape (signs,); NaN where one is not known, which then says
            nothing.
        voices
            How many voices are behind the means.
        """
        z = np.nan_to_num(self._usual.z(signs))
        reliable = np.where(self._of_voices, voices / (voices + PRIOR_VOICES), 1.0)
        self._latest.append(float(self._weights @ (z * reliable)))
        self._usual.take(signs)
        return self._index() if self.is_warm else None

    def skip(self, seconds: int) -> None:
        """Let seconds pass in which nobody looked."""
        self._latest.clear()
        self._usual.skip(seconds)

    def _index(self) -> float:
        mean = sum(self._latest) / len(self._latest)
        return 100 / (1 + math.exp(-(USUAL_LOGIT + LOGIT_A_SPREAD * mean)))
