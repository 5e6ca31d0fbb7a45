"""Disguises sets while they are learnt from, so that nothing leans on what only they sound like.

The simulator has its own instruments; whatever comes from the world sounds otherwise. Half of the
sets are therefore heard through a stranger's ears: every feature of the sound is stretched and
shifted by amounts that hold for the whole set. What changes within the set is left as it is, and
so is what it means.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from training.model import Standard

BLUR: Final = 0.15
DROPPED_SHARE: Final = 0.05
UNKNOWN_BASIC_SHARE: Final = 0.1
STRANGE_SHARE: Final = 0.5
EVIDENCE_STRETCH: Final = 0.15
EVIDENCE_SHIFT: Final = 0.25
SOUND_STRETCH: Final = 0.4
SOUND_SHIFT: Final = 0.6
"""Columns and MFCC tell one instrument from another, and are strange first."""
SOUND_BLANK_SHARE: Final = 0.2


def strangers(sets: int) -> Tensor:
    """Return which of some sets are disguised, shape (sets, 1, 1)."""
    return torch.rand(sets, 1, 1) < STRANGE_SHARE


def disguised_evidence(evidence: Tensor, standard: Standard, strange: Tensor) -> Tensor:
    """Blur the evidence (B, N, features) of all sets and bend that of strange ones."""
    kept = torch.rand(evidence.shape[0], 1, evidence.shape[2]) >= DROPPED_SHARE
    bent = _bent(evidence, standard.mean, standard.scale, EVIDENCE_STRETCH, EVIDENCE_SHIFT)
    noise = BLUR * standard.scale * torch.randn_like(evidence)
    return torch.where(kept, torch.where(strange, bent, evidence) + noise, standard.mean)


def disguised_sound(values: list[Tensor], strange: Tensor) -> list[Tensor]:
    """Bend the sound of strange sets, each (B, N, features), or take it away altogether."""
    blank = strange & (torch.rand(strange.shape) < SOUND_BLANK_SHARE)
    disguised = []
    for each in values:
        mean, scale = each.mean(dim=(0, 1)), each.std(dim=(0, 1)) + 1e-6
        bent = _bent(each, mean, scale, SOUND_STRETCH, SOUND_SHIFT)
        disguised.append(torch.where(blank, mean, torch.where(strange, bent, each)))
    return disguised


def disguised_basic(basic: Tensor) -> Tensor:
    """Leave out some of tempo, energy and danceability, as where they are not known."""
    return basic * (torch.rand_like(basic) >= UNKNOWN_BASIC_SHARE)


def _bent(values: Tensor, mean: Tensor, scale: Tensor, stretch: float, shift: float) -> Tensor:
    shape = values.shape[0], 1, values.shape[2]
    factor = torch.exp(stretch * torch.randn(shape))
    return mean + (values - mean) * factor + shift * scale * torch.randn(shape)
