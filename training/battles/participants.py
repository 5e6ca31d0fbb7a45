"""One participant of a battle: the sound on disk, and what is true of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from core.media import HOP_SECONDS, SAMPLE_RATE_HZ
from core.messages import Component
from judge.scoring.passages import mixing_row
from judge.scoring.weights import GENRE_WEIGHTS
from training.battles.recipe import CORNERS, Battle
from training.recipes import SetDraw
from training.renders import write_opus
from training.simulator import SetRenderer
from training.simulator.labels import Labels
from training.simulator.nuisance import NuisanceChain

LOWEST: Final = 1.0
SPAN: Final = 9.0
"""A label of 0-1 is shown on 1-10."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """One transition, in the source guide's words."""

    start_time: float  # seconds from the beginning of the sound
    duration: float  # seconds
    beat_match_accuracy: float
    harmonic_compatibility: float
    transition_smoothness: float  # all three 0-1


@dataclass(frozen=True, slots=True)
class Participant:
    """One set of a battle.

    Attributes
    ----------
    battle_id, participant_id, genre, split, seed
        Which one it is.
    audio_url, audio_sha256
        The sound, by its path below the data set's folder, and its digest.
    duration_seconds
        Its length.
    nuisances
        Names of what lay between the mixer and the ear.
    transitions
        What happened between the tracks.
    creative_techniques
        What was done on purpose, in order.
    true_values
        The four components and the whole, 1-10; None where nothing can be said.
    """

    battle_id: str
    participant_id: str
    genre: str
    split: str
    seed: int
    audio_url: str
    audio_sha256: str
    duration_seconds: float
    nuisances: tuple[str, ...]
    transitions: tuple[Mixed, ...]
    creative_techniques: tuple[str, ...]
    true_values: tuple[float | None, ...]

    @property
    def overall_beat_matching(self) -> float | None:
        """Mean accuracy over the transitions; None without one."""
        if not self.transitions:
            return None
        return float(np.mean([mixed.beat_match_accuracy for mixed in self.transitions]))


def render_battle(battle: Battle, hops: int, directory: Path) -> list[Participant]:
    """Render both sets of a battle below `directory`/audio and say what is true of them."""
    return [
        _render(battle, corner, draw, hops, directory)
        for corner, draw in zip(CORNERS, battle.participants, strict=True)
    ]


def _render(battle: Battle, corner: str, draw: SetDraw, hops: int, directory: Path) -> Participant:
    participant_id = f"{battle.battle_id}-{corner}"
    sound = directory / "audio" / f"{participant_id}.opus"
    sound.parent.mkdir(parents=True, exist_ok=True)
    renderer = SetRenderer(draw.seed, draw.style, revise=draw.revise)
    chain = NuisanceChain(draw.nuisances, draw.seed)
    part = sound.with_suffix(".part")
    write_opus(chain(islice(renderer.blocks(), hops)), part, draw.bitrate_bps)
    part.replace(sound)
    end_seconds = hops * HOP_SECONDS
    labels = Labels(renderer.truth, renderer.stems, renderer.start_sample)
    return Participant(
        battle_id=battle.battle_id,
        participant_id=participant_id,
        genre=battle.genre.value,
        split=battle.split,
        seed=draw.seed,
        audio_url=sound.relative_to(directory).as_posix(),
        audio_sha256=hashlib.sha256(sound.read_bytes()).hexdigest(),
        duration_seconds=end_seconds,
        nuisances=draw.nuisances.present,
        transitions=tuple(_transitions(labels, end_seconds)),
        creative_techniques=tuple(
            event.kind.value
            for event in sorted(renderer.truth.events, key=lambda event: event.start_sample)
            if event.end_sample <= end_seconds * SAMPLE_RATE_HZ
        ),
        true_values=_values(labels, battle, end_seconds),
    )


def _transitions(labels: Labels, end_seconds: float) -> list[Mixed]:
    """Return the transitions that are over before the sound is."""
    mixed = []
    for _, verdict in labels.verdicts:
        start, end = verdict.start_sample / SAMPLE_RATE_HZ, verdict.end_sample / SAMPLE_RATE_HZ
        if end <= end_seconds:
            row = mixing_row(end - start, verdict.parts)
            mixed.append(Mixed(start, end - start, row[1], row[2], row[3]))
    return mixed


def _values(labels: Labels, battle: Battle, end_seconds: float) -> tuple[float | None, ...]:
    values = LOWEST + SPAN * labels.whole_set(end_seconds).astype(np.float64)
    weights = np.array([GENRE_WEIGHTS[battle.genre][component] for component in Component])
    told = [None if np.isnan(value) else float(value) for value in values]
    known = ~np.isnan(values)
    whole = float((weights[known] * values[known]).sum() / weights[known].sum())
    return (*told, whole if known.all() else None)
