"""What a crowd said within the last seconds, where one user is one voice.

Somebody who says a thing twenty times says it once: what a user said within the window is averaged
first, then users are. A mean over messages belongs to whoever writes most of them. And who says
far more than people do when they are moved has less than a voice: a flood is about its author.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

FULL_VOICE: Final = 3
"""Messages within a window up to which a user is one voice; with n more they are 3 / n of one."""

USER_MOST: Final = 10
"""Messages of one user within a window that are heard: more would change next to nothing but the
memory. The rest is counted as `dropped`."""

USERS_MOST: Final = 20_000
"""Users in a window; the one who spoke longest ago gives way to the next, counted as `dropped`."""


class Voices:
    """A window of one sort of numbers.

    Parameters
    ----------
    seconds
        How far back it reaches.
    size
        How many numbers each message brings.
    """

    def __init__(self, seconds: float, size: int) -> None:
        self.dropped = 0
        self._seconds = seconds
        self._size = size
        self._said: deque[tuple[float, str, tuple[float, ...]]] = deque()
        self._sums: dict[str, list[float]] = {}  # of each user: how many messages, then sums

    def __len__(self) -> int:
        """How many users there are."""
        return len(self._sums)

    def hear(self, user: str, at_seconds: float, values: Sequence[float] = ()) -> None:
        """Take a message; times never run backwards.

        Parameters
        ----------
        user
            Whose it is.
        at_seconds
            When, on any clock.
        values
            Its numbers, `size` of them.
        """
        self.forget(at_seconds)
        sums = self._sums.get(user)
        if sums is None:
            if len(self._sums) >= USERS_MOST:
                self._forget_oldest()
            sums = self._sums[user] = [0.0] * (self._size + 1)
        elif sums[0] >= USER_MOST:
            self.dropped += 1
            return
        self._said.append((at_seconds, user, tuple(values)))
        self._add(sums, values, 1.0)

    def forget(self, now_seconds: float) -> None:
        """Let go of what is older than the window."""
        before_seconds = now_seconds - self._seconds
        while self._said and self._said[0][0] <= before_seconds:
            self._leave(*self._said.popleft()[1:])

    def count(self) -> float:
        """Return how many voices the users are."""
        return sum(min(1.0, FULL_VOICE / sums[0]) for sums in self._sums.values())

    def means(self) -> Values | None:
        """Return the mean over voices of their means, shape (size,); None where nobody spoke."""
        if not self._sums:
            return None
        sums = np.array(list(self._sums.values()))
        messages = sums[:, 0]
        weights = np.minimum(1.0, FULL_VOICE / messages)
        return np.asarray((weights / messages) @ sums[:, 1:] / weights.sum())

    def messages(self, most_a_user: int) -> int:
        """Return how many messages there are, of which each user has at most so many."""
        return sum(min(most_a_user, round(sums[0])) for sums in self._sums.values())

    def _forget_oldest(self) -> None:
        _, user, values = self._said.popleft()
        self.dropped += 1
        self._leave(user, values)
        while len(self._sums) >= USERS_MOST:
            self._leave(*self._said.popleft()[1:])

    def _leave(self, user: str, values: Sequence[float]) -> None:
        sums = self._sums[user]
        self._add(sums, values, -1.0)
        if sums[0] < 0.5:  # with the user goes what rounding left
            del self._sums[user]

    @staticmethod
    def _add(sums: list[float], values: Sequence[float], sign: float) -> None:
        sums[0] += sign
        for place, value in enumerate(values, 1):
            sums[place] += sign * value
