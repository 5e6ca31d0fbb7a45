"""Where a set's sound comes from, and what is true of it: what every source can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from training.evaluation.traces import Deed, TrueTransition, Truth

Audio = NDArray[np.float32]

BITRATE_BPS: Final = 192_000
"""Of what is not drawn with a bitrate: all sound goes through Opus, as on its way to a server."""


class Source(Protocol):
    """Where a set's sound comes from, and what is true of it."""

    def open(self) -> Playing:
        """Begin to play."""
        ...


class Playing(Protocol):
    """A set while it plays. What is true of it can be asked for once it has been played."""

    bitrate_bps: int
    """Of the Opus stream in which it reaches the server."""

    @property
    def genre(self) -> str:
        """Main genre, a `core.messages.Genre`."""
        ...

    def blocks(self) -> Iterator[Audio]:
        """Yield blocks of shape (HOP_SAMPLES, 2) at 48 kHz."""
        ...

    def truth(self, start_seconds: float, end_seconds: float) -> Truth:
        """Return what is true of a window; seconds from the first sound."""
        ...

    def transitions(self, end_seconds: float) -> tuple[TrueTransition, ...]:
        """Return the transitions begun by a time."""
        ...

    def deeds(self, end_seconds: float) -> tuple[Deed, ...]:
        """Return what was done on purpose by a time."""
        ...
