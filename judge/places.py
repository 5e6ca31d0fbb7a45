"""Where named groups of numbers lie in one vector."""

from __future__ import annotations


def side_by_side(*sizes: tuple[str, int]) -> dict[str, slice]:
    """Return the place of each group, one after the other, from names and sizes."""
    places, start = {}, 0
    for name, size in sizes:
        places[name] = slice(start, start + size)
        start += size
    return places
