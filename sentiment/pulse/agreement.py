"""How much a crowd speaks with one voice: whether two of its emotes are the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

USERS_LEAST: Final = 5
"""Users with an emote below which nothing is said of their agreement: two may agree by chance."""


def synchrony(emotes: Iterable[str]) -> float | None:
    """Return how likely two users show the same emote, 0-1; None below `USERS_LEAST` users.

    Parameters
    ----------
    emotes
        One of each user.

    Notes
    -----
    sum v (v - 1) / (n (n - 1)) over the emotes' counts v, which sum to n: the unbiased estimate of
    the chance that two drawn without putting back are alike (Simpson, "Measurement of diversity",
    Nature 163, 1949). The plain sum of squared shares would call every small crowd unanimous.
    """
    counts = Counter(emotes)
    n = counts.total()
    if n < USERS_LEAST:
        return None
    return sum(v * (v - 1) for v in counts.values()) / (n * (n - 1))


def favourites(emotes: Iterable[str], most: int) -> tuple[str, ...]:
    """Return the emotes that most users show, at most `most` of them; names decide ties."""
    ranked = sorted(Counter(emotes).items(), key=lambda item: (-item[1], item[0]))
    return tuple(emote for emote, _ in ranked[:most])
