"""Where the hops of a transition, and those on either side of it, lie in a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BEFORE_HOPS: Final = 64
AFTER_HOPS: Final = 28
"""At most: the last look comes 14 s after the end."""
FADING_HOPS: Final = 4
"""For 2 s after a transition its sound is still in what the beat and the folds look back on."""
_LEAST_HOPS: Final = 4


@dataclass(frozen=True, slots=True)
class Sides:
    """Rows of a record before, within and after a transition; each may be empty."""

    before: slice
    within: slice
    after: slice

    @property
    def settled_after(self) -> slice:
        """The rows after it without the first ones, where enough follow."""
        first = min(self.after.start + FADING_HOPS, max(self.after.stop - _LEAST_HOPS, 0))
        return slice(max(first, self.after.start), self.after.stop)


def sides(first_hop: int, next_hop: int, span: tuple[int, int], floor_hop: int) -> Sides:
    """Return the sides of a transition.

    Parameters
    ----------
    first_hop, next_hop
        What the record holds.
    span
        First hop of the transition, and the one after its last.
    floor_hop
        The one after the last hop of the transition before it; 0 where it is the first.
    """
    start, end = (min(max(hop - first_hop, 0), next_hop - first_hop) for hop in span)
    floor = min(max(floor_hop - first_hop, 0), start)
    return Sides(
        before=slice(max(start - BEFORE_HOPS, floor), start),
        within=slice(start, max(end, start)),
        after=slice(end, min(end + AFTER_HOPS, next_hop - first_hop)),
    )
