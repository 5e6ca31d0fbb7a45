"""Teaches the trunk to hear: drive, sections, techniques and overlaps in short stretches of sound.

The convolutions cost a hundred times what the rest of the network costs, and need no memory of the
set. They are fitted first, on stretches of 22 s with a small head of their own; what they make of
every set is then kept while the rest learns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from judge.mel.specification import SCALE_DB
from judge.readings import FRAMES_PER_HOP, MEL_BANDS
from judge.specification import (
    COLUMN_FEATURES,
    COLUMN_STRIDE,
    COLUMNS_PER_HOP,
    COLUMNS_PER_WINDOW,
    HALO_FRAMES,
    columns_known,
)
from training.dataset import Example
from training.model import Trunk
from training.targets import Targets, targets_of

CROP_HOPS: Final = 44
FIRST_HOP: Final = 20
"""Of a crop: before that, there is no whole window."""
LEVEL_DEVIATION_DB: Final = 6.0
TONE_DEVIATION_DB: Final = 3.0
TONE_WAVES: Final = 4
"""Of half cosines over the bands: other rooms, other masters, other instruments."""
CHUNK_FRAMES: Final = 4_000
SAID: Final = 1 + 2 + 2 + 4 + 7


@dataclass(frozen=True, slots=True)
class Columns:
    """What the trunk makes of N hops: means of columns, shapes (N, 128).

    Attributes
    ----------
    newest
        Over the newest `COLUMNS_PER_HOP`.
    window
        Over the newest `COLUMNS_PER_WINDOW`; columns before the set are 0.
    """

    newest: Tensor
    window: Tensor


class Listener(nn.Module):
    """The trunk with a head that says what short stretches show."""

    def __init__(self, trunk: Trunk) -> None:
        super().__init__()
        self.trunk = trunk
        self.head = nn.Sequential(
            nn.Linear(2 * COLUMN_FEATURES, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, SAID)
        )

    def forward(self, log_mel: Tensor, hops: int) -> Tensor:
        """Map crops (B, 25 hops, 128) to what is said of each hop, (B, hops, SAID)."""
        columns = means_of(self.trunk(log_mel), hops)
        said: Tensor = self.head(torch.cat((columns.newest, columns.window), dim=-1))
        return said


def means_of(columns: Tensor, hops: int) -> Columns:
    """Return the means that a server has at the end of each hop, from columns (..., k, 128)."""
    ends = torch.tensor([columns_known((hop + 1) * FRAMES_PER_HOP) for hop in range(hops)])
    sums = torch.cumsum(columns, dim=-2)
    sums = torch.cat((torch.zeros_like(sums[..., :1, :]), sums), dim=-2)

    def over(count: int) -> Tensor:
        begins = (ends - count).clamp(min=0)
        return (sums[..., ends, :] - sums[..., begins, :]) / count

    return Columns(over(COLUMNS_PER_HOP), over(COLUMNS_PER_WINDOW))


def fit_trunk(
    trunk: Trunk,
    examples: list[Example],
    *,
    steps: int,
    crops: int,
    seed: int,
    told: Callable[[int, float], None],
) -> None:
    """Fit the trunk in place.

    Parameters
    ----------
    trunk
        With fresh weights.
    examples
        Sets to learn from.
    steps, crops
        How many steps, of how many crops each.
    seed
        Of the order and of the crops.
    told
        Is told of each step and its loss.
    """
    model = Listener(trunk).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    for step, (log_mel, targets) in enumerate(_batches(examples, steps, crops, seed), 1):
        optimiser.zero_grad()
        loss = _loss(model(log_mel, CROP_HOPS)[:, FIRST_HOP:], targets)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        told(step, float(loss.detach()))
    trunk.eval()


def _batches(
    examples: list[Example], steps: int, crops: int, seed: int
) -> Iterator[tuple[Tensor, list[Targets]]]:
    rng = np.random.default_rng([seed, 1])
    targets = [targets_of(example.truth) for example in examples]
    for _ in range(steps):
        mels, wanted = [], []
        for index in rng.integers(len(examples), size=crops).tolist():
            log_mel = examples[index].features.log_mel
            first = int(rng.integers(len(log_mel) // FRAMES_PER_HOP - CROP_HOPS + 1))
            span = slice(first * FRAMES_PER_HOP, (first + CROP_HOPS) * FRAMES_PER_HOP)
            mels.append(log_mel[span].astype(np.float32) + _tone(rng))
            wanted.append(_cut(targets[index], first + FIRST_HOP, first + CROP_HOPS))
        yield torch.from_numpy(np.stack(mels)), wanted


def _tone(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return what another level and another tone add to a log mel spectrum, shape (128,)."""
    at = (np.arange(MEL_BANDS) + 0.5) / MEL_BANDS
    tone_db = np.full(MEL_BANDS, rng.normal(0, LEVEL_DEVIATION_DB))
    for wave in range(1, TONE_WAVES + 1):
        tone_db += rng.normal(0, TONE_DEVIATION_DB / wave) * np.cos(np.pi * wave * at)
    return (tone_db / SCALE_DB).astype(np.float32)


def _cut(targets: Targets, first: int, end: int) -> Targets:
    return Targets(*(getattr(targets, name)[first:end] for name in Targets.__slots__))


def _loss(said: Tensor, wanted: list[Targets]) -> Tensor:
    def stacked(name: str) -> Tensor:
        return torch.stack([getattr(each, name) for each in wanted])

    active, windows, levels, section, techniques = torch.split(said, [1, 2, 2, 4, 7], dim=-1)
    binary = nn.functional.binary_cross_entropy_with_logits
    loss: Tensor = (
        binary(active, stacked("active"))
        + 4 * nn.functional.mse_loss(torch.sigmoid(windows), stacked("windows"))
        + 4 * nn.functional.mse_loss(torch.sigmoid(levels), stacked("levels"))
        + 0.5 * nn.functional.cross_entropy(section.flatten(0, 1), stacked("section").flatten())
        + 2 * binary(techniques, stacked("techniques"))
    )
    return loss


def columns_of(trunk: Trunk, log_mel: NDArray[np.float16]) -> Columns:
    """Run the trunk over a whole set, shape (25 N, 128), in chunks."""
    frames = torch.from_numpy(log_mel.astype(np.float32))
    pieces = []
    with torch.inference_mode():
        for start in range(0, len(frames) - HALO_FRAMES, CHUNK_FRAMES):
            piece = frames[start : start + CHUNK_FRAMES + HALO_FRAMES]
            if len(piece) >= HALO_FRAMES + COLUMN_STRIDE:
                pieces.append(trunk(piece[None])[0])
        columns = torch.cat(pieces)
        return means_of(columns, len(frames) // FRAMES_PER_HOP)
