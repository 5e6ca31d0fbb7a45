"""Tonal instruments: from notes to cyclic stereo loops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.messages import Genre
from training.simulator.composition import STEPS_PER_BAR, Note
from training.simulator.harmony import midi_to_hz
from training.simulator.randomness import pick
from training.simulator.synthesis import (
    Audio,
    decay,
    gate,
    placed,
    saturated,
    swept_tone,
    tone,
)


@dataclass(frozen=True, slots=True)
class LoopTime:
    """How sixteenths of a loop fall on samples."""

    samples_per_step: float
    bars: int
    swing: float  # share of a sixteenth by which every second one comes late

    @property
    def samples(self) -> int:
        """Length of the loop."""
        return round(self.samples_per_step * STEPS_PER_BAR * self.bars)

    def position(self, step: float) -> float:
        """Return the sample of a step; swing moves odd sixteenths."""
        late = self.swing if int(step) % 2 else 0.0
        return (step + late) * self.samples_per_step

    def duration(self, steps: float) -> int:
        """Return the samples of a duration."""
        return max(1, int(steps * self.samples_per_step))

    def silence(self) -> Audio:
        """Return an empty stereo loop."""
        return np.zeros((self.samples, 2), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class BassSound:
    """A bass: one oscillator through a moving filter over a sine an octave or none below."""

    shape: str
    cutoff_hz: float
    sweep: float  # the filter opens to cutoff x (1 + sweep) and falls back
    resonance: float
    drive: float
    wobble_steps: tuple[float, ...]  # periods of a filter wobble in steps; empty for none
    sub: float


def draw_bass_sound(rng: np.random.Generator, genre: Genre) -> BassSound:
    """Draw a bass that suits the genre."""
    wobbles = (2.0, 8 / 3, 4.0, 16 / 3, 8.0)
    dubstep = genre is Genre.DUBSTEP
    return BassSound(
        shape=pick(rng, ("saw", "square") if dubstep else ("saw", "square", "sine")),
        cutoff_hz=float(rng.uniform(130, 260)) if dubstep else float(rng.uniform(160, 420)),
        sweep=float(rng.uniform(4, 9)) if dubstep else float(rng.uniform(0.5, 5.0)),
        resonance=float(rng.uniform(0.8, 2.4)),
        drive=float(rng.uniform(1.8, 3.5)) if dubstep else float(rng.uniform(1.0, 2.0)),
        wobble_steps=tuple(pick(rng, wobbles) for _ in range(3)) if dubstep else (),
        sub=float(rng.uniform(0.5, 0.9)),
    )


def bass_loop(sound: BassSound, notes: tuple[Note, ...], time: LoopTime) -> Audio:
    """Play a bass line, mono in the middle."""
    loop = time.silence()
    known: dict[tuple[int, int, int], Audio] = {}
    for index, note in enumerate(notes):
        samples = time.duration(note.steps)
        turn = index % max(1, len(sound.wobble_steps))
        recipe = (note.pitch, samples, turn)
        if recipe not in known:
            known[recipe] = _bass_note(sound, note, time, turn)
        placed(loop, known[recipe], time.position(note.step), note.velocity)
    return loop


def _bass_note(sound: BassSound, note: Note, time: LoopTime, turn: int) -> Audio:
    samples = time.duration(note.steps)
    points = np.arange(0, samples, 256)
    if sound.wobble_steps:
        period = sound.wobble_steps[turn] * time.samples_per_step
        movement = 0.5 - 0.5 * np.cos(2 * np.pi * points / period)
    else:
        movement = np.exp(-points / (0.12 * SAMPLE_RATE_HZ))
    frequency_hz = midi_to_hz(note.pitch)
    cutoff_hz = sound.cutoff_hz * (1 + sound.sweep * movement)
    voice = swept_tone(sound.shape, frequency_hz, cutoff_hz, sound.resonance, samples)
    voice = voice / np.float32(max(1e-6, np.abs(voice).max()))
    mixed = saturated(voice, sound.drive) * np.float32(1 - 0.4 * sound.sub)
    mixed += np.float32(sound.sub) * tone("sine", frequency_hz, samples)
    return mixed * gate(samples, 0.003, 0.02)


def stab_loop(rng: np.random.Generator, notes: tuple[Note, ...], time: LoopTime) -> Audio:
    """Play short chords: saw, square, organ or electric piano."""
    shape = pick(rng, ("saw", "square", "organ", "piano"))
    length_seconds = float(rng.uniform(0.18, 0.5))
    loop = time.silence()
    known: dict[int, Audio] = {}
    for note in notes:
        if note.pitch not in known:
            known[note.pitch] = _stab(shape, note, time, length_seconds)
        placed(
            loop,
            known[note.pitch],
            time.position(note.step),
            note.velocity,
            (-0.15, 0.15)[note.pitch % 2],
        )
    return loop


def _stab(shape: str, note: Note, time: LoopTime, length_seconds: float) -> Audio:
    samples = max(time.duration(note.steps), int(length_seconds * SAMPLE_RATE_HZ))
    frequency_hz = midi_to_hz(note.pitch)
    if shape == "piano":  # two-operator FM with a falling index, the classic electric piano
        seconds = np.arange(samples) / SAMPLE_RATE_HZ
        index = 1.6 * np.exp(-seconds / 0.15)
        carrier = 2 * np.pi * frequency_hz * seconds
        voice = np.sin(carrier + index * np.sin(carrier)).astype(np.float32)
    else:
        detuned = tone(shape, frequency_hz * 1.004, samples, 0.37)
        voice = (tone(shape, frequency_hz, samples) + detuned) * np.float32(0.5)
    return voice * decay(samples, 2.2 * length_seconds) * gate(samples, 0.004, 0.05)


def pad_loop(rng: np.random.Generator, notes: tuple[Note, ...], time: LoopTime) -> Audio:
    """Play held chords, wide: each side has its own detuned oscillators."""
    shape = pick(rng, ("saw", "saw", "square", "organ"))
    spread = float(rng.uniform(0.002, 0.006))
    loop = time.silence()
    for note in notes:
        samples = time.duration(note.steps)
        frequency_hz = midi_to_hz(note.pitch)
        sides = [
            sum(
                (
                    tone(shape, frequency_hz * (1 + detune), samples, float(rng.uniform()))
                    for detune in detunes
                ),
                start=np.zeros(samples, dtype=np.float32),
            )
            for detunes in ((-spread, 0.4 * spread), (spread, -0.4 * spread))
        ]
        envelope = gate(samples, 0.06, 0.06)
        placed(loop, np.stack(sides, axis=1) * envelope[:, None], time.position(note.step), 0.25)
    return loop


def lead_loop(rng: np.random.Generator, notes: tuple[Note, ...], time: LoopTime) -> Audio:
    """Play a melody: a pluck whose filter falls, or a detuned lead."""
    plucked = bool(rng.uniform() < 0.65)
    shape = pick(rng, ("saw", "square"))
    resonance = float(rng.uniform(0.8, 2.0))
    open_hz = float(rng.uniform(2_500, 6_000))
    loop = time.silence()
    for note in notes:
        samples = time.duration(max(note.steps, 2.0 if plucked else note.steps))
        frequency_hz = midi_to_hz(note.pitch)
        if plucked:
            points = np.arange(0, samples, 256)
            cutoff_hz = frequency_hz + open_hz * np.exp(-points / (0.06 * SAMPLE_RATE_HZ))
            voice = swept_tone(shape, frequency_hz, cutoff_hz, resonance, samples)
            voice = voice * decay(samples, 0.5)
        else:
            voice = tone(shape, frequency_hz, samples) + tone(
                shape, frequency_hz * 1.006, samples, 0.3
            )
        voice = voice * gate(samples, 0.003, 0.03)
        placed(
            loop,
            voice,
            time.position(note.step),
            0.4 * note.velocity,
            0.2 if note.pitch % 2 else -0.2,
        )
    return loop
