"""Fits the judge to rendered sets."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from judge.mel.specification import SCALE_DB, mfcc_basis
from judge.specification import COLUMN_STRIDE, COLUMNS_PER_WINDOW, HALO_FRAMES
from training.dataset import Dataset, first_columns, first_frame
from training.estimates import estimated
from training.model import Judge, seeded_judge

BETA: Final = 0.5
"""How far errors are weighted by the stated variance; 1 is plain squared error, 0 the likelihood.

Since the weights move, this loss says nothing from one epoch to the next: squared error decides
when to stop. Seitzer et al., "On the Pitfalls of Heteroscedastic Uncertainty Estimation", 2022.
"""

LEVEL_DEVIATION_DB: Final = 2.0
UNKNOWN_BASIC_SHARE: Final = 0.1
CHOOSING_SEED: Final = 99


@dataclass(frozen=True, slots=True)
class Settings:
    """How training goes; the defaults are those that the product was asked for.

    Attributes
    ----------
    clips_a_batch
        Each gives several windows, about `6 x clips_a_batch` in all.
    crop_hops
        Length of the stretch of a clip that one step sees.
    bfloat16
        Fit the trunk's convolutions in half precision: twice as fast where the processor can.
    """

    epochs: int = 14
    clips_a_batch: int = 4
    crop_hops: int = 50
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    plateau_epochs: int = 5
    plateau_factor: float = 0.5
    largest_gradient: float = 1.0
    patience_epochs: int = 10
    seed: int = 0
    bfloat16: bool = False


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the data; errors on labels of 0-1."""

    epoch: int
    training_mse: float
    choosing_mse: float
    choosing_mae: float
    learning_rate: float


@dataclass(frozen=True, slots=True)
class Batch:
    """N windows out of a few clips.

    Attributes
    ----------
    log_mel
        Shape (clips, frames, 128): the trunk runs once over all windows of a clip.
    clip, column
        Shape (N,): whose columns, and from which on.
    mfcc, basic, transitions, labels
        Shapes (N, 13), (N, 3), (N, 10, 4), (N, 4).
    """

    log_mel: Tensor
    clip: Tensor
    column: Tensor
    mfcc: Tensor
    basic: Tensor
    transitions: Tensor
    labels: Tensor


def train(
    training: Dataset, choosing: Dataset, settings: Settings, report: Reporter
) -> tuple[Judge, list[Epoch]]:
    """Fit a judge and calibrate how sure it says it is.

    Parameters
    ----------
    training, choosing
        What is fitted to, and what decides when to stop.
    settings
        The recipe.
    report
        Is told of each epoch.

    Returns
    -------
    tuple
        The judge of the best epoch, in evaluation mode, and the history.
    """
    model = seeded_judge(settings.seed)
    _lay_out(model, torch.channels_last)
    torch.manual_seed(settings.seed)
    _standardise(model, training)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimiser, factor=settings.plateau_factor, patience=settings.plateau_epochs
    )
    history: list[Epoch] = []
    best, best_mse, best_epoch = copy.deepcopy(model.state_dict()), np.inf, 0
    for number in range(1, settings.epochs + 1):
        training_mse = _fit_epoch(model, optimiser, training, settings, number)
        means, _ = predict(model, choosing, _heard(choosing))
        errors = means - choosing.labels
        mse = float((errors**2).mean())
        schedule.step(mse)
        rate = float(optimiser.param_groups[0]["lr"])
        history.append(Epoch(number, training_mse, mse, float(np.abs(errors).mean()), rate))
        report(history[-1])
        if mse < best_mse:
            best, best_mse, best_epoch = copy.deepcopy(model.state_dict()), mse, number
        if number - best_epoch >= settings.patience_epochs:
            break
    model.load_state_dict(best)
    _calibrate(model.eval(), choosing)
    _lay_out(model, torch.contiguous_format)
    return model, history


class Reporter:
    """Is told of each epoch; this one keeps silent."""

    def __call__(self, epoch: Epoch) -> None:
        """Take note of an epoch."""


def predict(
    model: Judge, dataset: Dataset, transitions: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Judge all windows of a data set.

    Parameters
    ----------
    model
        The judge.
    dataset
        C clips of W windows.
    transitions
        Shape (C, W, 10, 4): what was heard of them.

    Returns
    -------
    tuple
        Means and deviations, both (C, W, 4).
    """
    model.eval()
    means, deviations = [], []
    with torch.inference_mode():
        for clip in range(len(dataset)):
            batch = _whole_clip(dataset, clip, transitions[clip])
            mean, deviation = judged(model, batch)
            means.append(mean.numpy())
            deviations.append(deviation.numpy())
    return np.stack(means), np.stack(deviations)


def judged(model: Judge, batch: Batch, *, bfloat16: bool = False) -> tuple[Tensor, Tensor]:
    """Run the judge over a batch, the trunk once for all windows that share frames."""
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        columns: Tensor = model.trunk(batch.log_mel).float()  # (clips, columns, 128)
    span = batch.column[:, None] + torch.arange(COLUMNS_PER_WINDOW)
    windows = columns[batch.clip[:, None], span]  # (N, 120, 128)
    mixing = model.mixing(batch.transitions)
    mean, deviation = model.head(windows, batch.mfcc, batch.basic, mixing)
    return mean, deviation


def loss_of(mean: Tensor, deviation: Tensor, labels: Tensor) -> Tensor:
    """Return the beta-weighted Gaussian likelihood loss."""
    variance = deviation**2
    likelihood = nn.functional.gaussian_nll_loss(mean, labels, variance, reduction="none")
    loss: Tensor = (likelihood * variance.detach() ** BETA).mean()
    return loss


def write_history(history: list[Epoch], directory: Path) -> None:
    """Write the history as JSON and as a picture."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to load, and needed here alone

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415 - after the choice of back end

    directory.mkdir(parents=True, exist_ok=True)
    rows = [asdict(epoch) for epoch in history]
    (directory / "history.json").write_text(json.dumps(rows, indent=2) + "\n")
    numbers = [epoch.epoch for epoch in history]
    figure, (losses, errors) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    losses.plot(numbers, [epoch.training_mse for epoch in history], label="training")
    losses.plot(numbers, [epoch.choosing_mse for epoch in history], label="choosing")
    losses.set(xlabel="epoch", ylabel="mean squared error", title="on labels of 0-1")
    losses.legend()
    errors.plot(numbers, [9 * epoch.choosing_mae for epoch in history])
    errors.set(xlabel="epoch", ylabel="points of 1-10", title="mean absolute error, choosing")
    figure.savefig(directory / "history.png", dpi=110)
    plt.close(figure)


def _fit_epoch(
    model: Judge,
    optimiser: torch.optim.Optimizer,
    dataset: Dataset,
    settings: Settings,
    number: int,
) -> float:
    model.train()
    errors = []
    rng = np.random.default_rng([settings.seed, number])
    for batch in _batches(dataset, settings, rng):
        optimiser.zero_grad()
        mean, deviation = judged(model, batch, bfloat16=settings.bfloat16)
        loss = loss_of(mean, deviation, batch.labels)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), settings.largest_gradient)
        optimiser.step()
        errors.append(float(((mean.detach() - batch.labels) ** 2).mean()))
    return float(np.mean(errors))


def _batches(dataset: Dataset, settings: Settings, rng: np.random.Generator) -> Iterator[Batch]:
    """Yield random stretches of all clips, in random order, each in its own disguise."""
    order = rng.permutation(len(dataset))
    for start in range(0, len(order), settings.clips_a_batch):
        clips = order[start : start + settings.clips_a_batch]
        pieces = [_crop(dataset, int(clip), settings.crop_hops, rng) for clip in clips]
        yield _stacked(pieces)


def _crop(dataset: Dataset, clip: int, hops: int, rng: np.random.Generator) -> Batch:
    columns = first_columns(dataset.hops[clip])
    frames = dataset.log_mel.shape[1]
    length = min(frames, HALO_FRAMES + COLUMN_STRIDE * (hops * 25 // COLUMN_STRIDE))
    begin = int(rng.integers(0, (frames - length) // COLUMN_STRIDE + 1))
    last = begin + (length - HALO_FRAMES) // COLUMN_STRIDE - COLUMNS_PER_WINDOW
    inside = np.flatnonzero((columns >= begin) & (columns <= last))
    level = np.float32(rng.normal(0, LEVEL_DEVIATION_DB) / SCALE_DB)
    frame = first_frame(begin)
    log_mel = dataset.log_mel[clip, frame : frame + length].astype(np.float32) + level
    basic = dataset.basic[clip, inside].copy()
    basic[rng.uniform(size=basic.shape) < UNKNOWN_BASIC_SHARE] = 0.0
    return Batch(
        log_mel=torch.from_numpy(log_mel[None]),
        clip=torch.zeros(len(inside), dtype=torch.long),
        column=torch.from_numpy(columns[inside] - begin),
        mfcc=torch.from_numpy(dataset.mfcc[clip, inside] + level * mfcc_basis().sum(axis=0)),
        basic=torch.from_numpy(basic),
        transitions=torch.from_numpy(estimated(dataset.transitions[clip, inside], rng)),
        labels=torch.from_numpy(dataset.labels[clip, inside]),
    )


def _whole_clip(dataset: Dataset, clip: int, transitions: NDArray[np.float32]) -> Batch:
    windows = dataset.hops.shape[1]
    return Batch(
        log_mel=torch.from_numpy(dataset.log_mel[clip, None].astype(np.float32)),
        clip=torch.zeros(windows, dtype=torch.long),
        column=torch.from_numpy(first_columns(dataset.hops[clip])),
        mfcc=torch.from_numpy(dataset.mfcc[clip]),
        basic=torch.from_numpy(dataset.basic[clip]),
        transitions=torch.from_numpy(transitions),
        labels=torch.from_numpy(dataset.labels[clip]),
    )


def _stacked(pieces: list[Batch]) -> Batch:
    return Batch(
        log_mel=torch.cat([piece.log_mel for piece in pieces]),
        clip=torch.cat([piece.clip + index for index, piece in enumerate(pieces)]),
        column=torch.cat([piece.column for piece in pieces]),
        mfcc=torch.cat([piece.mfcc for piece in pieces]),
        basic=torch.cat([piece.basic for piece in pieces]),
        transitions=torch.cat([piece.transitions for piece in pieces]),
        labels=torch.cat([piece.labels for piece in pieces]),
    )


def _lay_out(model: Judge, layout: torch.memory_format) -> None:
    """Arrange the weights of the convolutions; with channels last they run half as fast again."""
    for parameter in model.trunk.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=layout)


def _standardise(model: Judge, dataset: Dataset) -> None:
    mfcc = dataset.mfcc.reshape(-1, dataset.mfcc.shape[-1])
    model.head.mfcc_mean.copy_(torch.from_numpy(mfcc.mean(axis=0)))
    model.head.mfcc_scale.copy_(torch.from_numpy(mfcc.std(axis=0) + 1e-3))


def _heard(dataset: Dataset) -> NDArray[np.float32]:
    """Blur all transitions of a data set, half of its windows to nothing."""
    flat = dataset.transitions.reshape(-1, *dataset.transitions.shape[2:])
    return estimated(flat, np.random.default_rng(CHOOSING_SEED)).reshape(dataset.transitions.shape)


def _calibrate(model: Judge, dataset: Dataset) -> None:
    """Scale the stated deviations so that on average they match the errors."""
    means, deviations = predict(model, dataset, _heard(dataset))
    surprise = ((means - dataset.labels) / deviations) ** 2
    scale = np.sqrt(surprise.reshape(-1, surprise.shape[-1]).mean(axis=0))
    model.head.deviation_scale.mul_(torch.from_numpy(scale.astype(np.float32)))
