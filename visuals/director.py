"""The director: which scene is on, and how the next one comes.

Morphs by default, at changes of the music and on bar lines; hard cuts on drops alone; never too
soon, never the same scene again. What is chosen depends on the seed and on what was heard.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.messages import Section
from core.show import ShowMode, ShowSettings
from visuals.senses import Senses

CUT_DWELL_SECONDS: Final = 8.0
"""Least time from any change to a hard cut."""

MORPH_DWELL_SECONDS: Final = 20.0
"""Least time from any change to a morph."""

LONGEST_DWELL_SECONDS: Final = 75.0
"""A scene does not stay longer where the music never changes."""

MANUAL_MORPH_SECONDS: Final = 0.6
"""The VJ's own changes come at once, yet softly."""

_HURRIED_SECONDS: Final = 0.25  # what is left of a morph that the VJ does not wait for
_MORPH_BARS: Final = 2
_SHORTEST_MORPH_SECONDS: Final = 2.5
_LONGEST_MORPH_SECONDS: Final = 9.0
_DROP_LANDS: Final = 0.7
_WANTED_SECONDS: Final = (
    8.0  # a morph long after the change that asked for it would look like chance
)
_LIKELY_FORGOTTEN: Final = 3  # scenes after which one may come again


@dataclass(frozen=True, slots=True)
class Staging:
    """What is on screen."""

    scene: str
    outgoing: str | None  # what it grows out of, while it does
    progress: float  # 0-1, of the new scene
    cut: bool  # whether it came by a hard cut, just now


class Director:
    """Chooses scenes.

    Parameters
    ----------
    seed
        Of the show.
    scenes
        Slugs, each with the energy that it suits, 0-1.
    """

    def __init__(self, seed: int, scenes: Mapping[str, float]) -> None:
        self._rng = random.Random(f"director {seed}")  # noqa: S311 - no secret comes of it
        self._scenes = dict(scenes)
        self._scene = self._rng.choice([slug for slug, at in scenes.items() if at < 0.6])
        self._outgoing: str | None = None
        self._progress = 1.0
        self._morph_seconds = _SHORTEST_MORPH_SECONDS
        self._recent: deque[str] = deque([self._scene], maxlen=_LIKELY_FORGOTTEN)
        self._changed_seconds: float | None = None  # None before the first moment
        self._position = 0.0
        self._section: Section | None = None
        self._drop = 0.0
        self._in_transition = False
        self._wanted_seconds: float | None = None  # since when the music asks for another scene
        self._bar = 0
        self._energy = 0.3

    def direct(self, senses: Senses, settings: ShowSettings) -> Staging:
        """Return what is on screen at the next moment."""
        position = senses.position_seconds
        if self._changed_seconds is None:
            self._begin(position, settings)
        seconds = max(0.0, position - self._position)
        self._position = position
        self._energy += (senses.energy - self._energy) * (1 - math.exp(-seconds / 4))
        self._go_on(seconds)
        landed, turned, bar_line = self._heard(senses)
        cut = False
        if settings.mode is ShowMode.MANUAL:
            self._obey(settings.scene)
        elif landed and not settings.calm and self._since() >= CUT_DWELL_SECONDS:
            self._change(self._chosen(1.0), None)
            cut = True
        else:
            if turned:
                self._wanted_seconds = position
            self._morph_when_due(senses, bar_line, calm=settings.calm)
        outgoing = self._outgoing if self._progress < 1 else None
        return Staging(self._scene, outgoing, _eased(self._progress), cut)

    def _begin(self, position: float, settings: ShowSettings) -> None:
        """Open with the VJ's scene, where there is one."""
        self._changed_seconds = self._position = position
        if settings.mode is ShowMode.MANUAL and settings.scene in self._scenes:
            self._scene = settings.scene or self._scene

    def _since(self) -> float:
        return self._position - (self._changed_seconds or 0.0)

    def _go_on(self, seconds: float) -> None:
        if self._progress < 1:
            self._progress = min(1.0, self._progress + seconds / self._morph_seconds)

    def _heard(self, senses: Senses) -> tuple[bool, bool, bool]:
        """Return whether a drop landed, the music turned to something else, and a bar began."""
        landed = senses.drop >= _DROP_LANDS > self._drop
        self._drop = senses.drop
        turned = senses.section is not self._section and None not in (self._section, senses.section)
        self._section = senses.section or self._section
        in_transition = senses.transition > 0.5
        turned = turned or (in_transition and not self._in_transition)
        self._in_transition = in_transition
        bar = math.floor(senses.beat / 4 if senses.bar is None else senses.bar)
        bar_line = bar != self._bar or senses.beat_confidence < 0.2
        self._bar = bar
        return landed, turned, bar_line

    def _morph_when_due(self, senses: Senses, bar_line: bool, *, calm: bool) -> None:
        wait = MORPH_DWELL_SECONDS * (2 if calm else 1)
        if self._since() < wait or not bar_line:
            return
        asked = self._wanted_seconds
        fresh = asked is not None and self._position - asked <= _WANTED_SECONDS
        stale = self._since() >= LONGEST_DWELL_SECONDS and self._section is not Section.BUILD
        if not fresh and not stale:
            return
        bars_seconds = _MORPH_BARS * 240 / max(40.0, senses.bpm)
        slow = calm or senses.section is Section.BREAK or senses.beat_confidence < 0.2
        seconds = bars_seconds * (2 if slow else 1)
        seconds = min(_LONGEST_MORPH_SECONDS, max(_SHORTEST_MORPH_SECONDS, seconds))
        self._change(self._chosen(self._suitable(senses)), seconds)

    def _suitable(self, senses: Senses) -> float:
        """Return the energy of the scene that the moment asks for."""
        leaning = {
            Section.BREAK: -0.35,
            Section.INTRO: -0.15,
            Section.BUILD: 0.1,
            Section.DROP: 0.3,
        }
        lean = leaning[senses.section] if senses.section is not None else 0.0
        return min(1.0, max(0.0, self._energy + lean))

    def _obey(self, scene: str | None) -> None:
        self._wanted_seconds = None
        if scene is None or scene == self._scene or scene not in self._scenes:
            return
        if self._progress < 1:  # let what is under way end first, soon
            self._morph_seconds = min(self._morph_seconds, _HURRIED_SECONDS)
            return
        self._change(scene, MANUAL_MORPH_SECONDS)

    def _change(self, scene: str, morph_seconds: float | None) -> None:
        self._outgoing = None if morph_seconds is None else self._scene
        self._progress = 1.0 if morph_seconds is None else 0.0
        self._morph_seconds = morph_seconds or _SHORTEST_MORPH_SECONDS
        self._scene = scene
        self._recent.append(scene)
        self._changed_seconds = self._position
        self._wanted_seconds = None

    def _chosen(self, energy: float) -> str:
        """Return another scene, likely one that suits `energy` and was not seen of late."""
        others: Sequence[str] = [slug for slug in self._scenes if slug != self._scene]
        likely = [
            math.exp(-(((self._scenes[slug] - energy) / 0.3) ** 2)) + 0.03
            if slug not in self._recent
            else 0.01
            for slug in others
        ]
        return self._rng.choices(others, likely)[0]


def _eased(progress: float) -> float:
    return progress * progress * (3 - 2 * progress)
