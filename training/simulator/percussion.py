"""Drum patterns and effects as loops, and the pump that the bass drum gives to the rest."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.messages import Genre
from training.simulator.arrangement import Role
from training.simulator.drums import Kit, draw_kit
from training.simulator.instruments import LoopTime
from training.simulator.randomness import pick
from training.simulator.synthesis import (
    Audio,
    filtered,
    noise,
    placed,
    reverberated,
)

_KICKS: Final = {Genre.DUBSTEP: ("k.........k.....", "k.....k.........", "k..k......k.....")}
_FOUR_TO_THE_FLOOR: Final = "k...k...k...k..."
_CLAPS: Final = {Genre.DUBSTEP: "........c.......", Genre.TECHNO: "....c.......c..."}
_BACKBEAT: Final = "....c.......c..."
_HATS: Final = {
    Genre.HOUSE: ("..o...o...o...o.", "c.o.c.o.c.o.c.o.", "ccoccco.ccoccco."),
    Genre.TECHNO: ("..o...o...o...o.", "c.oc.co.c.oc.co.", "cccccccccccccccc", "..o.c.o...o.c.oc"),
    Genre.TRANCE: ("..o...o...o...o.", "ccoccco.ccoccco.", "c.o.c.o.c.o.c.o."),
    Genre.DUBSTEP: ("c.c.c.c.c.c.c.cc", "c..c..c.c..c..c.", "c.cc..c.c.c...c."),
}
_HARDNESS: Final = {Genre.HOUSE: 0.25, Genre.TECHNO: 0.8, Genre.TRANCE: 0.5, Genre.DUBSTEP: 0.6}
RISE_BARS: Final = 4
CRASH_BARS: Final = 2


def drum_loops(
    rng: np.random.Generator, genre: Genre, step_samples: float, swing: float
) -> dict[Role, Audio]:
    """Render everything that has no pitch.

    Parameters
    ----------
    rng, genre
        What kit and patterns are drawn from.
    step_samples
        Samples of a sixteenth.
    swing
        Share of a sixteenth by which every second one comes late.

    Returns
    -------
    dict
        For each role a stereo loop; its length in bars follows from its samples.
    """
    kit = draw_kit(rng, float(np.clip(_HARDNESS[genre] + rng.uniform(-0.25, 0.25), 0, 1)))
    bar, two, rise = (LoopTime(step_samples, bars, swing) for bars in (1, 2, RISE_BARS))
    kick_pattern = pick(rng, _KICKS.get(genre, (_FOUR_TO_THE_FLOOR,)))
    backbeat = kit.snare if genre is Genre.DUBSTEP else kit.clap
    loops = {
        Role.KICK: _pattern(bar, {"k": (kit.kick, 0.8, 0.0)}, kick_pattern),
        Role.HATS: _hats(rng, kit, genre, two),
        Role.PERCUSSION: _percussion(rng, kit, two),
        Role.TOPS: _tops(rng, kit, bar),
        Role.FILL: _fill(rng, kit, bar),
        Role.ROLL: _roll(rng, kit, rise),
        Role.RISER: _riser(rng, rise),
        Role.CRASH: _crash(kit, LoopTime(step_samples, CRASH_BARS, 0.0)),
    }
    if genre is not Genre.TECHNO or rng.uniform() < 0.5:
        claps = _pattern(
            bar,
            {"c": (backbeat, 0.75 if genre is Genre.DUBSTEP else 0.55, 0.0)},
            _CLAPS.get(genre, _BACKBEAT),
        )
        loops[Role.CLAP] = reverberated(claps, rng, 0.7, 0.35)
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


def _hats(rng: np.random.Generator, kit: Kit, genre: Genre, time: LoopTime) -> Audio:
    loop = time.silence()
    pattern = pick(rng, _HATS[genre]) * time.bars
    gain = rng.uniform(0.3, 0.45)
    for step, sign in enumerate(pattern):
        if sign == ".":
            continue
        accent = (1.0, 0.55, 0.8, 0.6)[step % 4] * rng.uniform(0.85, 1.0)
        sound = kit.open_hat if sign == "o" else kit.closed_hat
        placed(loop, sound, time.position(step), gain * accent, 0.12)
    return loop


def _percussion(rng: np.random.Generator, kit: Kit, time: LoopTime) -> Audio:
    loop = time.silence()
    steps = rng.choice(32, int(rng.integers(4, 9)), replace=False)
    for step in steps:
        gain = 0.3 * rng.uniform(0.5, 1.0)
        placed(loop, kit.percussion, time.position(int(step)), gain, float(rng.uniform(-0.6, 0.6)))
    return reverberated(loop, rng, 1.0, 0.3)


def _tops(rng: np.random.Generator, kit: Kit, time: LoopTime) -> Audio:
    if rng.uniform() < 0.5:
        return _pattern(time, {"r": (kit.ride, 0.2, -0.25)}, "r.r.r.r.r.r.r.r.")
    return _pattern(
        time, {"S": (kit.shaker, 0.34, -0.3), "s": (kit.shaker, 0.17, -0.3)}, "SsSsSsSsSsSsSsSs"
    )


def _fill(rng: np.random.Generator, kit: Kit, time: LoopTime) -> Audio:
    pattern = pick(rng, ("............s.ss", "..........s.s.ss", "............ssss"))
    return reverberated(_pattern(time, {"s": (kit.snare, 0.32, 0.0)}, pattern), rng, 0.8, 0.3)


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
    onset = round(0.002 * 48_000)
    return np.asarray(np.minimum(curve, np.roll(curve, onset)), dtype=np.float32)
