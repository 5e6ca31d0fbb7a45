"""How many new members and names come from one address: a bound on made-up crowds."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Final

HOUR_SECONDS: Final = 3_600.0


class Arrivals:
    """Counts arrivals by address over an hour.

    Parameters
    ----------
    most
        Of one address in an hour.
    addresses_most
        Addresses remembered; the longest quiet is forgotten first.
    """

    def __init__(self, most: int, addresses_most: int) -> None:
        self._most = most
        self._addresses_most = addresses_most
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._times)

    def admit(self, address: str, now_seconds: float) -> float:
        """Count one more of `address`; return 0, or the seconds until there is room for it."""
        times = self._times.get(address)
        if times is None:
            if len(self._times) >= self._addresses_most:
                self._times.popitem(last=False)
            times = self._times[address] = deque(maxlen=self._most)
        self._times.move_to_end(address)
        if len(times) == self._most:
            wait_seconds = times[0] + HOUR_SECONDS - now_seconds
            if wait_seconds > 0:
                return wait_seconds
        times.append(now_seconds)
        return 0.0
