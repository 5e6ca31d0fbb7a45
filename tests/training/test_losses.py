"""What is minimised: least for the truth, and the component is the judge's own."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.messages import Component
from judge.parts import concluded
from judge.specification import DEVIATIONS, OUTPUTS, Output
from tests.training.examples import example
from training.losses import component, loss_of
from training.targets import Targets, targets_of

pytestmark = pytest.mark.training
MIXED = (Component.TECHNICAL, Component.SELECTION)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**31))
def test_the_component_is_the_one_that_is_shown(seed):
    parts = np.random.default_rng(seed).uniform(0, 1, (4, 3, 10))
    for of in MIXED:
        np.testing.assert_allclose(
            component(torch.from_numpy(parts), of).numpy(), concluded(of, parts), rtol=1e-9
        )


def batch():
    wanted = targets_of(example(1).truth)
    return Targets(*(getattr(wanted, name)[None] for name in Targets.__slots__))


def spoken(wanted, sureness=6.0):
    """Return what says the truth, before squashing."""
    said = torch.zeros(1, wanted.weight.shape[1], OUTPUTS)
    for group, values in (
        (Output.ACTIVE, wanted.active),
        (Output.PARTS, wanted.parts),
        (Output.WINDOW, wanted.windows),
        (Output.DRIVE, wanted.levels),
        (Output.TECHNIQUES, wanted.techniques),
    ):
        said[..., group.value] = torch.logit(values.clamp(0.002, 0.998))
    one_hot = torch.nn.functional.one_hot
    said[..., Output.SECTION.value] = sureness * one_hot(wanted.section, 4).float()
    said[..., Output.KIND.value] = sureness * one_hot(wanted.kind, 9).float()
    said[..., Output.MEASURES.value] = wanted.measures
    return said


@pytest.mark.parametrize("group", list(Output), ids=lambda group: group.name)
def test_the_truth_costs_least(group):
    wanted = batch()
    deviations = torch.full((1, wanted.weight.shape[1], DEVIATIONS), 0.1)
    truth = spoken(wanted)
    least = float(loss_of(truth, deviations, wanted))
    generator = torch.Generator().manual_seed(0)
    for size in (0.5, 2.0):
        wrong = truth.clone()
        noise = torch.randn(wrong[..., group.value].shape, generator=generator)
        wrong[..., group.value] += size * noise
        assert float(loss_of(wrong, deviations, wanted)) > least


def test_parts_count_where_something_was_heard_of_them():
    wanted = batch()
    deviations = torch.full((1, wanted.weight.shape[1], DEVIATIONS), 0.1)
    said = spoken(wanted).requires_grad_()
    loss_of(said, deviations, wanted).backward()
    gradient = said.grad[0, :, Output.PARTS.value].abs().sum(dim=1)
    assert (gradient[wanted.weight[0] == 0] == 0).all()
    assert (gradient[wanted.weight[0] > 0] > 0).all()


def test_a_deviation_that_fits_the_error_costs_least():
    wanted = batch()
    said = spoken(wanted)
    noise = 0.1 * torch.randn(wanted.windows.shape, generator=torch.Generator().manual_seed(1))
    off = (wanted.windows + noise).clamp(0.01, 0.99)
    said[..., Output.WINDOW.value] = torch.logit(off)
    plain = torch.full((1, wanted.weight.shape[1], DEVIATIONS), 0.1)
    gradients = []
    for stated in (0.03, 0.4):
        deviations = plain.clone()
        deviations[..., 10:] = stated
        deviations.requires_grad_()
        loss_of(said, deviations, wanted).backward()
        gradients.append(float(deviations.grad[..., 10:].sum()))
    assert gradients[0] < 0 < gradients[1], "too sure becomes less so, too unsure surer"
