"""What was heard and judged of the sets on air lately: what a clip tells beside its sound."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from core.media import samples_to_seconds
from core.messages import (
    Component,
    Envelope,
    Estimate,
    Reading,
    Score,
    SessionInfo,
    SessionState,
)

HEARD_SCORES: Final = 480
"""Four minutes of a set: a moment is confirmed within one, and its clip begins 12 s before it."""

MOST_SETS: Final = 256
"""Sets remembered; the one that was silent the longest goes."""


@dataclass(frozen=True, slots=True)
class HeardScore:
    """What a clip needs of a score; the score itself holds much more."""

    seconds: float  # end of its window on the media clock
    overall: float | None
    components: Mapping[Component, float | None]
    set_reason: str | None
    set_overall: Estimate | None
    set_components: Mapping[Component, Estimate | None]
    bpm: Reading
    key: Reading
    camelot: Reading
    genre: Reading
    energy: float | None


@dataclass(slots=True)
class HeardSet:
    """A set and its latest scores, oldest first."""

    info: SessionInfo
    last_seq: int = 0  # of its events
    scores: deque[HeardScore] = field(default_factory=lambda: deque(maxlen=HEARD_SCORES))


class HeardSets:
    """Listens to envelopes of any rooms.

    The same set may be told twice, as it is taken in and over the bus: what was heard already
    counts once.
    """

    def __init__(self) -> None:
        self._sets: OrderedDict[str, HeardSet] = OrderedDict()

    def hear(self, envelope: Envelope) -> None:
        """Take an envelope; returns at once."""
        message = envelope.message
        if not isinstance(message, SessionState | Score):
            return
        heard = self._sets.get(envelope.epoch)
        if heard is None:
            if not isinstance(message, SessionState):
                return
            heard = self._sets[envelope.epoch] = HeardSet(message.info)
        if envelope.seq <= heard.last_seq:
            return
        heard.last_seq = envelope.seq
        if isinstance(message, SessionState):
            heard.info = message.info
        else:
            heard.scores.append(heard_score(message))
        self._sets.move_to_end(envelope.epoch)
        while len(self._sets) > MOST_SETS:
            self._sets.popitem(last=False)

    def find(self, epoch: str) -> HeardSet | None:
        """Return a set, None where nothing was heard of it."""
        return self._sets.get(epoch)


def heard_score(score: Score) -> HeardScore:
    """Return what a clip needs of `score`."""
    return HeardScore(
        seconds=samples_to_seconds(score.end_sample),
        overall=_value(score.overall),
        components={part: _value(score.components.get(part)) for part in Component},
        set_reason=score.set_reason,
        set_overall=score.set_overall,
        set_components={part: score.set_components.get(part) for part in Component},
        bpm=score.bpm,
        key=score.key,
        camelot=score.camelot,
        genre=score.genre,
        energy=score.energy,
    )


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value
