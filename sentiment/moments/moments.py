"""Epic moments of one room: where what the set does and what the crowd says come together.

    sound, strong enough      -> provisional -> the crowd reacts in time -> confirmed
                                             -> it does not              -> withdrawn
    the crowd, by itself or with a weak sound                            -> confirmed

Positions are on the media clock. What is told is when the moment was, not when people answered.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from core.crowd import Moment, MomentStatus
from core.messages import RoomMessage
from sentiment.moments.audio import AudioEvent, AudioMoments
from sentiment.moments.course import EVENTS_MOST, Course
from sentiment.moments.joining import fit, probability
from sentiment.moments.lag import LagLearner
from sentiment.moments.rules import MomentRules
from sentiment.moments.watched import Watched

CROWD: Final = "crowd"
"""Code of a moment for which the sound gives no reason."""

WAIT_SECONDS: Final = 10.0
"""How much later than the lag says a reaction may come."""

SOONEST_SECONDS: Final = 2.0
"""Nobody answers faster than that."""

SAME_SECONDS: Final = 10.0
"""Events within are of one moment: a peak and the drop that follows it."""

JOINED_LEAST: Final = 0.2
"""Strength of a sound, as far as it fits in time, from which it is what the crowd answers."""


class Moments:
    """Notices the moments of one room.

    Parameters
    ----------
    rules
        Limits.
    """

    def __init__(self, rules: MomentRules | None = None) -> None:
        self._rules = rules = rules or MomentRules()
        self._lag = LagLearner(rules.lag_seconds, rules.lag_spread_seconds)
        self._audio = AudioMoments()
        self._audio_epoch: str | None = None
        self._news: deque[AudioEvent] = deque(maxlen=EVENTS_MOST)
        self._course = Course(None)

    @property
    def lag_seconds(self) -> float:
        """From a moment to the top of the reaction, as known by now."""
        return self._lag.seconds

    def hear(self, epoch: str, message: RoomMessage) -> None:
        """Take what the room's set does."""
        if epoch != self._audio_epoch:
            self._audio, self._audio_epoch = AudioMoments(), epoch
            self._news.clear()
        self._news.extend(self._audio.hear(message))

    def tick(self, epoch: str | None, position_seconds: float, hype: float | None) -> list[Moment]:
        """Return the moments that changed; called about once a second.

        Parameters
        ----------
        epoch
            The set that is being played; None where there is none.
        position_seconds
            How far it is. While it stands still nothing changes.
        hype
            The crowd's index now, 0-100; None where it is not known.
        """
        changed = [] if epoch == self._course.epoch else self._change_set(epoch)
        if epoch is not None and position_seconds > self._course.position_seconds:
            self._course.position_seconds = position_seconds
            self._lag.hear(position_seconds, hype)
            while self._news and self._audio_epoch == epoch:
                changed += self._take(self._news.popleft())
            changed += self._follow(hype)
            changed += self._notice(hype)
        latest = {watched.id: watched for watched in changed}  # one word on each
        return [watched.moment() for watched in latest.values()]

    def _change_set(self, epoch: str | None) -> list[Watched]:
        changed = self._finish(self._course.open)
        self._course = Course(epoch)
        self._lag.forget_set()
        return changed

    # What the sound says

    def _take(self, event: AudioEvent) -> list[Watched]:
        course, at_seconds = self._course, event.at_seconds
        course.remember(event)
        strong = event.strength >= self._rules.announced
        if strong:
            self._lag.expect(at_seconds, event.strength)
        current = course.current
        if current is not None and abs(at_seconds - current.start_seconds) <= SAME_SECONDS:
            return self._explain(current, event)
        rested = course.is_rested(at_seconds, self._rules.refractory_seconds)
        if not strong or not rested or self._is_late(at_seconds):
            return []
        changed = self._finish(course.open)
        course.current = self._watch(event.code, at_seconds, event.strength)
        return [*changed, course.current]

    def _explain(self, current: Watched, event: AudioEvent) -> list[Watched]:
        """Let a moment be what a stronger event says it is."""
        settled = current.status is MomentStatus.CONFIRMED and current.code != CROWD
        if settled or event.strength <= current.audio:
            return []
        current.code, current.audio = event.code, event.strength
        current.move_to(event.at_seconds)
        if current.status is MomentStatus.CONFIRMED:
            self._course.start_seconds = current.start_seconds
        return [current]

    def _is_late(self, event_seconds: float) -> bool:
        """Whether the crowd would have answered by now."""
        latest_seconds = event_seconds + self._lag.seconds + WAIT_SECONDS
        return self._course.position_seconds > latest_seconds

    # What the crowd says

    def _follow(self, hype: float | None) -> list[Watched]:
        """Follow the moment that is open."""
        current = self._course.open
        if current is None:
            return []
        if current.status is MomentStatus.PROVISIONAL:
            return self._await_reaction(current, hype)
        if hype is not None:
            current.hype = max(hype, current.hype or 0.0)
        return self._finish(current) if self._is_over(current, hype) else []

    def _await_reaction(self, current: Watched, hype: float | None) -> list[Watched]:
        position_seconds = self._course.position_seconds
        if hype is not None and position_seconds >= current.start_seconds + SOONEST_SECONDS:
            fits = fit(position_seconds, current.start_seconds, self._lag.seconds)
            if probability(hype, current.audio * fits) >= self._rules.sure:
                self._confirm(current, hype)
                return [current]
        return self._finish(current) if self._is_late(current.start_seconds) else []

    def _is_over(self, current: Watched, hype: float | None) -> bool:
        if hype is None or current.reacted_seconds is None:
            return True
        reacted_seconds = self._course.position_seconds - current.reacted_seconds
        return hype / 100 < self._rules.over or reacted_seconds >= self._rules.longest_seconds

    def _notice(self, hype: float | None) -> list[Watched]:
        """Notice a moment that the crowd alone speaks of, or with a sound too weak to announce."""
        course = self._course
        if hype is None or course.open is not None:
            return []
        event, audio = course.answered(self._lag.seconds)
        if probability(hype, audio) < self._rules.sure:
            course.is_armed = True
            return []
        code, start_seconds, strength = CROWD, self._onset_seconds(), 0.0
        if event is not None and audio >= JOINED_LEAST:
            code, start_seconds, strength = event.code, event.at_seconds, event.strength
        rested = course.is_rested(start_seconds, self._rules.refractory_seconds)
        if not course.is_armed or not rested:
            return []
        course.current = self._watch(code, start_seconds, strength)
        self._confirm(course.current, hype)
        return [course.current]

    def _onset_seconds(self) -> float:
        """Return when that was to which the crowd begins, or ceases, to react now."""
        behind_seconds = max(SOONEST_SECONDS, self._lag.seconds - self._rules.rise_seconds)
        return max(0.0, self._course.position_seconds - behind_seconds)

    # What becomes of a moment

    def _watch(self, code: str, start_seconds: float, audio: float) -> Watched:
        epoch = self._course.epoch or ""
        return Watched(
            id=f"{epoch}-{round(start_seconds * 1000)}",
            epoch=epoch,
            code=code,
            start_seconds=start_seconds,
            end_seconds=start_seconds + self._rules.least_seconds,
            audio=audio,
        )

    def _confirm(self, current: Watched, hype: float) -> None:
        current.status = MomentStatus.CONFIRMED
        current.hype = hype
        current.reacted_seconds = self._course.position_seconds
        self._course.start_seconds = current.start_seconds
        self._course.is_armed = False

    def _finish(self, current: Watched | None) -> list[Watched]:
        """Say the last word on a moment that is open."""
        if current is None:
            return []
        current.is_open = False
        start_seconds, rules = current.start_seconds, self._rules
        if current.status is MomentStatus.PROVISIONAL:
            current.status = MomentStatus.WITHDRAWN
            self._course.forget(start_seconds)
            self._course.current = None
            return [current]
        latest_seconds = min(self._onset_seconds(), start_seconds + rules.longest_seconds)
        current.end_seconds = max(latest_seconds, start_seconds + rules.least_seconds)
        return [current]
