from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from training.model import LEAST_DEVIATION, Head, Judge, MixingAnalyzer, Trunk, seeded_judge

pytestmark = pytest.mark.training


def inputs(batch: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shapes = ((494, 128), (13,), (3,), (10, 4))
    mel, mfcc, basic, transitions = (
        torch.randn((batch, *shape), generator=generator) for shape in shapes
    )
    return mel, mfcc, basic, transitions


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


def test_the_halo_run_equals_the_whole_runs_inner_columns() -> None:
    trunk = seeded_judge(1).trunk
    mel = inputs(2)[0]
    with torch.inference_mode():
        whole = trunk(mel)
        for first in (0, 1, 57, 113):
            part = trunk(mel[:, 4 * first : 4 * first + 42])
            assert (part - whole[:, first : first + 7]).abs().max() < 1e-5


def test_opinions_are_on_the_scale_and_never_certain() -> None:
    with torch.inference_mode():
        mean, deviation = seeded_judge(2)(*inputs(5))
    assert mean.shape == deviation.shape == (5, 4)
    assert ((mean > 0) & (mean < 1)).all()
    assert (deviation >= LEAST_DEVIATION).all()


def test_calibration_scales_the_deviation_alone() -> None:
    judge = seeded_judge(2)
    with torch.inference_mode():
        mean, deviation = judge(*inputs(3))
        judge.head.deviation_scale *= 2.0
        same, doubled = judge(*inputs(3))
    assert torch.equal(mean, same)
    assert torch.allclose(doubled, 2 * deviation)


def test_mfcc_are_standardised_by_the_models_own_constants() -> None:
    judge = seeded_judge(2)
    mel, mfcc, basic, transitions = inputs(3)
    with torch.inference_mode():
        expected, _ = judge(mel, mfcc, basic, transitions)
        judge.head.mfcc_mean += 5.0
        judge.head.mfcc_scale *= 3.0
        actual, _ = judge(mel, mfcc * 3.0 + 5.0, basic, transitions)
    assert torch.allclose(actual, expected, atol=1e-5)


@pytest.mark.parametrize("changed", [0, 1, 2, 3])
def test_every_input_matters_and_learns(changed: int) -> None:
    judge = seeded_judge(3)
    arguments = list(inputs(2))
    arguments[changed].requires_grad_()
    mean, deviation = judge(*arguments)
    (mean.sum() + deviation.sum()).backward()
    gradient = arguments[changed].grad
    assert gradient is not None
    assert gradient.abs().sum() > 0
    assert all(parameter.grad is not None for parameter in judge.parameters())


def test_the_layers_are_those_that_were_asked_for() -> None:
    convolutions = [layer for layer in Trunk().modules() if isinstance(layer, nn.Conv2d)]
    assert [(c.in_channels, c.out_channels) for c in convolutions] == [(1, 32), (32, 64), (64, 128)]
    assert all(c.kernel_size == (3, 3) and c.padding == (0, 1) for c in convolutions)
    mixing = MixingAnalyzer()
    assert (mixing.lstm.hidden_size, mixing.lstm.num_layers, mixing.lstm.dropout) == (64, 2, 0.2)
    assert (mixing.attention.embed_dim, mixing.attention.num_heads) == (64, 4)
    fused = [layer.out_channels for layer in Head().fusion if isinstance(layer, nn.Conv1d)]
    assert fused == [256, 128, 64]


def test_a_seed_gives_the_same_weights_and_leaves_torchs_own_alone() -> None:
    state = torch.random.get_rng_state()
    first, second, other = seeded_judge(1), seeded_judge(1), seeded_judge(2)
    assert torch.equal(torch.random.get_rng_state(), state)
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not torch.equal(first.head.mean.weight, other.head.mean.weight)
    assert not first.training


def test_dropout_is_for_training_only() -> None:
    judge = Judge().train()
    with torch.no_grad():
        assert not torch.equal(judge(*inputs(2))[0], judge(*inputs(2))[0])
        judge.eval()
        assert torch.equal(judge(*inputs(2))[0], judge(*inputs(2))[0])
