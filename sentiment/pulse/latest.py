"""The latest of each user within a window: who is there, what they showed last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, Generic, TypeVar

Shown = TypeVar("Shown")

USERS_MOST: Final = 20_000
"""Users in a window; the one heard longest ago gives way to the next, counted as `dropped`."""


class Latest(Generic[Shown]):
    """A window with one thing of each user.

    Parameters
    ----------
    seconds
        How far back it reaches.
    """

    def __init__(self, seconds: float) -> None:
        self.dropped = 0
        self._seconds = seconds
        self._of: OrderedDict[str, tuple[float, Shown]] = OrderedDict()  # oldest first

    def __len__(self) -> int:
        """How many users there are."""
        return len(self._of)

    def __iter__(self) -> Iterator[Shown]:
        """Yield what each user showed, the longest ago first."""
        return (shown for _, shown in self._of.values())

    def hear(self, user: str, at_seconds: float, shown: Shown) -> None:
        """Take what a user showed in place of what they showed before; time never runs back."""
        self._of[user] = (at_seconds, shown)
        self._of.move_to_end(user)
        if len(self._of) > USERS_MOST:
            self._of.popitem(last=False)
            self.dropped += 1

    def forget(self, now_seconds: float) -> None:
        """Let go of what is older than the window."""
        before_seconds = now_seconds - self._seconds
        while self._of and next(iter(self._of.values()))[0] <= before_seconds:
            self._of.popitem(last=False)
