"""The judge's network, in the form in which it runs: valid in time, so that it can run on a clock.

    log_mel (B, T, 128) -> Trunk -> columns (B, k, 128), T = 14 + 4 k
    transitions (B, 10, 6) -> MixingAnalyzer -> mixing (B, 32)
    evidence (B, 649), newest columns, mfcc (B, 13), basic (B, 3), state (B, 160)
        -> Reader -> state (B, 160)
    state, columns (B, 120, 128), mfcc, basic, mixing
        -> Fusion -> outputs (B, 40), deviations (B, 12)

The audio encoder, the mixing analyser and the fusion are those that the product was asked for. The
reader is added: a transition lasts longer than a window, and what a flaw is shows against what was
heard before it, so the set is read hop by hop and remembered.

Three things differ from a textbook network. The convolutions pad frequency but never time, so a
column depends on its own 18 frames alone and can be kept while the window moves on. Dense layers
and the recurrent step are 1x1 convolutions: a runtime multiplies a batch of vectors as one matrix,
whose rounding depends on the number of rows; a convolution treats every item of the batch alike,
and a replayed set gets the same score to the bit. The mean over time is a pooling for the same
reason: a reduction's order depends on the batch.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from judge.evidence import EVIDENCE_FEATURES
from judge.mel.specification import MFCC_COEFFICIENTS
from judge.specification import (
    BASIC_FEATURES,
    COLUMN_FEATURES,
    COLUMNS_PER_HOP,
    COLUMNS_PER_WINDOW,
    DEVIATIONS,
    MIXING_FEATURES,
    OUTPUTS,
    STATE_FEATURES,
    TRANSITION_FEATURES,
    Output,
)

LEAST_DEVIATION: Final = 0.01
"""Nothing is judged more surely than this; it keeps the training likelihood bounded."""

CHANNELS: Final = (16, 32, 64)
FREQUENCY_BANDS: Final = COLUMN_FEATURES // CHANNELS[-1]
"""Bass and treble are pooled apart: one mean over all bands forgets where a sound was."""

ENCODED: Final = 192
AUDIO: Final = 128


class Trunk(nn.Module):
    """Turns mel frames into columns of features.

    Column `c` sees frames `4 c` to `4 c + 17` and nothing else.
    """

    def __init__(self) -> None:
        super().__init__()
        first, second, third = CHANNELS
        self.layers = nn.Sequential(
            *_block(1, first), nn.MaxPool2d(2),
            *_block(first, second), nn.MaxPool2d(2),
            *_block(second, third),
        )  # fmt: skip
        self.pool = nn.AvgPool2d((1, 32 // FREQUENCY_BANDS))

    def forward(self, log_mel: Tensor) -> Tensor:
        """Map (B, T, 128) to (B, (T - 14) / 4, 128)."""
        maps: Tensor = self.pool(self.layers(log_mel.unsqueeze(1)))  # (B, 64, columns, 2)
        return maps.permute(0, 2, 3, 1).flatten(2)


class MixingAnalyzer(nn.Module):
    """Reads the last ten transitions, oldest first, zeros where there were none."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(TRANSITION_FEATURES, 64, num_layers=2, dropout=0.2, batch_first=True)
        self.attention = nn.MultiheadAttention(64, 4, batch_first=True)
        self.output = nn.Linear(64, MIXING_FEATURES)

    def forward(self, transitions: Tensor) -> Tensor:
        """Map (B, 10, 6) to (B, 32)."""
        states, _ = self.lstm(transitions)
        attended, _ = self.attention(states, states, states, need_weights=False)
        mixing: Tensor = self.output(attended.mean(dim=1))
        return mixing


class Dense(nn.Conv1d):
    """A linear layer over (B, features, time) that rounds alike in batches of any size."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, kernel_size=1)


class Standard(nn.Module):
    """Brings features to zero mean and unit spread; both are constants of the exported model."""

    mean: Tensor
    scale: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))

    def forward(self, values: Tensor) -> Tensor:
        """Map (..., features) to the same shape, within +-6."""
        standard: Tensor = ((values - self.mean) / self.scale).clamp(-6.0, 6.0)
        return standard


class Reader(nn.Module):
    """Reads a set hop by hop and remembers it."""

    def __init__(self) -> None:
        super().__init__()
        self.standard = Standard(EVIDENCE_FEATURES)
        self.evidence = nn.Sequential(Dense(EVIDENCE_FEATURES, ENCODED), nn.ReLU(), nn.Dropout(0.2))
        self.sound = nn.Sequential(
            Dense(COLUMN_FEATURES + MFCC_COEFFICIENTS + BASIC_FEATURES, 64), nn.ReLU(),
            nn.Dropout(0.2),
        )  # fmt: skip
        self.memory = nn.GRU(ENCODED + 64, STATE_FEATURES, batch_first=True)

    def encode(self, evidence: Tensor, columns: Tensor, mfcc: Tensor, basic: Tensor) -> Tensor:
        """Map features of hops, each (B, N, features), to the memory's input (B, N, 256)."""
        heard = self.evidence(self.standard(evidence).transpose(1, 2))
        sound = self.sound(torch.cat((columns, mfcc, basic), dim=2).transpose(1, 2))
        return torch.cat((heard, sound), dim=1).transpose(1, 2)

    def step(self, encoded: Tensor, state: Tensor) -> Tensor:
        """Take one hop, (B, 256) and (B, 160), as `memory` does; rounds alike in any batch."""
        gates = _dense(encoded, *self._weights("ih"))
        kept = _dense(state, *self._weights("hh"))
        reset_new, update_new, new = gates.chunk(3, dim=1)
        reset_old, update_old, old = kept.chunk(3, dim=1)
        reset = torch.sigmoid(reset_new + reset_old)
        update = torch.sigmoid(update_new + update_old)
        candidate = torch.tanh(new + reset * old)
        return (1 - update) * candidate + update * state

    def _weights(self, of: str) -> tuple[Tensor, Tensor]:
        """Return matrix and bias of the memory's input ("ih") or of its state ("hh")."""
        weights = dict(self.memory.named_parameters())
        return weights[f"weight_{of}_l0"], weights[f"bias_{of}_l0"]


class Fusion(nn.Module):
    """Fuses what is remembered and what the window sounds like into what is said of it."""

    deviation_scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("deviation_scale", torch.ones(DEVIATIONS))
        self.audio = nn.Sequential(
            Dense(COLUMN_FEATURES, 256), nn.ReLU(), nn.Dropout(0.3), Dense(256, AUDIO), nn.ReLU()
        )
        fused = STATE_FEATURES + AUDIO + MFCC_COEFFICIENTS + BASIC_FEATURES + MIXING_FEATURES
        self.layers = nn.Sequential(
            Dense(fused, 256), nn.ReLU(), nn.Dropout(0.3), Dense(256, 128), nn.ReLU()
        )
        self.said = Dense(128, OUTPUTS)
        self.deviation = Dense(128, DEVIATIONS)

    def forward(self, *features: Tensor) -> tuple[Tensor, Tensor]:
        """Map state, window columns' mean, mfcc, basic and mixing, each (B, N, features).

        Returns
        -------
        tuple
            Outputs before their squashing (B, N, 40), and deviations (B, N, 12).
        """
        state, columns, *rest = (each.transpose(1, 2) for each in features)
        fused = self.layers(torch.cat((state, self.audio(columns), *rest), dim=1))
        spread = nn.functional.softplus(self.deviation(fused)).transpose(1, 2)
        deviations = (spread + LEAST_DEVIATION) * self.deviation_scale
        return self.said(fused).transpose(1, 2), deviations


class Head(nn.Module):
    """Reader and fusion: everything after the trunk and the mixing analyser."""

    def __init__(self) -> None:
        super().__init__()
        self.standard_mfcc = Standard(MFCC_COEFFICIENTS)
        self.reader = Reader()
        self.fusion = Fusion()

    def forward(  # noqa: PLR0917 - the exported model's inputs, in order
        self,
        columns: Tensor,
        evidence: Tensor,
        mfcc: Tensor,
        basic: Tensor,
        mixing: Tensor,
        state: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Judge the window that ends with a hop.

        Parameters
        ----------
        columns
            Shape (B, 120, 128), from the trunk.
        evidence
            Shape (B, 649), of the hop.
        mfcc
            Shape (B, 13), mean over the window's 500 frames.
        basic
            Shape (B, 3): bpm / 200, energy and danceability on 0-1; 0 where not known.
        mixing
            Shape (B, 32), from the mixing analyser.
        state
            Shape (B, 160), as the hop before left it; zeros at first.

        Returns
        -------
        tuple
            Outputs (B, 40) by `judge.specification.Output`, deviations (B, 12), state (B, 160).
        """
        over_time = columns.transpose(1, 2)
        window = nn.functional.avg_pool1d(over_time, COLUMNS_PER_WINDOW).transpose(1, 2)
        newest = nn.functional.avg_pool1d(over_time[:, :, -COLUMNS_PER_HOP:], COLUMNS_PER_HOP)
        mfcc, basic, mixing = (
            self.standard_mfcc(mfcc).unsqueeze(1), basic.unsqueeze(1), mixing.unsqueeze(1),
        )  # fmt: skip
        encoded = self.reader.encode(evidence.unsqueeze(1), newest.transpose(1, 2), mfcc, basic)
        state = self.reader.step(encoded[:, 0], state)
        said, deviations = self.fusion(state.unsqueeze(1), window, mfcc, basic, mixing)
        return squashed(said)[:, 0], deviations[:, 0], state

    def follow(  # noqa: PLR0917 - as above
        self,
        newest: Tensor,
        window: Tensor,
        evidence: Tensor,
        mfcc: Tensor,
        basic: Tensor,
        mixing: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Judge every hop of whole sets at once, to train by.

        All are (B, N, features); `newest` and `window` are the columns' means. Returns outputs
        before their squashing and deviations.
        """
        mfcc = self.standard_mfcc(mfcc)
        encoded = self.reader.encode(evidence, newest, mfcc, basic)
        states, _ = self.reader.memory(encoded)
        said, deviations = self.fusion(states, window, mfcc, basic, mixing)
        return said, deviations


def squashed(said: Tensor) -> Tensor:
    """Bring outputs (..., 40) onto their scales: shares by sigmoid, choices by softmax."""
    choices = (Output.SECTION, Output.KIND)
    pieces = []
    for group in Output:
        values = said[..., group.value]
        if group in choices:
            pieces.append(torch.softmax(values, dim=-1))
        elif group is Output.MEASURES:
            pieces.append(values)
        else:
            pieces.append(torch.sigmoid(values))
    return torch.cat(pieces, dim=-1)


class Judge(nn.Module):
    """The whole-window model: what is trained, and the reference for the parts that run live."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.mixing = MixingAnalyzer()
        self.head = Head()

    def forward(  # noqa: PLR0917 - the exported model's inputs, in order
        self,
        log_mel: Tensor,
        evidence: Tensor,
        mfcc: Tensor,
        basic: Tensor,
        transitions: Tensor,
        state: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Judge windows of shape (B, 494, 128); see `Head.forward` for the rest."""
        outputs, deviations, state = self.head(
            self.trunk(log_mel), evidence, mfcc, basic, self.mixing(transitions), state
        )
        return outputs, deviations, state


def seeded_judge(seed: int) -> Judge:
    """Return a judge with fresh weights, the same ones for the same seed, in evaluation mode."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Judge().eval()


def _dense(values: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Multiply (B, inputs) by a matrix as a 1x1 convolution, row by row alike."""
    return nn.functional.conv1d(values.unsqueeze(2), weight.unsqueeze(2), bias).squeeze(2)


def _block(inputs: int, outputs: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, 3, padding=(0, 1), bias=False)
    return convolution, nn.BatchNorm2d(outputs), nn.ReLU()
