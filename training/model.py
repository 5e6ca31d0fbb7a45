"""The judge's network, in the form in which it runs: valid in time, so that it can run on a clock.

    log_mel (B, T, 128) -> Trunk -> columns (B, k, 128), T = 14 + 4 k
    transitions (B, 10, 4) -> MixingAnalyzer -> mixing (B, 32)
    columns (B, 120, 128), mfcc (B, 13), basic (B, 3), mixing (B, 32)
        -> Head -> mean (B, 4), deviation (B, 4)

Layer sizes are those that the product was asked for. Two things differ from a textbook CNN. The
convolutions pad frequency but never time, so a column depends on its own 18 frames alone and can
be kept while the window moves on. And the head's dense layers are 1x1 convolutions: a runtime
multiplies a batch of vectors as one matrix, whose rounding depends on the number of rows; a
convolution treats every item of the batch alike, and a replayed set gets the same score to the bit.
The mean over time is a pooling for the same reason: a reduction's order depends on the batch.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from judge.mel.specification import MFCC_COEFFICIENTS
from judge.specification import (
    BASIC_FEATURES,
    COLUMN_FEATURES,
    COLUMNS_PER_WINDOW,
    COMPONENTS,
    MIXING_FEATURES,
    TRANSITION_FEATURES,
)

LEAST_DEVIATION: Final = 0.01
"""No window is judged more surely than this; it keeps the training likelihood bounded."""


class Trunk(nn.Module):
    """Turns mel frames into columns of features.

    Column `c` sees frames `4 c` to `4 c + 17` and nothing else.
    """

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_block(1, 32), nn.MaxPool2d(2),
            *_block(32, 64), nn.MaxPool2d(2),
            *_block(64, COLUMN_FEATURES),
        )  # fmt: skip

    def forward(self, log_mel: Tensor) -> Tensor:
        """Map (B, T, 128) to (B, (T - 14) / 4, 128)."""
        maps: Tensor = self.layers(log_mel.unsqueeze(1))  # (B, 128, columns, 32)
        return maps.mean(dim=3).transpose(1, 2)


class MixingAnalyzer(nn.Module):
    """Reads the last ten transitions, oldest first, zeros where there were none."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(TRANSITION_FEATURES, 64, num_layers=2, dropout=0.2, batch_first=True)
        self.attention = nn.MultiheadAttention(64, 4, batch_first=True)
        self.output = nn.Linear(64, MIXING_FEATURES)

    def forward(self, transitions: Tensor) -> Tensor:
        """Map (B, 10, 4) to (B, 32)."""
        states, _ = self.lstm(transitions)
        attended, _ = self.attention(states, states, states, need_weights=False)
        mixing: Tensor = self.output(attended.mean(dim=1))
        return mixing


class Head(nn.Module):
    """Fuses what was heard in a window into four components and how sure they are.

    `mfcc_mean` and `mfcc_scale` standardise the MFCC; `deviation_scale` is the calibration that
    training fits on held-out sets, so that stated deviations match errors. All three are buffers,
    constants of the exported model.
    """

    mfcc_mean: Tensor
    mfcc_scale: Tensor
    deviation_scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mfcc_mean", torch.zeros(MFCC_COEFFICIENTS))
        self.register_buffer("mfcc_scale", torch.ones(MFCC_COEFFICIENTS))
        self.register_buffer("deviation_scale", torch.ones(COMPONENTS))
        self.audio = nn.Sequential(
            Dense(COLUMN_FEATURES, 256), nn.ReLU(), nn.Dropout(0.3),
            Dense(256, 128), nn.ReLU(),
        )  # fmt: skip
        fused = 128 + MFCC_COEFFICIENTS + BASIC_FEATURES + MIXING_FEATURES
        self.fusion = nn.Sequential(
            Dense(fused, 256), nn.ReLU(), nn.Dropout(0.3),
            Dense(256, 128), nn.ReLU(), nn.Dropout(0.2),
            Dense(128, 64), nn.ReLU(),
        )  # fmt: skip
        self.mean = Dense(64, COMPONENTS)
        self.deviation = Dense(64, COMPONENTS)

    def forward(
        self, columns: Tensor, mfcc: Tensor, basic: Tensor, mixing: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Judge windows.

        Parameters
        ----------
        columns
            Shape (B, 120, 128), from the trunk.
        mfcc
            Shape (B, 13), mean over the window's 500 frames.
        basic
            Shape (B, 3): bpm / 200, energy and danceability on 0-1; 0 where not known.
        mixing
            Shape (B, 32), from the mixing analyser.

        Returns
        -------
        tuple
            Mean and standard deviation of each component on 0-1, both (B, 4).
        """
        over_time = nn.functional.avg_pool1d(columns.transpose(1, 2), COLUMNS_PER_WINDOW)
        audio: Tensor = self.audio(over_time)
        standard_mfcc = (mfcc - self.mfcc_mean) / self.mfcc_scale
        rest = torch.cat((standard_mfcc, basic, mixing), dim=1).unsqueeze(2)
        fused = self.fusion(torch.cat((audio, rest), dim=1))
        mean = torch.sigmoid(self.mean(fused)).squeeze(2)
        spread = nn.functional.softplus(self.deviation(fused)).squeeze(2)
        return mean, (spread + LEAST_DEVIATION) * self.deviation_scale


class Judge(nn.Module):
    """The whole-window model: what is trained, and the reference for the parts that run live."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.mixing = MixingAnalyzer()
        self.head = Head()

    def forward(
        self, log_mel: Tensor, mfcc: Tensor, basic: Tensor, transitions: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Judge windows of shape (B, 494, 128); see `Head.forward` for the rest."""
        mean, deviation = self.head(self.trunk(log_mel), mfcc, basic, self.mixing(transitions))
        return mean, deviation


class Dense(nn.Conv1d):
    """A linear layer over (B, features, 1) that rounds alike in batches of any size."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, kernel_size=1)


def seeded_judge(seed: int) -> Judge:
    """Return a judge with fresh weights, the same ones for the same seed, in evaluation mode."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Judge().eval()


def _block(inputs: int, outputs: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, 3, padding=(0, 1), bias=False)
    return convolution, nn.BatchNorm2d(outputs), nn.ReLU()
