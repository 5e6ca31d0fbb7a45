"""The course of a set as the judge tells it: key, section, energy, score and transitions."""

from __future__ import annotations

from typing import Final

from core.media import HOP_SECONDS, SAMPLE_RATE_HZ
from core.messages import Reading, Score, Section, Transition
from visuals.hearing.glide import Glide
from visuals.senses import Mode

_NAMES: Final = ("C", "C# Db", "D", "D# Eb", "E", "F", "F# Gb", "G", "G# Ab", "A", "A# Bb", "B")
_TONICS: Final = {name: number for number, names in enumerate(_NAMES) for name in names.split()}

_KEY_SCORES: Final = 3
"""A new key counts once so many scores agree: readings waver where two tracks overlap."""

_KEPT_SCORES: Final = round(8.0 / HOP_SECONDS)
"""What is no longer known is kept for so many scores: a breakdown has the key of its track."""

_SCORE_SECONDS: Final = 1.5
_TRANSITION_SECONDS: Final = 0.7
_USUAL_TRANSITION_SAMPLES: Final = 32 * SAMPLE_RATE_HZ
_STALE_TRANSITION_SAMPLES: Final = 10 * SAMPLE_RATE_HZ
"""A transition that goes on is told of each 2 s, 4 s late; what ends longer ago is over."""

_ALMOST: Final = 0.95
"""How far a transition is said to have come while it is not over."""

Key = tuple[int, Mode]


def key_of(reading: Reading) -> Key | None:
    """Return tonic and mode of a key such as "A minor"; None where there is none."""
    if not isinstance(reading.value, str):
        return None
    name, _, mode = reading.value.partition(" ")
    if name not in _TONICS or mode not in tuple(Mode):
        return None
    return _TONICS[name], Mode(mode)


class Course:
    """What is known of the music beyond its sound, and how far a passage in it has come."""

    def __init__(self) -> None:
        self.key: Key | None = None
        self.section: Section | None = None
        self.energy: float | None = None
        self.score = Glide(_SCORE_SECONDS)
        self._transition = Glide(_TRANSITION_SECONDS, 0.0)
        self._coming_key: Key | None = None
        self._agreeing = 0
        self._keyless = 0
        self._sectionless = 0
        self._under_way: Transition | None = None
        self._usual_samples = float(_USUAL_TRANSITION_SAMPLES)

    @property
    def transition(self) -> float:
        """How far the transition that is under way has come, 0-1."""
        return self._transition.value or 0.0

    def hear(self, score: Score) -> bool:
        """Take the newest score; return whether it says that a drop has begun."""
        self._hear_key(key_of(score.key))
        if score.energy is not None:
            self.energy = min(max(score.energy, 0.0), 1.0)
        if score.set_overall is not None:
            self.score.aim(min(max(score.set_overall.value, 1.0), 10.0))
        return self._hear_section(score.section)

    def pass_through(self, transition: Transition) -> None:
        """Take the newest word of a transition."""
        if not transition.settled:
            self._under_way = transition
            return
        self._under_way = None
        length = transition.end_sample - transition.start_sample
        if length > 0:
            self._usual_samples += (length - self._usual_samples) / 3.0

    def end(self) -> None:
        """Forget what only holds while the set plays on."""
        self._under_way = None

    def move(self, position_samples: int, elapsed_seconds: float) -> None:
        """Let time pass, up to `position_samples`."""
        self._transition.aim(self._come(position_samples))
        for glide in (self.score, self._transition):
            glide.move(elapsed_seconds)

    def _come(self, position_samples: int) -> float:
        """Return how far the transition has come, by the length that they have had so far."""
        if self._under_way is None:
            return 0.0
        if position_samples - self._under_way.end_sample > _STALE_TRANSITION_SAMPLES:
            return 0.0
        gone = position_samples - self._under_way.start_sample
        return min(max(gone / self._usual_samples, 0.0), _ALMOST)

    def _hear_key(self, key: Key | None) -> None:
        if key is None:
            self._keyless += 1
            if self._keyless > _KEPT_SCORES:
                self.key = None
            return
        self._keyless = 0
        self._agreeing = self._agreeing + 1 if key == self._coming_key else 1
        self._coming_key = key
        if self.key is None or self._agreeing >= _KEY_SCORES:
            self.key = key

    def _hear_section(self, reading: Reading) -> bool:
        if not isinstance(reading.value, str) or reading.value not in tuple(Section):
            self._sectionless += 1
            if self._sectionless > _KEPT_SCORES:
                self.section = None
            return False
        self._sectionless = 0
        before, self.section = self.section, Section(reading.value)
        return self.section is Section.DROP and before in {Section.BREAK, Section.BUILD}
