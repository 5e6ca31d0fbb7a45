"""Fits the judge to rendered sets: the trunk on short stretches, then the rest on whole sets."""

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

from core.messages import Component
from judge.specification import DEVIATIONS, PARTS, Output
from training.dataset import Example
from training.disguise import disguised_basic, disguised_evidence, disguised_sound, strangers
from training.losses import component, loss_of
from training.model import Judge, Standard, seeded_judge, squashed
from training.sound import Columns, columns_of, fit_trunk
from training.targets import SETTLING, Targets, mixing_tables, targets_of

LATEST_START_HOPS: Final = 60
CHOOSING_SEED: Final = 99
_MIXED: Final = (Component.TECHNICAL, Component.SELECTION)


@dataclass(frozen=True, slots=True)
class Settings:
    """How training goes; the defaults are those that the product was asked for.

    Attributes
    ----------
    sets_a_batch
        Whole sets, each from a random beginning.
    trunk_steps, trunk_crops
        How long the trunk is taught before the rest.
    """

    epochs: int = 50
    sets_a_batch: int = 16
    trunk_steps: int = 300
    trunk_crops: int = 16
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    plateau_epochs: int = 5
    plateau_factor: float = 0.5
    largest_gradient: float = 1.0
    patience_epochs: int = 10
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the data.

    Attributes
    ----------
    training_loss, choosing_loss
        What is minimised.
    technical_r2, selection_r2
        Of settled transitions of the choosing sets.
    windows_r2
        Of energy and creativity of their windows.
    mae
        Mean absolute error of these four on 0-1.
    """

    epoch: int
    training_loss: float
    choosing_loss: float
    technical_r2: float
    selection_r2: float
    windows_r2: float
    mae: float
    learning_rate: float


class Reporter:
    """Is told how training goes; this one keeps silent."""

    def trunk(self, step: int, loss: float) -> None:
        """Take note of a step of the trunk's training."""

    def epoch(self, epoch: Epoch) -> None:
        """Take note of an epoch."""


@dataclass(frozen=True, slots=True)
class _Set:
    """One set, ready to be learnt from; shapes (N, features)."""

    example: Example
    columns: Columns
    evidence: Tensor
    mfcc: Tensor
    basic: Tensor


def train(
    training: list[Example], choosing: list[Example], settings: Settings, report: Reporter
) -> tuple[Judge, list[Epoch]]:
    """Fit a judge and calibrate how sure it says it is.

    Parameters
    ----------
    training, choosing
        What is fitted to, and what decides when to stop.
    settings
        The recipe.
    report
        Is told of steps and epochs.

    Returns
    -------
    tuple
        The judge of the best epoch, in evaluation mode, and the history.
    """
    model = seeded_judge(settings.seed)
    torch.manual_seed(settings.seed)
    fit_trunk(
        model.trunk,
        training,
        steps=settings.trunk_steps,
        crops=settings.trunk_crops,
        seed=settings.seed,
        told=report.trunk,
    )
    sets = [_prepared(model, example) for example in training]
    others = [_prepared(model, example) for example in choosing]
    _standardise(model.head.reader.standard, [each.evidence for each in sets])
    _standardise(model.head.standard_mfcc, [each.mfcc for each in sets])
    history = _fit(model, sets, others, settings, report)
    _calibrate(model, others)
    return model.eval(), history


def _prepared(model: Judge, example: Example) -> _Set:
    features = example.features
    return _Set(
        example=example,
        columns=columns_of(model.trunk, features.log_mel),
        evidence=torch.from_numpy(features.evidence.astype(np.float32)),
        mfcc=torch.from_numpy(features.mfcc),
        basic=torch.from_numpy(features.basic),
    )


def _standardise(standard: Standard, values: list[Tensor]) -> None:
    everything = torch.cat(values)
    standard.mean.copy_(everything.mean(dim=0))
    standard.scale.copy_(everything.std(dim=0) + 1e-2)


def _fit(
    model: Judge, sets: list[_Set], others: list[_Set], settings: Settings, report: Reporter
) -> list[Epoch]:
    learning = [*model.mixing.parameters(), *model.head.parameters()]
    optimiser = torch.optim.AdamW(
        learning, lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimiser, factor=settings.plateau_factor, patience=settings.plateau_epochs
    )
    history: list[Epoch] = []
    best, best_score, best_epoch = copy.deepcopy(model.state_dict()), np.inf, 0
    for number in range(1, settings.epochs + 1):
        loss = _fit_epoch(model, optimiser, sets, settings, number)
        rate = float(optimiser.param_groups[0]["lr"])
        history.append(_examined(model, others, number, loss, rate))
        report.epoch(history[-1])
        score = 4 - 2 * history[-1].technical_r2 - history[-1].selection_r2
        score -= history[-1].windows_r2
        schedule.step(score)
        if score < best_score:
            best, best_score, best_epoch = copy.deepcopy(model.state_dict()), score, number
        if number - best_epoch >= settings.patience_epochs:
            break
    model.load_state_dict(best)
    return history


def _fit_epoch(
    model: Judge,
    optimiser: torch.optim.Optimizer,
    sets: list[_Set],
    settings: Settings,
    number: int,
) -> float:
    model.train()
    model.trunk.eval()
    losses = []
    rng = np.random.default_rng([settings.seed, number])
    for batch in _batches(sets, settings.sets_a_batch, rng):
        said, deviations, wanted = _followed(model, batch, rng, first_hop=None)
        loss = loss_of(said, deviations, wanted)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), settings.largest_gradient)
        optimiser.step()
        losses.append(float(loss.detach()))
    return float(np.mean(losses))


def _batches(sets: list[_Set], size: int, rng: np.random.Generator) -> Iterator[list[_Set]]:
    order = rng.permutation(len(sets)).tolist()
    for start in range(0, len(order), size):
        yield [sets[index] for index in order[start : start + size]]


def _followed(
    model: Judge, batch: list[_Set], rng: np.random.Generator, first_hop: int | None
) -> tuple[Tensor, Tensor, Targets]:
    """Follow sets from a beginning, a random one and in disguise where `first_hop` is None."""
    learning = first_hop is None
    shortest = min(len(each.evidence) for each in batch)
    latest = min(LATEST_START_HOPS, shortest // 4)
    firsts = [int(rng.integers(latest + 1)) if learning else 0 for _ in batch]
    length = shortest - max(firsts)
    spans = [slice(first, first + length) for first in firsts]

    def stacked(values: list[Tensor]) -> Tensor:
        return torch.stack([each[span] for each, span in zip(values, spans, strict=True)])

    evidence = stacked([each.evidence for each in batch])
    basic = stacked([each.basic for each in batch])
    sound = [
        stacked(each) for each in (
            [each.columns.newest for each in batch],
            [each.columns.window for each in batch],
            [each.mfcc for each in batch],
        )
    ]  # fmt: skip
    if learning:
        strange = strangers(len(batch))
        evidence = disguised_evidence(evidence, model.head.reader.standard, strange)
        sound = disguised_sound(sound, strange)
        basic = disguised_basic(basic)
    tables = [mixing_tables(each.example.truth, rng) for each in batch]
    mixing = stacked(
        [model.mixing(torch.from_numpy(table))[torch.from_numpy(which)] for table, which in tables]
    )
    newest, window, mfcc = sound
    said, deviations = model.head.follow(newest, window, evidence, mfcc, basic, mixing)
    wanted = [
        targets_of(each.example.truth, first) for each, first in zip(batch, firsts, strict=True)
    ]
    return said, deviations, _joined(wanted, length)


def _joined(wanted: list[Targets], length: int) -> Targets:
    return Targets(
        *(
            torch.stack([getattr(each, name)[:length] for each in wanted])
            for name in Targets.__slots__
        )
    )


@dataclass(frozen=True, slots=True)
class SettledHops:
    """What is said where it counts, beside the truth; all on 0-1.

    Attributes
    ----------
    parts, true_parts
        Shape (S, 10): at hops at which a transition's last word is taken.
    windows, true_windows
        Shape (W, 2): energy and creativity of all windows.
    """

    parts: NDArray[np.float32]
    true_parts: NDArray[np.float32]
    windows: NDArray[np.float32]
    true_windows: NDArray[np.float32]


def settled_hops(model: Judge, examples: list[Example]) -> SettledHops:
    """Follow sets from their beginning and return what is said where it counts."""
    said, _, wanted = _heard(model, [_prepared(model, example) for example in examples])
    return _settled(said, wanted)


def followed_alone(
    model: Judge, example: Example
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Follow one set from its beginning; return outputs (N, 40) and deviations (N, 12)."""
    said, deviations, _ = _heard(model, [_prepared(model, example)])
    return squashed(said)[0].numpy(), deviations[0].numpy()


def _heard(model: Judge, sets: list[_Set]) -> tuple[Tensor, Tensor, Targets]:
    model.eval()
    rng = np.random.default_rng(CHOOSING_SEED)
    with torch.inference_mode():
        return _followed(model, sets, rng, first_hop=0)


def _settled(said: Tensor, wanted: Targets) -> SettledHops:
    outputs = squashed(said)
    settled = wanted.weight == SETTLING
    return SettledHops(
        parts=outputs[..., Output.PARTS.value][settled].numpy(),
        true_parts=wanted.parts[settled].numpy(),
        windows=outputs[..., Output.WINDOW.value].flatten(0, 1).numpy(),
        true_windows=wanted.windows.flatten(0, 1).numpy(),
    )


def _examined(model: Judge, sets: list[_Set], number: int, loss: float, rate: float) -> Epoch:
    said, deviations, wanted = _heard(model, sets)
    choosing = float(loss_of(said, deviations, wanted))
    hops = _settled(said, wanted)
    parts, truth = torch.from_numpy(hops.parts), torch.from_numpy(hops.true_parts)
    pairs = [(component(parts, of).numpy(), component(truth, of).numpy()) for of in _MIXED]
    pairs += [(hops.windows[:, column], hops.true_windows[:, column]) for column in (0, 1)]
    r2 = [_r2(heard, true) for heard, true in pairs]
    mae = float(np.mean([np.abs(heard - true).mean() for heard, true in pairs]))
    return Epoch(number, loss, choosing, r2[0], r2[1], (r2[2] + r2[3]) / 2, mae, rate)


def _r2(heard: NDArray[np.float32], true: NDArray[np.float32]) -> float:
    return 1 - float(np.square(heard - true).mean()) / max(float(true.var()), 1e-9)


def _calibrate(model: Judge, sets: list[_Set]) -> None:
    """Scale the stated deviations so that on average they match the errors."""
    said, deviations, wanted = _heard(model, sets)
    outputs = squashed(said)
    settled = wanted.weight == SETTLING
    surprise = torch.ones(DEVIATIONS)
    errors = (outputs[..., Output.PARTS.value] - wanted.parts) / deviations[..., :PARTS]
    if bool(settled.any()):
        surprise[:PARTS] = errors[settled].square().mean(dim=0).sqrt()
    others = (outputs[..., Output.WINDOW.value] - wanted.windows) / deviations[..., PARTS:]
    surprise[PARTS:] = others.flatten(0, 1).square().mean(dim=0).sqrt()
    model.head.fusion.deviation_scale.mul_(surprise)


def write_history(history: list[Epoch], directory: Path) -> None:
    """Write the history as JSON and as a picture."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to load, and needed here alone

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415 - after the choice of back end

    directory.mkdir(parents=True, exist_ok=True)
    rows = [asdict(epoch) for epoch in history]
    (directory / "history.json").write_text(json.dumps(rows, indent=2) + "\n")
    numbers = [epoch.epoch for epoch in history]
    figure, (losses, scores) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    losses.plot(numbers, [epoch.training_loss for epoch in history], label="training")
    losses.plot(numbers, [epoch.choosing_loss for epoch in history], label="choosing")
    losses.set(xlabel="epoch", ylabel="loss", title="what is minimised")
    losses.legend()
    for name in ("technical_r2", "selection_r2", "windows_r2"):
        scores.plot(numbers, [getattr(epoch, name) for epoch in history], label=name)
    scores.set(xlabel="epoch", ylabel="R2", title="choosing sets", ylim=(-0.2, 1))
    scores.legend()
    figure.savefig(directory / "history.png", dpi=110)
    plt.close(figure)
