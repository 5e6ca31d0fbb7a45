"""Rendered sets on disk: the sound as Ogg Opus, and beside it what is true of it.

Rendering takes most of the time that training takes, and depends on the simulator alone: listening
can change and the sound is still the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import OutputContainer
from numpy.typing import NDArray

from core.media import HOP_SECONDS, SAMPLE_RATE_HZ
from training.opus import TIME_BASE, opus_frames
from training.recipes import SetDraw
from training.simulator import SetRenderer
from training.simulator.labels import Course, Labels
from training.simulator.nuisance import NuisanceChain

SET_LABEL_EVERY_HOPS: Final = 10


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one rendered set.

    Attributes
    ----------
    course
        Hop by hop; see `training.simulator.labels.Course`.
    set_labels
        Shape (N, 4): of the set up to each hop, NaN where nothing can be said, and computed
        anew every `SET_LABEL_EVERY_HOPS`.
    spans
        Shape (K, 2): first and last hop of each transition.
    bpm, key
        Shape (N,): of the newest track that took over; keys 0-23 as in `judge.listening.camelot`.
    genre
        Of the first track.
    """

    course: Course
    set_labels: NDArray[np.float32]
    spans: NDArray[np.int64]
    bpm: NDArray[np.float32]
    key: NDArray[np.int64]
    genre: str


def render_set(draw: SetDraw, hops: int, directory: Path) -> Path:
    """Render a set into `directory`, unless it is there; return the path of its sound."""
    sound = directory / f"set-{draw.seed}.opus"
    truth_path = sound.with_suffix(".truth.npz")
    if sound.exists() and truth_path.exists():
        return sound
    directory.mkdir(parents=True, exist_ok=True)
    renderer = SetRenderer(draw.seed, draw.style, revise=draw.revise)
    chain = NuisanceChain(draw.nuisances, draw.seed)
    part = sound.with_suffix(".part")
    write_opus(chain(islice(renderer.blocks(), hops)), part, draw.bitrate_bps)
    save_truth(truth_of(renderer, hops), truth_path)
    part.replace(sound)
    return sound


def truth_of(renderer: SetRenderer, hops: int) -> Truth:
    """Return what is true of a set that was rendered for `hops` hops."""
    labels = Labels(renderer.truth, renderer.stems, renderer.start_sample)
    course = labels.course()
    known = [
        labels.whole_set(min(hop + SET_LABEL_EVERY_HOPS, hops) * HOP_SECONDS)
        for hop in range(0, hops, SET_LABEL_EVERY_HOPS)
    ]
    every = np.repeat(np.array(known, np.float32), SET_LABEL_EVERY_HOPS, axis=0)[:hops]
    bpm, key = _playing(renderer, hops)
    return Truth(
        course=_cut(course, hops),
        set_labels=every,
        spans=np.array(labels.spans(), dtype=np.int64).reshape(-1, 2),
        bpm=bpm,
        key=key,
        genre=renderer.truth.tracks[0].plan.genre.value,
    )


def _cut(course: Course, hops: int) -> Course:
    """Leave out what was rendered ahead."""
    by_hop = ("newest", "age_hops", "active", "section", "techniques", "windows")
    values = {field.name: getattr(course, field.name) for field in fields(Course)}
    values |= {name: values[name][:hops] for name in by_hop}
    values["levels"] = values["levels"][:, :hops]
    return Course(**values)


def _playing(renderer: SetRenderer, hops: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return tempo and key of the track that has taken over by each hop."""
    truth = renderer.truth
    bpm, key = np.zeros(hops, np.float32), np.zeros(hops, np.int64)
    switches = [renderer.start_sample, *(plan.switch_sample for plan in truth.transitions)]
    for track, switch in zip(truth.tracks, switches, strict=False):
        since = max(int((switch - renderer.start_sample) / (HOP_SECONDS * SAMPLE_RATE_HZ)), 0)
        bpm[since:] = track.plan.bpm
        key[since:] = track.plan.key.tonic + 12 * track.plan.key.minor
    return bpm, key


def save_truth(truth: Truth, path: Path) -> None:
    """Write the truth of a set."""
    arrays = {field.name: getattr(truth.course, field.name) for field in fields(Course)}
    temporary = path.with_suffix(".part.npz")
    np.savez_compressed(
        temporary,
        set_labels=truth.set_labels,
        spans=truth.spans,
        bpm=truth.bpm,
        key=truth.key,
        genre=np.array(truth.genre),
        **arrays,
    )
    temporary.replace(path)


def load_truth(path: Path) -> Truth:
    """Read the truth of a set."""
    with np.load(path) as arrays:
        course = Course(**{field.name: arrays[field.name] for field in fields(Course)})
        return Truth(
            course=course,
            set_labels=arrays["set_labels"],
            spans=arrays["spans"],
            bpm=arrays["bpm"],
            key=arrays["key"],
            genre=str(arrays["genre"]),
        )


def write_opus(blocks: Iterable[NDArray[np.float32]], path: Path, bitrate_bps: int) -> None:
    """Encode blocks of stereo at 48 kHz, shape (n, 2), into an Ogg Opus file."""
    # Bit-exact, or each file would get a serial number at random.
    with av.open(str(path), "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        assert isinstance(container, OutputContainer)  # noqa: S101 - narrows the type of `open`
        track = container.add_stream("libopus", rate=SAMPLE_RATE_HZ, layout="stereo")
        track.bit_rate = bitrate_bps
        track.codec_context.options = {"application": "audio", "compression_level": "0"}
        track.codec_context.format = "flt"
        track.codec_context.time_base = TIME_BASE
        position = 0
        for block in blocks:
            for frame in opus_frames(block, position):
                container.mux(track.encode(frame))
            position += len(block)
        container.mux(track.encode(None))
