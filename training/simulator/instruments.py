"""Tonal instruments: from notes to cyclic stereo loops, by the voices of a family."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.messages import Genre
from training.simulator import basses_studio, voices_studio, voices_unseen
from training.simulator.family import Family
from training.simulator.harmony import midi_to_hz
from training.simulator.loops import LoopTime
from training.simulator.melody import Line, Note
from training.simulator.synthesis import Audio, filtered, noise, placed
from training.simulator.voice import Voice

TEXTURE_SHARE: Final = 0.25
"""Pads that have a breath of noise in them."""


def bass_loop(
    rng: np.random.Generator,
    genre: Genre,
    notes: tuple[Note, ...],
    time: LoopTime,
    family: Family = Family.STUDIO,
) -> Audio:
    """Play a bass line, mono in the middle."""
    draw = voices_unseen.draw_bass if family is Family.UNSEEN else basses_studio.draw_bass
    voices = draw(rng, genre, time.samples_per_step)
    loop = time.silence()
    known: dict[tuple[float, int, int], Audio] = {}
    for index, note in enumerate(notes):
        samples, turn = time.duration(note.steps), index % len(voices)
        recipe = (note.pitch, samples, turn)
        if recipe not in known:
            known[recipe] = voices[turn](midi_to_hz(note.pitch), samples)
        placed(loop, known[recipe], time.position(note.step), note.velocity)
    return loop


def stab_loop(
    rng: np.random.Generator,
    notes: tuple[Note, ...],
    time: LoopTime,
    family: Family = Family.STUDIO,
) -> Audio:
    """Play short chords."""
    draw = voices_unseen.draw_stab if family is Family.UNSEEN else voices_studio.draw_stab
    return _played(draw(rng), notes, time, width=0.15)


def lead_loop(
    rng: np.random.Generator,
    line: Line,
    notes: tuple[Note, ...],
    time: LoopTime,
    family: Family = Family.STUDIO,
) -> Audio:
    """Play the line on top, with a voice that suits its kind."""
    draw = voices_unseen.draw_lead if family is Family.UNSEEN else voices_studio.draw_lead
    return _played(draw(rng, line), notes, time, width=0.2) * np.float32(0.4)


def _played(voice: Voice, notes: tuple[Note, ...], time: LoopTime, *, width: float) -> Audio:
    """Play notes with one voice, every other semitone on the other side."""
    loop = time.silence()
    known: dict[tuple[float, int], Audio] = {}
    for note in notes:
        recipe = (note.pitch, time.duration(note.steps))
        if recipe not in known:
            known[recipe] = voice(midi_to_hz(note.pitch), recipe[1])
        pan = width if round(note.pitch) % 2 else -width
        placed(loop, known[recipe], time.position(note.step), note.velocity, pan)
    return loop


def pad_loop(
    rng: np.random.Generator,
    notes: tuple[Note, ...],
    time: LoopTime,
    family: Family = Family.STUDIO,
) -> Audio:
    """Play held chords, wide: each side has oscillators of its own."""
    draw = voices_unseen.draw_pad if family is Family.UNSEEN else voices_studio.draw_pad
    voice = draw(rng)
    loop = time.silence()
    for note in notes:
        sound = voice(midi_to_hz(note.pitch), time.duration(note.steps))
        placed(loop, sound, time.position(note.step), 0.25)
    if rng.uniform() < TEXTURE_SHARE:
        _add_texture(rng, loop)
    return loop


def _add_texture(rng: np.random.Generator, loop: Audio) -> None:
    """Add noise of one colour that breathes twice in a loop: wind, tape, or a room's tone."""
    low_hz = float(rng.uniform(300, 3_000))
    breath = 0.6 - 0.4 * np.cos(4 * np.pi * np.arange(len(loop)) / len(loop))
    level = np.sqrt(np.mean(loop**2)) * rng.uniform(0.05, 0.25)
    for side in range(2):
        hiss = filtered(noise(rng, len(loop)), "bandpass", (low_hz, 3 * low_hz), 1)
        loop[:, side] += hiss * (breath * level / np.std(hiss)).astype(np.float32)
