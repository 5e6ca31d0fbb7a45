"""Training must fit what can be fitted, and the trunk run over clips must equal the windows'."""

import json

import numpy as np
import pytest
import torch

from training.dataset import Dataset, Split, first_columns, first_frame
from training.evaluate import BEGIN, evaluate, figures_as_markdown, r2_score, write_figures
from training.model import seeded_judge
from training.train import (
    Epoch,
    Reporter,
    Settings,
    _whole_clip,
    judged,
    loss_of,
    train,
    write_history,
)

pytestmark = pytest.mark.training
WINDOW_FRAMES = 494


def made_up(clips, seed):
    """Return sets whose energy label is the level of their sound: easy to learn."""
    rng = np.random.default_rng(seed)
    hops = np.tile(np.array([19, 21], dtype=np.int32), (clips, 1))
    level = rng.uniform(-1, 1, clips).astype(np.float32)
    log_mel = rng.normal(0, 0.1, (clips, 550, 128)) + level[:, None, None]
    labels = np.full((clips, 2, 4), 0.5, dtype=np.float32)
    labels[..., 2] = 0.5 + 0.4 * level[:, None]
    labels[..., :2] = rng.uniform(0.2, 0.8, (clips, 1, 1))
    mfcc = np.tile(level[:, None, None] * 10, (1, 2, 13)).astype(np.float32)
    mfcc += rng.normal(0, 0.1, mfcc.shape).astype(np.float32)
    return Dataset(
        log_mel=log_mel.astype(np.float16),
        hops=hops,
        mfcc=mfcc,
        basic=np.zeros((clips, 2, 3), dtype=np.float32),
        transitions=np.zeros((clips, 2, 10, 4), dtype=np.float32),
        labels=labels,
        genre=np.array(["house"] * clips),
    )


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Keep to one thread: on a busy machine torch's threads wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def parts():
    return Split(made_up(10, 0), made_up(3, 1), made_up(5, 2))


@pytest.fixture(scope="module")
def trained(parts):
    told = []

    class Listening(Reporter):
        def __call__(self, epoch):
            told.append(epoch)

    settings = Settings(epochs=5, clips_a_batch=2, crop_hops=22)
    model, history = train(parts.training, parts.choosing, settings, Listening())
    assert told == history
    return model, history


def test_the_loss_falls(trained):
    _, history = trained
    assert len(history) == 5
    assert min(epoch.choosing_mse for epoch in history) < history[0].choosing_mse


def test_training_again_gives_the_same_judge(parts):
    first, again = (
        train(parts.choosing, parts.choosing, Settings(epochs=1, crop_hops=22), Reporter())[0]
        for _ in range(2)
    )
    for one, other in zip(first.state_dict().values(), again.state_dict().values(), strict=True):
        torch.testing.assert_close(one, other)


def test_the_shared_trunk_equals_windows_run_alone(parts, trained):
    model, _ = trained
    dataset = parts.held_out
    with torch.inference_mode():
        mean, deviation = judged(model, _whole_clip(dataset, 0, dataset.transitions[0]))
        for window, column in enumerate(first_columns(dataset.hops[0])):
            start = first_frame(int(column))
            log_mel = torch.from_numpy(
                dataset.log_mel[0, start : start + WINDOW_FRAMES].astype(np.float32)
            )
            alone = model(
                log_mel[None],
                *(
                    torch.from_numpy(values[0, window : window + 1])
                    for values in (dataset.mfcc, dataset.basic, dataset.transitions)
                ),
            )
            torch.testing.assert_close(alone[0][0], mean[window], atol=1e-5, rtol=0)
            torch.testing.assert_close(alone[1][0], deviation[window], atol=1e-5, rtol=0)


def test_figures_stand_beside_their_baselines(parts, trained, tmp_path):
    table = evaluate(trained[0], parts)
    mean_guess = table["mean of the training labels"]["energy"]
    assert mean_guess.r2 <= 0 and mean_guess.pearson is None
    ridge = table["ridge on MFCC, tempo, energy"]["energy"]
    assert ridge.r2 > 0.9  # the made-up label is linear in the MFCC
    assert ridge.r2_low <= ridge.r2 <= ridge.r2_high
    judge = table["judge, sound alone"]["energy"]
    assert judge.mae_points < mean_guess.mae_points
    page = tmp_path / "MODEL_CARD.md"
    page.write_text("# A card\n\nWords.\n")
    for _ in range(2):  # a second time replaces, and leaves the rest alone
        write_figures(page, figures_as_markdown(table, "Words before."), "unused")
    text = page.read_text()
    assert text.startswith("# A card\n\nWords.\n")
    assert text.count(BEGIN) == 1
    assert "not agreement with human judges" in text


def test_r2_of_truth_and_of_the_mean():
    labels = np.array([[0.1, 0.5], [0.9, 0.2]], dtype=np.float32)
    assert r2_score(labels, labels) == 1.0
    assert r2_score(labels, np.full_like(labels, labels.mean())) == pytest.approx(0.0, abs=1e-6)


def test_a_deviation_that_fits_the_error_costs_least():
    labels = torch.full((500, 4), 0.5)
    errors = torch.randn(500, 4, generator=torch.Generator().manual_seed(0)) * 0.1
    stated = torch.tensor([0.03, 0.1, 0.4])
    # With beta, weights differ between deviations: compare the likelihood within one weight.
    losses = [
        float(loss_of(labels + errors, torch.full((500, 4), float(s)), labels)) / float(s)
        for s in stated
    ]
    assert losses[1] == min(losses)


def test_history_is_written(tmp_path):
    write_history([Epoch(1, 0.5, 0.4, 0.1, 1e-3), Epoch(2, 0.4, 0.3, 0.1, 1e-3)], tmp_path)
    assert json.loads((tmp_path / "history.json").read_text())[1]["choosing_mse"] == 0.3
    assert (tmp_path / "history.png").stat().st_size > 5_000


def test_no_gradient_reaches_what_is_constant():
    model = seeded_judge(0)
    assert "head.mfcc_mean" in dict(model.named_buffers())
    assert "head.mfcc_mean" not in dict(model.named_parameters())
