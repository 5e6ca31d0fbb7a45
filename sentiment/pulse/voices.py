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

BUSY_MOST: Final = 2
"""Messages of one user within a window that count as busyness."""

USER_MOST: Final = 10
"""Messages of one user within a window that are heard: more would change next to nothing but the
memory. The rest is counted as `dropped`."""

USERS_MOST: Final = 20_000
"""Users in a window; the one who spoke longest ago gives way to the next, counted as `dropped`."""


class Voices:
    """A window of one sort of numbers, whose means cost the same however many speak.

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
        self._voices = 0.0
        self._busy = 0
        self._totals = [0.0] * size  # over users, of weight times mean

    def __len__(self) -> int:
        """How many users there are."""
        return len(self._sums)

    @property
    def voices(self) -> float:
        """How many voices the users are."""
        return self._voices

    @property
    def busyness(self) -> int:
        """How many messages there are, of which each user has at most `BUSY_MOST`."""
        return self._busy

    def hear(self, user: str, at_seconds: float, values: Sequence[float]) -> None:
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
            self._make_room()
            sums = self._sums[user] = [0.0] * (self._size + 1)
        elif sums[0] >= USER_MOST:
            self.dropped += 1
            return
        said = tuple(values)
        self._said.append((at_seconds, user, said))
        self._change(sums, said, 1.0)

    def forget(self, now_seconds: float) -> None:
        """Let go of what is older than the window."""
        before_seconds = now_seconds - self._seconds
        while self._said and self._said[0][0] <= before_seconds:
            self._leave()

    def means(self) -> Values | None:
        """Return the mean over voices of their means, shape (size,); None where nobody spoke."""
        if not self._sums:
            return None
        return np.array(self._totals) / self._voices

    def _make_room(self) -> None:
        while len(self._sums) >= USERS_MOST:
            self._leave()
            self.dropped += 1

    def _leave(self) -> None:
        """Let go of the oldest message."""
        _, user, values = self._said.popleft()
        sums = self._sums[user]
        self._change(sums, values, -1.0)
        if sums[0] < 0.5:  # with the user goes what rounding left
            del self._sums[user]
        if not self._sums:
            self._voices, self._totals = 0.0, [0.0] * self._size

    def _change(self, sums: list[float], values: Sequence[float], sign: float) -> None:
        """Add a message to a user, or take it away, and keep the totals right."""
        before, after = sums[0], sums[0] + sign
        old = min(1.0, FULL_VOICE / before) if before else 0.0
        new = min(1.0, FULL_VOICE / after) if after else 0.0
        self._voices += new - old
        self._busy += int(min(BUSY_MOST, after) - min(BUSY_MOST, before))
        old, new = old / before if before else 0.0, new / after if after else 0.0
        sums[0] = after
        for place, value in enumerate(values):
            mine = sums[place + 1]
            ours = mine + sign * value
            sums[place + 1] = ours
            self._totals[place] += new * ours - old * mine
