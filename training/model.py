"""The judge's network, in the form in which it runs: valid in time, so that it can run on a clock.

    log_mel (B, T, 128) -> Trunk -> columns (B, k, 128), T = 14 + 4 k
    transitions (B, 10, 6) -> MixingAnalyzer -> mixing (B, 32)
    evidence (B, 572), newest columns, mfcc (B, 13), basic (B, 3), state (B, 160)
        -> Reader -> state (B, 160)
    state, columns (B, 120, 128), mfcc, basic, mixing
        -> Fusion -> outputs (B, 40), deviations (B, 12)

The audio encoder, the mixing analyser and the fusion are those that the product was asked for. The
reader is added: a transition lasts longer than a window, and what a flaw is shows against what was
heard before it, so the set is read hop by hop and remembered. It has several senses (beats, levels,
harmony, phrases, the whole), each with evidence and a memory of its own.

Three things differ from a textbook network. The convolutions pad frequency but never time, so a
column depends on its own 18 frames alone and can be kept while the window moves on. Dense layers
and the recurrent step are 1x1 convolutions: a runtime multiplies a batch of vectors as one matrix,
whose rounding depends on the number of rows; a convolution treats every item of the batch alike,
and a replayed set gets the same score to the bit. The mean over time is a pooling for the same
reason: a reduction's order depends on the batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

from judge.evidence import EVIDENCE_FEATURES, PLACES
from judge.mel.specification import MFCC_COEFFICIENTS
from judge.parts import TRANSITION_PARTS, Part
from judge.specification import (
    BASIC_FEATURES,
    COLUMN_FEATURES,
    COLUMNS_PER_HOP,
    COLUMNS_PER_WINDOW,
    DEVIATIONS,
    MIXING_FEATURES,
    OUTPUTS,
    PARTS,
    STATE_FEATURES,
    TRANSITION_FEATURES,
    Measure,
    Output,
)

LEAST_DEVIATION: Final = 0.01
"""Nothing is judged more surely than this; it keeps the training likelihood bounded."""

CHANNELS: Final = (16, 32, 64)
FREQUENCY_BANDS: Final = COLUMN_FEATURES // CHANNELS[-1]
"""Bass and treble are pooled apart: one mean over all bands forgets where a sound was."""

AUDIO: Final = 128


@dataclass(frozen=True, slots=True)
class Sense:
    """One of the reader's senses: which evidence it gets, and which parts and measures it tells."""

    evidence: tuple[str, ...]
    parts: tuple[Part, ...]
    measures: tuple[Measure, ...] = ()


SENSES: Final[Mapping[str, Sense]] = {
    "beats": Sense(
        ("folds", "flams", "grids", "pulse"),
        (Part.BEAT_OFFSET, Part.TEMPO_DRIFT, Part.TEMPO),
        (Measure.OFFSET_MS, Measure.DRIFT_MS_PER_SECOND),
    ),
    "levels": Sense(
        ("level", "sound", "faults"),
        (Part.LEVEL, Part.BASS, Part.CLIPPING, Part.SILENCE),
        (Measure.LEVEL_STEP_LU, Measure.BASS_EXCESS_DB),
    ),
    "harmony": Sense(("harmony",), (Part.HARMONY,)),
    "phrases": Sense(("phrases", "counts", "grids"), (Part.PHRASE,), (Measure.PHRASE_ERROR_BEATS,)),
    "whole": Sense(("sound", "level", "pulse", "harmony"), (Part.REPETITION,)),
}
"""A flam says nothing of a key. What each sense may look at is what its parts can follow from, so
that little data is not spent on unlearning what happened to come together."""

_TOLD_PARTS: Final = [part for sense in SENSES.values() for part in sense.parts]
_TOLD_MEASURES: Final = [measure for sense in SENSES.values() for measure in sense.measures]
PART_ORDER: Final = [_TOLD_PARTS.index(part) for part in TRANSITION_PARTS]
MEASURE_ORDER: Final = [_TOLD_MEASURES.index(measure) for measure in Measure]
"""Where each part and measure lies among what the senses tell one after the other."""

CONTEXT: Final = ("level", "pulse", "faults")
SENSE_STATE: Final = STATE_FEATURES // len(SENSES)
SENSE_ENCODED: Final = 32
CONTEXT_ENCODED: Final = 24


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
    """Reads a set hop by hop, with several senses, and remembers what each of them read."""

    def __init__(self) -> None:
        super().__init__()
        self.standard = Standard(EVIDENCE_FEATURES)
        sound = COLUMN_FEATURES + MFCC_COEFFICIENTS + BASIC_FEATURES
        self.context = nn.Sequential(
            nn.Dropout(0.1), Dense(_size(CONTEXT) + sound, CONTEXT_ENCODED), nn.ReLU()
        )
        self.encoders = nn.ModuleList(
            nn.Sequential(
                nn.Dropout(0.2), Dense(_size(sense.evidence), SENSE_ENCODED), nn.ReLU(),
                nn.Dropout(0.1),
            )
            for sense in SENSES.values()
        )  # fmt: skip
        self.memories = nn.ModuleList(
            nn.GRU(SENSE_ENCODED + CONTEXT_ENCODED, SENSE_STATE, batch_first=True) for _ in SENSES
        )

    def encode(
        self, evidence: Tensor, columns: Tensor, mfcc: Tensor, basic: Tensor
    ) -> list[Tensor]:
        """Map features of hops, each (B, N, features), to the memories' inputs (B, N, 56)."""
        standard = self.standard(evidence)
        sound = torch.cat((_taken(standard, CONTEXT), columns, mfcc, basic), dim=2)
        context = self.context(sound.transpose(1, 2))
        return [
            torch.cat(
                (encoder(_taken(standard, sense.evidence).transpose(1, 2)), context), dim=1
            ).transpose(1, 2)
            for encoder, sense in zip(self.encoders, SENSES.values(), strict=True)
        ]

    def follow(self, encoded: list[Tensor]) -> Tensor:
        """Follow whole sets, inputs (B, N, 56), to states (B, N, 160)."""
        states = [memory(each)[0] for memory, each in zip(self.memories, encoded, strict=True)]
        return torch.cat(states, dim=2)

    def step(self, encoded: list[Tensor], state: Tensor) -> Tensor:
        """Take one hop, (B, 56) each and (B, 160), as `follow` does; rounds alike in any batch."""
        parts = state.chunk(len(SENSES), dim=1)
        stepped = [
            _step(memory, each, part)
            for memory, each, part in zip(self.memories, encoded, parts, strict=True)
        ]
        return torch.cat(stepped, dim=1)


def _size(names: tuple[str, ...]) -> int:
    return sum(PLACES[name].stop - PLACES[name].start for name in names)


def _taken(evidence: Tensor, names: tuple[str, ...]) -> Tensor:
    return torch.cat([evidence[..., PLACES[name]] for name in names], dim=-1)


def _step(memory: nn.Module, encoded: Tensor, state: Tensor) -> Tensor:
    weights = dict(memory.named_parameters())
    gates = _dense(encoded, weights["weight_ih_l0"], weights["bias_ih_l0"])
    kept = _dense(state, weights["weight_hh_l0"], weights["bias_hh_l0"])
    reset_new, update_new, new = gates.chunk(3, dim=1)
    reset_old, update_old, old = kept.chunk(3, dim=1)
    reset = torch.sigmoid(reset_new + reset_old)
    update = torch.sigmoid(update_new + update_old)
    candidate = torch.tanh(new + reset * old)
    return (1 - update) * candidate + update * state


class SenseHead(nn.Module):
    """Tells a sense's parts, how sure they are, and its measures."""

    def __init__(self, sense: Sense) -> None:
        super().__init__()
        parts, measures = len(sense.parts), len(sense.measures)
        self.sizes = [parts, parts, measures]
        self.layers = nn.Sequential(
            Dense(2 * SENSE_STATE + MIXING_FEATURES, 48), nn.ReLU(), nn.Dropout(0.1),
            Dense(48, sum(self.sizes)),
        )  # fmt: skip

    def forward(self, own: Tensor, whole: Tensor, mixing: Tensor) -> list[Tensor]:
        """Map states (B, 32, N) and mixing (B, 32, N) to parts, deviations and measures."""
        return list(torch.split(self.layers(torch.cat((own, whole, mixing), dim=1)), self.sizes, 1))


class Fusion(nn.Module):
    """Fuses what is remembered and what the window sounds like into what is said of it."""

    deviation_scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("deviation_scale", torch.ones(DEVIATIONS))
        self.senses = nn.ModuleList(SenseHead(sense) for sense in SENSES.values())
        self.audio = nn.Sequential(
            Dense(COLUMN_FEATURES, 256), nn.ReLU(), nn.Dropout(0.3), Dense(256, AUDIO), nn.ReLU()
        )
        fused = STATE_FEATURES + AUDIO + MFCC_COEFFICIENTS + BASIC_FEATURES + MIXING_FEATURES
        self.layers = nn.Sequential(
            nn.Dropout(0.2), Dense(fused, 256), nn.ReLU(), nn.Dropout(0.3), Dense(256, 128),
            nn.ReLU(),
        )  # fmt: skip
        measured = PARTS + len(Measure)
        self.said = Dense(128, OUTPUTS - measured)
        self.deviation = Dense(128, DEVIATIONS - PARTS)

    def forward(self, *features: Tensor) -> tuple[Tensor, Tensor]:
        """Map state, window columns' mean, mfcc, basic and mixing, each (B, N, features).

        Returns
        -------
        tuple
            Outputs before their squashing (B, N, 40), and deviations (B, N, 12).
        """
        state, columns, mfcc, basic, mixing = (each.transpose(1, 2) for each in features)
        fused = self.layers(torch.cat((state, self.audio(columns), mfcc, basic, mixing), dim=1))
        parts, sure, measures = self._sensed(state, mixing)
        said = self.said(fused)
        before = Output.PARTS.value.start
        outputs = torch.cat((said[:, :before], parts, said[:, before:], measures), dim=1)
        spread = nn.functional.softplus(torch.cat((sure, self.deviation(fused)), dim=1))
        deviations = (spread.transpose(1, 2) + LEAST_DEVIATION) * self.deviation_scale
        return outputs.transpose(1, 2), deviations

    def _sensed(self, state: Tensor, mixing: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return parts, their deviations and measures in the order of their names."""
        states = state.chunk(len(SENSES), dim=1)
        told = [
            head(own, states[-1], mixing) for own, head in zip(states, self.senses, strict=True)
        ]
        parts, sure, measures = (torch.cat(each, dim=1) for each in zip(*told, strict=True))
        return parts[:, PART_ORDER], sure[:, PART_ORDER], measures[:, MEASURE_ORDER]


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
            Shape (B, 572), of the hop.
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
        state = self.reader.step([each[:, 0] for each in encoded], state)
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
        said, deviations = self.fusion(self.reader.follow(encoded), window, mfcc, basic, mixing)
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
