from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from judge.evidence import EVIDENCE_FEATURES, PLACES
from judge.parts import TRANSITION_PARTS, Part
from judge.specification import (
    COLUMNS_PER_HOP,
    DEVIATIONS,
    OUTPUTS,
    STATE_FEATURES,
    Measure,
    Output,
)
from training.model import (
    CONTEXT,
    LEAST_DEVIATION,
    MEASURE_ORDER,
    PART_ORDER,
    SENSES,
    Fusion,
    Judge,
    MixingAnalyzer,
    Reader,
    Trunk,
    seeded_judge,
    squashed,
)

pytestmark = pytest.mark.training

SHAPES = {
    "log_mel": (494, 128),
    "evidence": (EVIDENCE_FEATURES,),
    "mfcc": (13,),
    "basic": (3,),
    "transitions": (10, 6),
    "state": (STATE_FEATURES,),
}


def inputs(batch: int, seed: int = 0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn((batch, *shape), generator=generator) for shape in SHAPES.values()]


@pytest.mark.parametrize(("frames", "columns"), [(18, 1), (42, 7), (494, 120)])
def test_a_trunk_gives_one_column_for_four_frames_beyond_its_halo(
    frames: int, columns: int
) -> None:
    assert Trunk().eval()(torch.randn(2, frames, 128)).shape == (2, columns, 128)


def test_a_column_sees_its_eighteen_frames_and_no_others() -> None:
    trunk = seeded_judge(1).trunk
    mel = inputs(1)[0]
    mel.requires_grad_()
    trunk(mel)[0, 30].sum().backward()
    assert mel.grad is not None
    seen = mel.grad[0].abs().sum(dim=1).nonzero().flatten()
    assert (int(seen[0]), int(seen[-1])) == (120, 137)


def test_bass_and_treble_are_pooled_apart() -> None:
    trunk = seeded_judge(1).trunk
    mel = torch.zeros(1, 42, 128)
    bass, treble = mel.clone(), mel.clone()
    bass[..., :40] += 1
    treble[..., 88:] += 1
    with torch.inference_mode():
        plain, low, high = (trunk(each)[0, 3].reshape(2, 64) for each in (mel, bass, treble))
    assert torch.equal(low[1], plain[1])
    assert not torch.equal(low[0], plain[0])
    assert torch.equal(high[0], plain[0])
    assert not torch.equal(high[1], plain[1])


def test_the_halo_run_equals_the_whole_runs_inner_columns() -> None:
    trunk = seeded_judge(1).trunk
    mel = inputs(2)[0]
    with torch.inference_mode():
        whole = trunk(mel)
        for first in (0, 1, 57, 113):
            part = trunk(mel[:, 4 * first : 4 * first + 42])
            assert (part - whole[:, first : first + 7]).abs().max() < 1e-5


def test_what_is_said_is_on_its_scales_and_never_certain() -> None:
    with torch.inference_mode():
        outputs, deviations, state = seeded_judge(2)(*inputs(5))
    assert outputs.shape == (5, OUTPUTS)
    assert deviations.shape == (5, DEVIATIONS)
    assert state.shape == (5, STATE_FEATURES)
    for group in set(Output) - {Output.MEASURES}:
        values = outputs[:, group.value]
        assert ((values > 0) & (values < 1)).all(), group
    for group in (Output.SECTION, Output.KIND):
        assert torch.allclose(outputs[:, group.value].sum(dim=1), torch.ones(5))
    assert (deviations >= LEAST_DEVIATION).all()
    assert (state.abs() <= inputs(5)[-1].abs().clamp(min=1)).all()


def test_measures_are_not_squashed() -> None:
    said = 5 * torch.randn(3, 4, OUTPUTS)
    measures = Output.MEASURES.value
    assert torch.equal(squashed(said)[..., measures], said[..., measures])


def test_a_step_of_the_reader_is_torchs_gru() -> None:
    reader = seeded_judge(4).head.reader
    generator = torch.Generator().manual_seed(1)
    size = reader.memories[0].input_size
    encoded = [torch.randn(3, 9, size, generator=generator) for _ in SENSES]
    state = torch.zeros(3, STATE_FEATURES)
    with torch.inference_mode():
        whole = reader.follow(encoded)
        each_alone = [
            memory(each)[0] for memory, each in zip(reader.memories, encoded, strict=True)
        ]
        assert torch.equal(whole, torch.cat(each_alone, dim=2))
        for hop in range(9):
            state = reader.step([each[:, hop] for each in encoded], state)
            assert torch.allclose(state, whole[:, hop], atol=1e-6)


@pytest.mark.parametrize("name", SENSES)
def test_a_part_follows_from_the_evidence_of_its_sense_alone(name: str) -> None:
    """And from what all share: a flam says nothing of a key."""
    judge = seeded_judge(6)
    arguments = inputs(2)
    evidence = arguments[list(SHAPES).index("evidence")].requires_grad_()
    outputs, _, _ = judge(*arguments)
    sense = SENSES[name]
    told = [TRANSITION_PARTS.index(part) for part in sense.parts]
    outputs[:, Output.PARTS.value][:, told].sum().backward()
    assert evidence.grad is not None
    looked_at = {
        kind for kind, place in PLACES.items() if bool((evidence.grad[:, place] != 0).any())
    }
    assert looked_at == {*sense.evidence, *SENSES["whole"].evidence, *CONTEXT}


def test_every_part_and_measure_is_told_once() -> None:
    parts = [part for sense in SENSES.values() for part in sense.parts]
    measures = [measure for sense in SENSES.values() for measure in sense.measures]
    assert sorted(parts) == sorted(Part)
    assert sorted(measures) == sorted(Measure)
    assert [parts[column] for column in PART_ORDER] == list(TRANSITION_PARTS)
    assert [measures[column] for column in MEASURE_ORDER] == list(Measure)
    assert {kind for sense in SENSES.values() for kind in sense.evidence} <= PLACES.keys()


def test_following_a_set_equals_judging_it_hop_by_hop() -> None:
    judge = seeded_judge(5)
    hops, window = 30, 120
    generator = torch.Generator().manual_seed(2)
    evidence, mfcc, basic, mixing, columns = (
        torch.randn(2, *shape, generator=generator)
        for shape in (
            (hops, EVIDENCE_FEATURES), (hops, 13), (hops, 3), (hops, 32),
            (window + 6 * hops, 128),
        )
    )  # fmt: skip
    ends = [window + 6 * (hop + 1) for hop in range(hops)]
    with torch.inference_mode():
        said, deviations = judge.head.follow(
            torch.stack([columns[:, end - COLUMNS_PER_HOP : end].mean(1) for end in ends], 1),
            torch.stack([columns[:, end - window : end].mean(1) for end in ends], 1),
            evidence,
            mfcc,
            basic,
            mixing,
        )
        state = torch.zeros(2, STATE_FEATURES)
        for hop, end in enumerate(ends):
            outputs, spread, state = judge.head(
                columns[:, end - window : end],
                evidence[:, hop], mfcc[:, hop], basic[:, hop], mixing[:, hop], state,
            )  # fmt: skip
            assert torch.allclose(outputs, squashed(said)[:, hop], atol=1e-5)
            assert torch.allclose(spread, deviations[:, hop], atol=1e-5)


def test_calibration_scales_the_deviations_alone() -> None:
    judge = seeded_judge(2)
    with torch.inference_mode():
        outputs, deviations, _ = judge(*inputs(3))
        judge.head.fusion.deviation_scale *= 2.0
        same, doubled, _ = judge(*inputs(3))
    assert torch.equal(outputs, same)
    assert torch.allclose(doubled, 2 * deviations)


@pytest.mark.parametrize(("name", "of"), [("mfcc", "standard_mfcc"), ("evidence", "reader")])
def test_inputs_are_standardised_by_the_models_own_constants(name: str, of: str) -> None:
    judge = seeded_judge(2)
    arguments = inputs(3)
    standard = judge.head.reader.standard if of == "reader" else judge.head.standard_mfcc
    place = list(SHAPES).index(name)
    with torch.inference_mode():
        expected = judge(*arguments)[0]
        standard.mean += 5.0
        standard.scale *= 3.0
        arguments[place] = arguments[place] * 3.0 + 5.0
        actual = judge(*arguments)[0]
        wild = list(arguments)
        wild[place] = wild[place] * 1e6
        assert torch.isfinite(judge(*wild)[0]).all()
    assert torch.allclose(actual, expected, atol=1e-5)


@pytest.mark.parametrize("name", SHAPES)
def test_every_input_matters_and_learns(name: str) -> None:
    judge = seeded_judge(3)
    arguments = inputs(2)
    changed = arguments[list(SHAPES).index(name)].requires_grad_()
    outputs, deviations, state = judge(*arguments)
    weights = torch.linspace(0.5, 1.5, OUTPUTS)  # choices sum to 1 and would cancel
    ((outputs * weights).sum() + deviations.sum() + state.sum()).backward()
    assert changed.grad is not None
    assert changed.grad.abs().sum() > 0
    assert all(parameter.grad is not None for parameter in judge.parameters())


def test_the_layers_are_those_that_were_decided_on() -> None:
    convolutions = [layer for layer in Trunk().modules() if isinstance(layer, nn.Conv2d)]
    assert [(c.in_channels, c.out_channels) for c in convolutions] == [(1, 16), (16, 32), (32, 64)]
    assert all(c.kernel_size == (3, 3) and c.padding == (0, 1) for c in convolutions)
    mixing = MixingAnalyzer()
    assert (mixing.lstm.hidden_size, mixing.lstm.num_layers, mixing.lstm.dropout) == (64, 2, 0.2)
    assert (mixing.attention.embed_dim, mixing.attention.num_heads) == (64, 4)
    memories = Reader().memories
    assert sum(memory.hidden_size for memory in memories) == STATE_FEATURES
    fused = [layer.out_channels for layer in Fusion().layers if isinstance(layer, nn.Conv1d)]
    assert fused == [256, 128]


def test_what_is_constant_is_no_parameter() -> None:
    judge = seeded_judge(0)
    constants = {"head.standard_mfcc.mean", "head.reader.standard.scale"}
    constants |= {"head.fusion.deviation_scale"}
    assert constants <= dict(judge.named_buffers()).keys()
    assert not constants & dict(judge.named_parameters()).keys()


def test_a_seed_gives_the_same_weights_and_leaves_torchs_own_alone() -> None:
    state = torch.random.get_rng_state()
    first, second, other = seeded_judge(1), seeded_judge(1), seeded_judge(2)
    assert torch.equal(torch.random.get_rng_state(), state)
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not torch.equal(first.head.fusion.said.weight, other.head.fusion.said.weight)
    assert not first.training


def test_dropout_is_for_training_only() -> None:
    judge = Judge().train()
    with torch.no_grad():
        assert not torch.equal(judge(*inputs(2))[0], judge(*inputs(2))[0])
        judge.eval()
        assert torch.equal(judge(*inputs(2))[0], judge(*inputs(2))[0])
