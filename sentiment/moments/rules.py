"""When something is an epic moment: the limits that everything here shares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MomentRules:
    """Limits of one room's moments.

    Attributes
    ----------
    sure
        Probability from which a moment is one. Tuned on chats of another kind, where every value
        from .45 to .70 finds about as much (`docs/crowd-evaluation/highlights.md`); of these a
        high one, since a DJ's crowd is noisier than small and nobody misses a moment as much as
        they mind a false one.
    announced
        Strength from which the sound alone announces a moment.
    over
        Probability below which a reaction is over.
    least_seconds, longest_seconds
        How long a moment is: at least a clip, at most until the next may begin.
    refractory_seconds
        From the beginning of a moment to that of the next.
    lag_seconds, lag_spread_seconds
        From a moment to the top of the hype index, where nothing is known of a channel, and how
        unsure that is. Chats of large broadcasts peak 20 to 25 s late, of which the broadcast
        itself takes some ten. Here the sound is about a second old when it is heard, people take
        some five to find their words, and the index speaks of the 15 s before it, so it tops 7 s
        behind the crowd.
    rise_seconds
        From where a reaction is noticed to its top.
    """

    sure: float = 0.65
    announced: float = 0.5
    over: float = 0.30
    least_seconds: float = 30.0
    longest_seconds: float = 45.0
    refractory_seconds: float = 45.0
    lag_seconds: float = 13.0
    lag_spread_seconds: float = 5.0
    rise_seconds: float = 6.0
