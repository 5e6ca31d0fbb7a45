"""What speaks against one message, gathered before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.crowd import Action, Axis, ChatRules
from sentiment.moderation.levels import LIMITS, SUPPORTS_ONLY, level_of, together

_STRICTNESS = {action: rank for rank, action in enumerate(Action)}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is done about one axis."""

    axis: Axis
    action: Action
    score: float  # 0-1
    rules: tuple[str, ...]  # what spoke
    by_rule: bool  # something else than the model's word alone

    @property
    def rank(self) -> tuple[int, float]:
        """For sorting: the stricter, then the surer."""
        return (_STRICTNESS[self.action], self.score)


@dataclass(slots=True)
class Case:
    """Scores of rules and model by axis, and the rules that gave them."""

    model: dict[Axis, float] = field(default_factory=dict)
    scores: dict[Axis, float] = field(default_factory=dict)
    rules: dict[Axis, tuple[str, ...]] = field(default_factory=dict)

    def charge(self, axis: Axis, rule: str, score: float) -> None:
        """Let a rule speak: `score` 0-1 on `axis`."""
        if score > 0.0:
            self.scores[axis] = max(score, self.scores.get(axis, 0.0))
            self.rules[axis] = (*self.rules.get(axis, ()), rule)

    def findings(self, rules: ChatRules) -> list[Finding]:
        """Return what a room's levels make of it, the strictest first; not what they allow."""
        found = [
            finding
            for axis in Axis  # in their own order, that of equals too
            if (axis in self.scores or axis in self.model)
            and (finding := self._finding(axis, level_of(rules, axis))) is not None
        ]
        return sorted(found, key=lambda finding: finding.rank, reverse=True)

    def summary(self) -> tuple[tuple[Axis, float], ...]:
        """Return every axis with a score of its own, highest first."""
        scores = {
            axis: max(together(self.scores.get(axis, 0.0), model), self._alone(axis))
            for axis, model in self.model.items()
        } | {axis: score for axis, score in self.scores.items() if axis not in self.model}
        ordered = sorted(scores.items(), key=lambda pair: pair[1], reverse=True)
        return tuple((axis, score) for axis, score in ordered if score > 0.0)

    def _alone(self, axis: Axis) -> float:
        """Return what the model says of `axis` by itself."""
        return 0.0 if axis in SUPPORTS_ONLY else self.model.get(axis, 0.0)

    def _finding(self, axis: Axis, level: int) -> Finding | None:
        limits = LIMITS[axis][level]
        model = self._alone(axis)
        score = together(self.scores.get(axis, 0.0), self.model.get(axis, 0.0))
        rules = self.rules.get(axis, ())
        if score >= limits.hold:
            action = Action.DELETE if score >= limits.delete else Action.HOLD
            return Finding(axis, action, score, rules, by_rule=True)
        if model >= limits.model_hold:
            action = Action.DELETE if model >= limits.model_delete else Action.HOLD
            return Finding(axis, action, model, ("model",), by_rule=False)
        return None
