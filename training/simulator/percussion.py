"""Drum patterns and effects as loops, and the pump that the bass drum gives to the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.messages import Genre
from training.simulator import rhythms
from training.simulator.arrangement import Role
from training.simulator.drums import draw_kit
from training.simulator.family import Family
from training.simulator.kit import Kit
from training.simulator.loops import LoopTime
from training.simulator.randomness import pick
from training.simulator.synthesis import (
    Audio,
    filtered,
    noise,
    placed,
    reverberated,
)

_HARDNESS: Final = {Genre.HOUSE: 0.25, Genre.TECHNO: 0.8, Genre.TRANCE: 0.5, Genre.DUBSTEP: 0.6}
LATEST_HAND_SECONDS: Final = 0.004
"""How far a played, not programmed, hit strays: well below what listeners notice."""

PLAYED_SHARE: Final = 0.4
GHOST_SHARE: Final = 0.5
RISE_BARS: Final = 4
CRASH_BARS: Final = 2


@dataclass(frozen=True, slots=True)
class Touch:
    """How evenly a drummer, or a machine, plays."""

    softest: float  # share of the full velocity
    stray_seconds: float

    def place(
        self,
        rng: np.random.Generator,
        loop: Audio,
        sound: Audio,
        *,
        at: float,
        gain: float,
        pan: float = 0.0,
    ) -> None:
        """Place a sound as this hand would; see `synthesis.placed`."""
        stray = rng.uniform(0, self.stray_seconds) * SAMPLE_RATE_HZ
        placed(loop, sound, at + stray, gain * float(rng.uniform(self.softest, 1.0)), pan)


def draw_touch(rng: np.random.Generator) -> Touch:
    """Draw a machine or a hand."""
    played = rng.uniform() < PLAYED_SHARE
    stray_seconds = LATEST_HAND_SECONDS * float(rng.uniform())
    return Touch(float(rng.uniform(0.6, 0.95)), stray_seconds if played else 0.0)


def drum_loops(
    rng: np.random.Generator,
    genre: Genre,
    step_samples: float,
    swing: float,
    family: Family = Family.STUDIO,
    *,
    rises: bool = True,
) -> dict[Role, Audio]:
    """Render everything that has no pitch.

    Parameters
    ----------
    rng, genre, family
        What kit and patterns are drawn from.
    step_samples
        Samples of a sixteenth.
    swing
        Share of a sixteenth by which every second one comes late.
    rises
        Whether rolls and risers are needed; they take as long as all the rest.

    Returns
    -------
    dict
        For each role a stereo loop; its length in bars follows from its samples.
    """
    hardness = float(np.clip(_HARDNESS[genre] + rng.uniform(-0.25, 0.25), 0, 1))
    kit, touch = draw_kit(rng, hardness, family), draw_touch(rng)
    bar, two, rise = (LoopTime(step_samples, bars, swing) for bars in (1, 2, RISE_BARS))
    broken = rng.uniform() < rhythms.BROKEN_SHARE.get(genre, 0.0)
    kick_pattern = pick(rng, rhythms.kicks(family, genre, broken=bool(broken)))
    loops = {
        Role.KICK: _pattern(bar, {"k": (kit.kick, 0.8, 0.0)}, kick_pattern),
        Role.HATS: _hats(rng, kit, touch, pick(rng, rhythms.hats(family, genre)), two),
        Role.PERCUSSION: _percussion(rng, kit, touch, two),
        Role.TOPS: _tops(rng, kit, bar, family),
        Role.FILL: _fill(rng, kit, bar, family),
        Role.CRASH: _crash(kit, LoopTime(step_samples, CRASH_BARS, 0.0)),
    }
    roll_rng, riser_rng = rng.spawn(2)
    if rises:
        loops[Role.ROLL] = _roll(roll_rng, kit, rise)
        loops[Role.RISER] = _riser(riser_rng, rise)
    if genre is not Genre.TECHNO or rng.uniform() < 0.5:
        loops[Role.CLAP] = _claps(rng, kit, pick(rng, rhythms.claps(family, genre)), genre, bar)
    if genre is Genre.TECHNO:
        loops[Role.RUMBLE] = _rumble(rng, loops[Role.KICK])
    return loops


def _pattern(time: LoopTime, sounds: dict[str, tuple[Audio, float, float]], pattern: str) -> Audio:
    loop = time.silence()
    for bar in range(time.bars):
        for step, sign in enumerate(pattern):
            if sign in sounds:
                sound, gain, pan = sounds[sign]
                placed(loop, sound, time.position(bar * len(pattern) + step), gain, pan)
    return loop


def _claps(rng: np.random.Generator, kit: Kit, pattern: str, genre: Genre, time: LoopTime) -> Audio:
    snare = genre is Genre.DUBSTEP or rng.uniform() < 0.25
    sound, gain = (kit.snare, 0.65) if snare else (kit.clap, 0.55)
    gain = 0.75 if genre is Genre.DUBSTEP else gain
    soft = kit.rim if rng.uniform() < 0.5 else sound
    loop = _pattern(time, {"C": (sound, gain, 0.0), "c": (soft, 0.35 * gain, 0.1)}, pattern)
    return reverberated(loop, rng, float(rng.uniform(0.4, 1.1)), float(rng.uniform(0.15, 0.4)))


def _hats(rng: np.random.Generator, kit: Kit, touch: Touch, pattern: str, time: LoopTime) -> Audio:
    loop = time.silence()
    gain, pan = rng.uniform(0.28, 0.45), float(rng.uniform(-0.2, 0.2))
    ghosts = rng.uniform() < GHOST_SHARE
    for step, sign in enumerate(pattern * time.bars):
        at = time.position(step)
        if sign != ".":
            accent = (1.0, 0.55, 0.8, 0.6)[step % 4]
            sound = kit.open_hat if sign == "o" else kit.closed_hat
            touch.place(rng, loop, sound, at=at, gain=gain * accent, pan=pan)
        elif ghosts and rng.uniform() < 0.3:
            touch.place(rng, loop, kit.closed_hat, at=at, gain=0.18 * gain, pan=pan)
    return loop


def _percussion(rng: np.random.Generator, kit: Kit, touch: Touch, time: LoopTime) -> Audio:
    """Return hits at random, the same in each loop, with ghost notes between them."""
    loop = time.silence()
    sounds = [kit.percussion, kit.percussion, kit.rim, kit.tom]
    for step in rng.choice(32, int(rng.integers(4, 10)), replace=False):
        pan = float(rng.uniform(-0.6, 0.6))
        at, gain = time.position(int(step)), 0.3 * rng.uniform(0.5, 1.0)
        touch.place(rng, loop, pick(rng, sounds), at=at, gain=gain, pan=pan)
    if rng.uniform() < GHOST_SHARE:
        for step in rng.choice(16, int(rng.integers(2, 6)), replace=False):
            at = time.position(2 * int(step) + 1)
            touch.place(rng, loop, pick(rng, (kit.snare, kit.rim)), at=at, gain=0.07)
    return reverberated(loop, rng, 1.0, 0.3)


def _tops(rng: np.random.Generator, kit: Kit, time: LoopTime, family: Family) -> Audio:
    if rng.uniform() < 0.5:
        return _pattern(time, {"r": (kit.ride, 0.2, -0.25)}, pick(rng, rhythms.RIDES[family]))
    shaken = {"S": (kit.shaker, 0.34, -0.3), "s": (kit.shaker, 0.17, -0.3)}
    return _pattern(time, shaken, pick(rng, rhythms.SHAKERS[family]))


def _fill(rng: np.random.Generator, kit: Kit, time: LoopTime, family: Family) -> Audio:
    sounds = {
        "s": (kit.snare, 0.32, 0.0),
        "t": (kit.tom, 0.45, -0.1),
        "r": (kit.rim, 0.3, 0.2),
        "c": (kit.clap, 0.35, 0.0),
        "k": (kit.kick, 0.45, 0.0),
    }
    pattern = pick(rng, rhythms.FILLS[family])
    return reverberated(_pattern(time, sounds, pattern), rng, 0.8, 0.3)


def _roll(rng: np.random.Generator, kit: Kit, time: LoopTime) -> Audio:
    """Return four bars of snare: quarters, eighths, sixteenths."""
    loop = time.silence()
    for bar, spacing in enumerate((4, 4, 2, 1)):
        for step in range(0, 16, spacing):
            progress = (bar + step / 16) / time.bars
            gain = 0.12 + 0.25 * progress
            placed(loop, kit.snare, time.position(16 * bar + step), gain)
    return reverberated(loop, rng, 0.9, 0.25)


def _riser(rng: np.random.Generator, time: LoopTime) -> Audio:
    """Return noise that climbs through three bands over four bars."""
    loop = time.silence()
    progress = np.linspace(0, 1, len(loop), dtype=np.float32)
    for centre, edges in ((0.1, (400.0, 1_200.0)), (0.5, (1_200, 4_000)), (0.95, (4_000, 12_000))):
        weight = np.exp(-(((progress - centre) / 0.3) ** 2)) * (0.15 + 0.85 * progress**2)
        for side in range(2):
            loop[:, side] += filtered(noise(rng, len(loop)), "bandpass", edges, 1) * weight
    return loop * np.float32(0.07 / (np.std(loop) + 1e-9))


def _crash(kit: Kit, time: LoopTime) -> Audio:
    loop = time.silence()
    placed(loop, kit.crash, 0.0, 0.45)
    return loop


def _rumble(rng: np.random.Generator, kick: Audio) -> Audio:
    """Return techno's rumble: the bass drum's own room, low-passed."""
    wet = reverberated(kick, rng, 0.9, 0.8) - kick
    low = filtered(np.concatenate([wet, wet]), "lowpass", float(rng.uniform(90, 150)), 4)
    loop = low[len(wet) :]
    loop = np.repeat(loop.mean(axis=1, keepdims=True), 2, axis=1)
    return np.asarray(loop * np.float32(0.16 / (np.sqrt(np.mean(loop**2)) + 1e-9)))


def pump_curve(rng: np.random.Generator, genre: Genre, bar_samples: int) -> Audio:
    """Return the gain that the bass drum leaves to the rest, over one bar, shape (samples,)."""
    depth = float(rng.uniform(0.3, 0.5) if genre is Genre.DUBSTEP else rng.uniform(0.5, 0.85))
    beat = bar_samples / 4
    hits = (0.0,) if genre is Genre.DUBSTEP else (0.0, 1.0, 2.0, 3.0)
    recovery = beat * float(rng.uniform(0.4, 0.75))
    curve = np.ones(bar_samples, dtype=np.float32)
    for hit in hits:
        start = round(hit * beat)
        length = min(round(recovery), bar_samples - start)
        rise = np.sin(np.linspace(0, np.pi / 2, length)) ** 2
        curve[start : start + length] = 1 - depth * (1 - rise)
    onset = round(0.002 * SAMPLE_RATE_HZ)
    return np.asarray(np.minimum(curve, np.roll(curve, onset)), dtype=np.float32)
