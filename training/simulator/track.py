"""One track: what was drawn for it, and its sound as loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.messages import Genre
from training.simulator.arrangement import (
    BEATS_PER_BAR,
    Arrangement,
    Pace,
    Role,
    draw_arrangement,
)
from training.simulator.composition import compose
from training.simulator.family import Family
from training.simulator.harmony import Key
from training.simulator.instruments import bass_loop, lead_loop, pad_loop, stab_loop
from training.simulator.loops import LoopTime
from training.simulator.mastering import Master, fit_master
from training.simulator.melody import STEPS_PER_BAR
from training.simulator.percussion import drum_loops, pump_curve
from training.simulator.randomness import pick, stream
from training.simulator.synthesis import (
    Audio,
    echoed,
    shaped,
)
from training.simulator.traits import (
    Traits,
    crossed,
    distorted,
    draw_traits,
    flammed,
    half_time,
)

TEMPO_RANGES_BPM: Final = {
    Genre.HOUSE: (118.0, 130.0),
    Genre.TECHNO: (125.0, 150.0),
    Genre.TRANCE: (130.0, 145.0),
    Genre.DUBSTEP: (138.0, 142.0),
}
UNSEEN_STRETCH: Final = 0.04
"""The unseen family reaches so much further to either side."""

_SWING: Final = {Genre.HOUSE: 0.28, Genre.TECHNO: 0.1, Genre.TRANCE: 0.04, Genre.DUBSTEP: 0.16}


@dataclass(frozen=True, slots=True)
class TrackPlan:
    """A track as it will be played: everything that its sound follows from."""

    seed: int
    genre: Genre
    bpm: float  # as played, after the pitch fader
    key: Key
    swing: float  # share of a sixteenth
    arrangement: Arrangement
    traits: Traits = Traits()  # noqa: RUF009 - frozen
    family: Family = Family.STUDIO

    @property
    def beat_samples(self) -> float:
        """Samples of one beat."""
        return 60.0 * SAMPLE_RATE_HZ / self.bpm

    @property
    def bar_samples(self) -> float:
        """Samples of one bar."""
        return BEATS_PER_BAR * self.beat_samples


@dataclass(frozen=True, slots=True)
class Part:
    """One role's loop.

    Attributes
    ----------
    role
        Decides in which bars it sounds.
    bright, dark
        Shape (samples + 1, 2): the loop with its filter open and closed, its first sample again at
        the end. `dark` is None for what has no filter.
    bars
        Length of the loop; no whole number where it runs against the bar.
    pumped
        Whether the bass drum pushes it down (side chain).
    """

    role: Role
    bright: Audio
    dark: Audio | None
    bars: float
    pumped: bool


@dataclass(frozen=True, slots=True)
class TrackSound:
    """The rendered loops of a track."""

    parts: tuple[Part, ...]
    pump: Audio  # shape (samples + 1,): gain of what the bass drum pushes down, over one bar
    master: Master


def tempo_range_bpm(genre: Genre, family: Family) -> tuple[float, float]:
    """Return the slowest and the fastest tempo of a genre's records."""
    low, high = TEMPO_RANGES_BPM[genre]
    if family is Family.UNSEEN:
        return low * (1 - UNSEEN_STRETCH), high * (1 + UNSEEN_STRETCH)
    return low, high


def draw_track(
    seed: int,
    genre: Genre,
    *,
    bpm: float,
    key: Key,
    pace: Pace,
    monotone: bool = False,
    family: Family = Family.STUDIO,
) -> TrackPlan:
    """Draw the rest of a track whose genre, tempo and key are given."""
    rng = stream(seed, "track")
    swing = float(rng.uniform(0, _SWING[genre]))
    arrangement = draw_arrangement(stream(seed, "arrangement"), genre, pace=pace, monotone=monotone)
    return TrackPlan(
        seed, genre, bpm, key, swing, arrangement, draw_traits(stream(seed, "traits")), family
    )


# Root-mean-square of a tonal loop at full level, beside a bass drum that peaks at 1.
_LEVELS: Final = {Role.BASS: 0.17, Role.CHORDS: 0.12, Role.PAD: 0.13, Role.LEAD: 0.11}
BASS_LIFT_DB: Final = 3.0
"""A distorted bass is also louder, and drives the master into its clipper."""

LOW_CUT_HZ: Final = 170.0
CLOSED_HZ: Final = 650.0
"""Where an instrument's filter stands when it is closed."""

_PUMPED: Final = (Role.BASS, Role.CHORDS, Role.PAD, Role.LEAD, Role.RUMBLE, Role.RISER)
_OF_MOMENTS: Final = (Role.RISER, Role.ROLL, Role.CRASH, Role.FILL, Role.HALF_TIME)


def render_track(plan: TrackPlan) -> TrackSound:
    """Render the loops of a track; a second of computing or less."""
    step_samples = plan.beat_samples / 4
    levels = plan.arrangement.levels
    drums = drum_loops(
        stream(plan.seed, "drums"),
        plan.genre,
        step_samples,
        plan.swing,
        plan.family,
        rises=bool(levels[Role.RISER].any() or levels[Role.ROLL].any()),
    )
    parts = _tonal_parts(plan, step_samples)
    parts += _drum_parts(plan, drums, step_samples)
    pump = pump_curve(stream(plan.seed, "pump"), plan.genre, round(step_samples * STEPS_PER_BAR))
    return TrackSound(
        tuple(parts),
        np.append(pump, pump[:1]),
        fit_master(stream(plan.seed, "master"), _fullest_bars(parts, pump)),
    )


def _drum_parts(plan: TrackPlan, drums: dict[Role, Audio], step_samples: float) -> list[Part]:
    """Return the drums with the record's own peculiarities."""
    traits = plan.traits
    bars: dict[Role, float] = {
        role: round(len(loop) / plan.bar_samples) for role, loop in drums.items()
    }
    if plan.arrangement.half_time:
        drums = {**drums, Role.HALF_TIME: half_time(drums, plan.bar_samples)}
        bars[Role.HALF_TIME] = 1
    if traits.flam_ms > 0 and Role.CLAP in drums:
        drums = {**drums, Role.CLAP: flammed(drums[Role.CLAP], traits.flam_ms)}
    if 0 < traits.polymeter_steps < STEPS_PER_BAR * bars.get(Role.PERCUSSION, 0):
        loop = crossed(drums[Role.PERCUSSION], step_samples, traits.polymeter_steps)
        drums = {**drums, Role.PERCUSSION: loop}
        bars[Role.PERCUSSION] = traits.polymeter_steps / STEPS_PER_BAR
    return [_part(role, loop, None, bars[role]) for role, loop in drums.items()]


def _part(role: Role, bright: Audio, dark: Audio | None, bars: float) -> Part:
    dark = None if dark is None else _closed(dark)
    return Part(role, _closed(bright), dark, bars, role in _PUMPED)


def _closed(loop: Audio) -> Audio:
    return np.ascontiguousarray(np.concatenate([loop, loop[:1]]), dtype=np.float32)


def _tonal_parts(plan: TrackPlan, step_samples: float) -> list[Part]:
    score = compose(stream(plan.seed, "score"), plan.genre, plan.key, plan.family)
    time = LoopTime(step_samples, score.bars, plan.swing)
    rng = stream(plan.seed, "instruments")
    loops = {
        Role.BASS: bass_loop(rng, plan.genre, score.bass, time, plan.family),
        Role.CHORDS: stab_loop(rng, score.chords, time, plan.family),
        Role.PAD: pad_loop(rng, score.pad, time, plan.family),
        Role.LEAD: lead_loop(rng, score.line, score.lead, time, plan.family),
    }
    if plan.traits.bass_drive > 0:
        loops[Role.BASS] = distorted(loops[Role.BASS], plan.traits.bass_drive)
    parts = []
    for role, loop in loops.items():
        level_db = float(rng.uniform(-2.0, 2.0))
        if role is Role.BASS:
            bright, dark = loop, None
            level_db += BASS_LIFT_DB if plan.traits.bass_drive > 0 else 0.0
        else:
            bright, dark = _in_a_room(rng, role, loop, step_samples)
        gain = _LEVELS[role] * 10 ** (level_db / 20) / (np.sqrt(np.mean(bright**2)) + 1e-9)
        bright = bright * np.float32(gain)
        parts.append(
            _part(role, bright, dark if dark is None else dark * np.float32(gain), score.bars)
        )
    return parts


def _in_a_room(
    rng: np.random.Generator, role: Role, loop: Audio, step_samples: float
) -> tuple[Audio, Audio]:
    """Return an instrument with its echoes and its room: its filter open, and closed."""
    delay_steps = pick(rng, (2, 3, 3, 4))
    if role in (Role.LEAD, Role.CHORDS):
        loop = echoed(loop, delay_steps * step_samples, 0.4, float(rng.uniform(0.1, 0.35)))
    return shaped(
        loop,
        rng,
        float(rng.uniform(0.8, 2.6)),
        float(rng.uniform(0.25, 0.55)),
        (LOW_CUT_HZ, CLOSED_HZ),
    )


def _fullest_bars(parts: list[Part], pump: Audio, bars: int = 4) -> Audio:
    """Return four bars with everything of a drop in them, to set the master by."""
    samples = bars * len(pump)
    mix = np.zeros((samples, 2), dtype=np.float32)
    curve = np.tile(pump, bars)[:, None]
    for pumped in (True, False):
        for part in parts:
            if part.pumped is pumped and part.role not in _OF_MOMENTS:
                _add_repeated(mix, part.bright[:-1], 0.5 if part.role is Role.PAD else 1.0)
        if pumped:
            mix *= curve
    return mix


def _add_repeated(mix: Audio, loop: Audio, level: float) -> None:
    for start in range(0, len(mix), len(loop)):
        stretch = mix[start : start + len(loop)]
        stretch += loop[: len(stretch)] * np.float32(level)
