"""Judges rendered sets as a server would, with nothing known but the sound.

The data set gives the network blurred truth about earlier transitions. Here the whole pipeline
runs on the exported models and on what the judge's own listener reports, so what is lost between
training and serving shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, HOP_SECONDS, HOPS_PER_WINDOW
from core.messages import AudioHop, Component, Score, SessionInfo
from judge.engine import Engine
from judge.scoring.estimates import HIGHEST, LOWEST
from training.clips import through_opus
from training.simulator import SetRenderer
from training.simulator.labels import Label, Labels

FIRST_SEED: Final = 1_000_000
"""Far from any seed of a data set."""

BITRATE_BPS: Final = 256_000
INTERVAL_DEVIATIONS: Final = 2 * 1.645
"""Width of a stated interval of 90 %, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a server said of S sets at W windows, beside the labels; all on 0-1.

    Attributes
    ----------
    labels, means, deviations
        Shape (S, W, 4).
    """

    labels: NDArray[np.float32]
    means: NDArray[np.float32]
    deviations: NDArray[np.float32]


def serve_sets(models: Path, *, sets: int, hops: int, window_step_hops: int) -> Served:
    """Render sets from their beginning and judge them with the models of a folder."""
    engine = Engine.load(models, ["CPUExecutionProvider"])
    rows = [
        _serve_set(engine, FIRST_SEED + number, hops, window_step_hops) for number in range(sets)
    ]
    labels, means, deviations = (np.array(column) for column in zip(*rows, strict=True))
    return Served(labels, means, deviations)


def _serve_set(
    engine: Engine, seed: int, hops: int, window_step_hops: int
) -> tuple[list[Label], list[Label], list[Label]]:
    info = SessionInfo(f"served-{seed}", "training", "", 0.0)
    session = engine.open(info)
    renderer = SetRenderer(seed)
    scores: dict[int, Score] = {}
    sound = through_opus(islice(renderer.blocks(), hops), BITRATE_BPS)
    for index, samples in enumerate(sound):
        hop = AudioHop(info.session, index, index * HOP_SAMPLES, samples, 0, 0.0)
        (judged,) = engine.advance([(session, hop)])
        for message, _ in judged.messages:
            if isinstance(message, Score) and message.overall is not None:
                scores[index] = message
    labels = Labels(renderer.truth)
    ends = [end for end in range(HOPS_PER_WINDOW - 1, hops, window_step_hops) if end in scores]
    spans = [((end + 1 - HOPS_PER_WINDOW) * HOP_SECONDS, (end + 1) * HOP_SECONDS) for end in ends]
    opinions = [_opinion(scores[end]) for end in ends]
    return (
        [labels.window(*span) for span in spans],
        [mean for mean, _ in opinions],
        [deviation for _, deviation in opinions],
    )


def _opinion(score: Score) -> tuple[Label, Label]:
    """Return a score's components and their deviations on 0-1."""
    estimates = [score.components[component] for component in Component]
    known = [estimate for estimate in estimates if estimate is not None]
    values = np.array([estimate.value for estimate in known], dtype=np.float32)
    widths = np.array([estimate.high - estimate.low for estimate in known], dtype=np.float32)
    scale = np.float32(HIGHEST - LOWEST)
    mean = (values - np.float32(LOWEST)) / scale
    return np.asarray(mean), np.asarray(widths / scale / np.float32(INTERVAL_DEVIATIONS))
