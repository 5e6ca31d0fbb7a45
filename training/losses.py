"""What training minimises."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from core.messages import Component
from judge.parts import MEAN_SHARE, TRANSITION_PARTS, WEIGHTS, WORST_SHARE
from judge.specification import PARTS, Output
from training.model import squashed
from training.targets import Targets

BETA: Final = 0.5
"""How far errors are weighted by the stated variance; 1 is plain squared error, 0 the likelihood.
Seitzer et al., "On the Pitfalls of Heteroscedastic Uncertainty Estimation", 2022."""

COMPONENT_WEIGHT: Final = 6.0
LEVEL_WEIGHT: Final = 3.0
MEASURE_WEIGHT: Final = 0.6
KIND_WEIGHT: Final = 0.15
SECTION_WEIGHT: Final = 0.15
TECHNIQUE_WEIGHT: Final = 0.8
ACTIVE_WEIGHT: Final = 0.8


def loss_of(said: Tensor, deviations: Tensor, wanted: Targets) -> Tensor:
    """Return the loss of what was said, (B, N, 40) before squashing, with its deviations."""
    outputs = squashed(said)

    def group(of: Output, values: Tensor = outputs) -> Tensor:
        return values[..., of.value]

    weight = wanted.weight / wanted.weight.mean().clamp(min=1e-3)
    parts = group(Output.PARTS)
    binary = nn.functional.binary_cross_entropy_with_logits
    choice = nn.functional.cross_entropy
    measured = nn.functional.smooth_l1_loss(
        group(Output.MEASURES), wanted.measures, reduction="none", beta=0.1
    ).mean(dim=-1)
    kind = choice(group(Output.KIND, said).transpose(1, 2), wanted.kind, reduction="none")
    loss: Tensor = (
        _weighted(_likelihood(parts, wanted.parts, deviations[..., :PARTS]), weight)
        + _likelihood(group(Output.WINDOW), wanted.windows, deviations[..., PARTS:]).mean()
        + COMPONENT_WEIGHT * _weighted(_component_errors(parts, wanted.parts), weight)
        + MEASURE_WEIGHT * _weighted(measured, weight)
        + KIND_WEIGHT * _weighted(kind, weight)
        + LEVEL_WEIGHT * nn.functional.mse_loss(group(Output.DRIVE), wanted.levels)
        + SECTION_WEIGHT
        * choice(group(Output.SECTION, said).flatten(0, 1), wanted.section.flatten())
        + TECHNIQUE_WEIGHT * binary(group(Output.TECHNIQUES, said), wanted.techniques)
        + ACTIVE_WEIGHT * binary(group(Output.ACTIVE, said), wanted.active)
    )
    return loss


def component(parts: Tensor, of: Component) -> Tensor:
    """Return a component on 0-1 from parts (..., 10); `judge.parts.concluded` in torch."""
    columns = [TRANSITION_PARTS.index(part) for part in WEIGHTS[of]]
    lacking = 1 - parts[..., columns]
    weights = torch.tensor(list(WEIGHTS[of].values()), dtype=parts.dtype)
    return 1 - MEAN_SHARE * (lacking * weights).sum(-1) - WORST_SHARE * lacking.amax(-1)


def _component_errors(parts: Tensor, wanted: Tensor) -> Tensor:
    mixed = (Component.TECHNICAL, Component.SELECTION)
    errors = [(component(parts, of) - component(wanted, of)).square() for of in mixed]
    return torch.stack(errors).sum(0)


def _likelihood(mean: Tensor, wanted: Tensor, deviation: Tensor) -> Tensor:
    """Return the beta-weighted Gaussian likelihood of each hop, (B, N), over its values."""
    variance = deviation.square()
    likelihood = nn.functional.gaussian_nll_loss(mean, wanted, variance, reduction="none")
    return (likelihood * variance.detach() ** BETA).mean(dim=-1)


def _weighted(values: Tensor, weight: Tensor) -> Tensor:
    return (values * weight).mean()
