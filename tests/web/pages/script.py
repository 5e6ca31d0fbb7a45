"""What a judge would say of a set, from a script instead of by listening."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_SAMPLES
from core.messages import (
    Component,
    Estimate,
    Finding,
    Loss,
    Loudness,
    Reading,
    RoomMessage,
    Score,
    Section,
    Technique,
    Transition,
    TransitionKind,
)
from tests.web.pages import music

CENTRES = {
    Component.TECHNICAL: 7.9,
    Component.SELECTION: 7.1,
    Component.ENERGY: 8.2,
    Component.CREATIVITY: 6.0,
}
TRANSITION_EVERY_SECONDS = 285.0
TRANSITION_SECONDS = 46.0

FINDINGS = (
    ("beat_offset", Component.TECHNICAL, 38.0, 24.0, "ms", -0.6),
    ("harmonic_blend", Component.SELECTION, 92.0, 80.0, "%", 0.4),
    ("energy_build", Component.ENERGY, 34.0, 20.0, "%", 0.5),
    ("loudness_step", Component.TECHNICAL, -3.4, 2.0, "LU", -0.3),
    ("clean_beatmatch", Component.TECHNICAL, 9.0, 12.0, "ms", 0.5),
    ("key_clash", Component.SELECTION, 31.0, 60.0, "%", -0.4),
    ("bass_hole", Component.TECHNICAL, 9.0, 8.0, "beats", -0.2),
    ("off_phrase", Component.TECHNICAL, 3.0, 1.0, "beats", -0.3),
    ("one_trick", Component.CREATIVITY, 22.0, 50.0, "%", -0.4),
    ("energy_dip", Component.ENERGY, 18.0, 10.0, "%", -0.3),
)

COSTS: dict[Component, tuple[tuple[str, int, float], ...]] = {
    Component.TECHNICAL: (("beat_offset", 3, 0.5), ("loudness_step", 2, 0.2), ("prior", 0, 0.3)),
    Component.SELECTION: (("key_clash", 2, 0.7), ("repetition", 1, 0.1), ("prior", 0, 0.2)),
    Component.ENERGY: (("few_drops", 1, 0.5), ("energy_dip", 2, 0.3), ("prior", 0, 0.2)),
    Component.CREATIVITY: (("one_trick", 4, 0.4), ("few_ideas", 3, 0.35), ("prior", 0, 0.25)),
}
"""What cost a component its points: code, how often, and the share of all that it lost."""

TRACKS = (("A minor", "8A"), ("A minor", "8A"), ("E minor", "9A"), ("G major", "9B"))
SECTIONS = (
    (0.0, Section.INTRO),
    (45.0, Section.BUILD),
    (60.0, Section.DROP),
    (120.0, Section.BREAK),
    (150.0, Section.BUILD),
    (165.0, Section.DROP),
    (235.0, Section.INTRO),
)
"""What a track does from which second on."""

TECHNIQUE_EVERY_SECONDS = 140.0


class Script:
    """The judge's messages, hop by hop; the same ones whenever it is begun anew."""

    def __init__(self) -> None:
        self.findings = FINDINGS
        self._random = np.random.default_rng(11)

    def messages(self, hop: int) -> Iterator[RoomMessage]:
        """What is said after hop `hop`."""
        end = (hop + 1) * HOP_SAMPLES
        yield self.score(end)
        yield from self._of_transitions(end)
        yield from self._of_techniques(end)

    def _of_transitions(self, end: int) -> Iterator[RoomMessage]:
        index, phase = divmod(end / SAMPLE_RATE_HZ, TRANSITION_EVERY_SECONDS)
        begun = TRANSITION_EVERY_SECONDS - TRANSITION_SECONDS
        if phase >= begun and phase % 4 == 0:
            start = (index * TRANSITION_EVERY_SECONDS + begun) * SAMPLE_RATE_HZ
            yield self.transition(int(index), round(start), end, settled=False)
        if phase == 0 and index >= 1:
            start = end - round(TRANSITION_SECONDS * SAMPLE_RATE_HZ)
            yield self.transition(int(index) - 1, start, end, settled=True)
            for offset in range(2 if index % 3 == 0 else 1):
                yield found(self.findings[(int(index) + offset) % len(self.findings)], start, end)

    def _of_techniques(self, end: int) -> Iterator[RoomMessage]:
        index, phase = divmod(end / SAMPLE_RATE_HZ, TECHNIQUE_EVERY_SECONDS)
        if phase == 0 and index > 2:
            technique = list(Technique)[int(index) % len(Technique)]
            code = f"technique_{technique}"
            said = (code, Component.CREATIVITY, 1.0, 1.0, "count", 0.3)
            yield found(said, end - 4 * SAMPLE_RATE_HZ, end)

    def transition(self, index: int, start: int, end: int, settled: bool) -> Transition:
        """One transition as heard so far."""
        offset = 14 + 20 * math.sin(index * 2.1)
        kinds = list(TransitionKind)
        return Transition(
            index,
            start,
            end,
            settled,
            Reading(0.86, 0.9),
            Reading(0.75, 0.7),
            Reading(0.8, 0.8),
            Reading(round(offset, 1), 0.85),
            Reading(0.2, 0.8),
            kind=Reading(kinds[index % len(kinds)], 0.8)
            if settled
            else Reading(None, reason="transition_under_way"),
            drift_ms_per_second=Reading(round(1.2 + math.cos(index), 1), 0.8),
            bass_excess_db=Reading(round(2.4 * math.sin(index), 1), 0.7),
            level_step_lu=Reading(round(-1.8 * math.cos(2 * index), 1), 0.9),
            phrase_error_beats=Reading(float(index % 3), 0.6),
        )

    def score(self, end: int) -> Score:
        """The score of the window that ends at `end`."""
        seconds = end / SAMPLE_RATE_HZ
        judged = seconds >= 10.0
        has_set = seconds >= TRANSITION_EVERY_SECONDS
        deviation = 0.25 + 1.1 * math.exp(-seconds / 900)
        components = {part: _estimate(part, seconds, deviation) for part in Component}
        window = {
            part: Estimate(
                *(
                    float(np.clip(v + self._random.normal(0, 0.35), 1, 10))
                    for v in (e.value, e.low, e.high)
                )
            )
            for part, e in components.items()
        }
        heard = seconds >= 6
        unknown = Reading(None, 0.0, "too_short")
        key, camelot = TRACKS[int(seconds / TRANSITION_EVERY_SECONDS) % len(TRACKS)]
        return Score(
            window=end // HOP_SAMPLES - 1,
            start_sample=max(0, end - WINDOW_SAMPLES),
            end_sample=end,
            reason=None if judged else "too_short",
            overall=_mean(window) if judged else None,
            components=window if judged else dict.fromkeys(Component),
            set_reason=None if has_set else "first_transition_pending",
            set_overall=_mean(components) if has_set else None,
            set_components=components if has_set else dict.fromkeys(Component),
            bpm=Reading(music.BPM, 0.95) if heard else unknown,
            key=Reading(key, 0.8) if heard else unknown,
            camelot=Reading(camelot, 0.8) if heard else unknown,
            genre=Reading("techno", 0.7) if heard else unknown,
            loudness=Loudness(
                -9.4 + math.sin(seconds), -10.2 + 0.4 * math.sin(seconds / 9), -10.6, -0.4
            ),
            energy=float(
                np.clip(
                    0.55 + 0.3 * math.sin(seconds / 70) + 0.12 * math.sin(seconds / 13), 0.05, 1
                )
            ),
            danceability=0.8,
            concealed_ratio=0.0,
            batch_size=1,
            arrived_seconds=0.0,
            section=Reading(_section(seconds), 0.8) if heard else unknown,
            set_losses=tuple(_losses(components)) if has_set else (),
        )


def found(
    finding: tuple[str, Component, float, float, str, float], start: int, end: int
) -> Finding:
    """One finding about `start` to `end`."""
    code, component, measured, limit, unit, points = finding
    return Finding(code, component, start, end, measured, limit, unit, points)


def _section(seconds: float) -> Section:
    within = seconds % TRANSITION_EVERY_SECONDS
    return next(section for start, section in reversed(SECTIONS) if within >= start)


def _losses(components: dict[Component, Estimate]) -> Iterator[Loss]:
    """Points as a judge gives them: they sum to what the component lacks of 10, exactly."""
    for component, estimate in components.items():
        left = estimate.value - 10
        for code, count, share in COSTS[component][:-1]:
            points = (estimate.value - 10) * share
            left -= points
            yield Loss(component, code, count, points)
        last = COSTS[component][-1]
        yield Loss(component, last[0], last[1], left)


def _estimate(part: Component, seconds: float, deviation: float) -> Estimate:
    phase = list(Component).index(part)
    value = (
        CENTRES[part]
        + 0.45 * math.sin(seconds / 400 + phase)
        + 0.15 * math.sin(seconds / 97 + 2 * phase)
    )
    return Estimate(value, max(1.0, value - deviation), min(10.0, value + deviation))


def _mean(parts: dict[Component, Estimate]) -> Estimate:
    return Estimate(
        *(
            float(np.mean([getattr(part, name) for part in parts.values()]))
            for name in ("value", "low", "high")
        )
    )
