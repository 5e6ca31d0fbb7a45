"""Values that come each half second and are drawn each frame: they glide, and never step."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def share(elapsed_seconds: float, time_constant_seconds: float) -> float:
    """Return how much of the way to its aim a value goes in a time."""
    return 1.0 - math.exp(-elapsed_seconds / time_constant_seconds)


class Glide:
    """A number on its way to the last one that was said, by exponential approach.

    Parameters
    ----------
    time_constant_seconds
        After which 63 % of the way is done; how often it is moved makes no difference.
    value
        Where it begins; None while nothing is known.
    """

    def __init__(self, time_constant_seconds: float, value: float | None = None) -> None:
        self.value = value
        self._aim = value
        self._seconds = time_constant_seconds

    def aim(self, value: float | None) -> None:
        """Go to `value` from now on; at once where there is nothing to go from or to."""
        self._aim = value
        if value is None or self.value is None:
            self.value = value

    def jump(self, value: float) -> None:
        """Be at `value` now, and stay there."""
        self.value = self._aim = value

    def move(self, elapsed_seconds: float) -> None:
        """Let time pass."""
        if self.value is not None and self._aim is not None:
            self.value += (self._aim - self.value) * share(elapsed_seconds, self._seconds)


class GlidingVector:
    """The same for a vector, which begins at zero.

    Parameters
    ----------
    size
        Of the vector.
    time_constant_seconds
        As of `Glide`.
    """

    def __init__(self, size: int, time_constant_seconds: float) -> None:
        self._value = np.zeros(size, np.float32)
        self._aim = self._value
        self._seconds = time_constant_seconds

    @property
    def value(self) -> NDArray[np.float32]:
        """A copy that is the caller's own."""
        return self._value.copy()

    def aim(self, vector: NDArray[np.float32]) -> None:
        """Go to `vector` from now on; one that is no vector of this size in numbers is ignored."""
        if vector.shape == self._value.shape and np.isfinite(vector).all():
            self._aim = np.array(vector, np.float32)

    def move(self, elapsed_seconds: float) -> None:
        """Let time pass."""
        self._value += (self._aim - self._value) * np.float32(share(elapsed_seconds, self._seconds))
