"""Training must fit what can be fitted, the same way each time, and say how it went."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from judge.readings import FRAMES_PER_HOP
from judge.specification import (
    COLUMNS_PER_HOP,
    COLUMNS_PER_WINDOW,
    DEVIATIONS,
    PARTS,
    columns_known,
)
from tests.training.examples import HOPS, example
from training.model import seeded_judge
from training.sound import CROP_HOPS, Columns, columns_of, fit_trunk, means_of
from training.train import Epoch, Reporter, Settings, settled_hops, train, write_history

pytestmark = pytest.mark.training

QUICK = Settings(
    epochs=6, sets_a_batch=3, trunk_steps=2, trunk_crops=2, learning_rate=5e-3, patience_epochs=20
)


class Notes(Reporter):
    """Keeps what it is told."""

    def __init__(self):
        self.steps, self.epochs = [], []

    def trunk(self, step, loss):
        self.steps.append((step, loss))

    def epoch(self, epoch):
        self.epochs.append(epoch)


@pytest.fixture(scope="module")
def sets():
    return [example(seed) for seed in range(9)]


@pytest.fixture(scope="module")
def trained(sets):
    notes = Notes()
    model, history = train(sets[:6], sets[6:], QUICK, notes)
    return model, history, notes


def test_the_loss_falls_and_everybody_is_told(trained):
    _, history, notes = trained
    assert notes.epochs == history
    assert [step for step, _ in notes.steps] == [1, 2]
    assert [epoch.epoch for epoch in history] == list(range(1, 7))
    assert history[-1].training_loss < history[0].training_loss
    assert min(epoch.choosing_loss for epoch in history[1:]) < history[0].choosing_loss
    assert not trained[0].training


def test_training_again_gives_the_same_judge(sets):
    settings = replace(QUICK, epochs=1, trunk_steps=1)
    first, again = (train(sets[:3], sets[6:7], settings, Reporter())[0] for _ in range(2))
    for one, other in zip(first.state_dict().values(), again.state_dict().values(), strict=True):
        torch.testing.assert_close(one, other)


def test_stated_deviations_match_the_errors_of_the_choosing_sets(sets, trained):
    model, _, _ = trained
    scale = model.head.fusion.deviation_scale
    assert scale.shape == (DEVIATIONS,)
    assert (scale != 1).all()
    assert (scale > 0).all()


def test_training_stops_when_nothing_gets_better(sets):
    settings = replace(QUICK, epochs=8, patience_epochs=1, learning_rate=0.0, trunk_steps=1)
    _, history = train(sets[:3], sets[6:7], settings, Reporter())
    assert len(history) == 2


def test_what_is_said_where_it_counts(sets, trained):
    hops = settled_hops(trained[0], sets[6:])
    assert hops.parts.shape == hops.true_parts.shape
    assert hops.parts.shape[1] == PARTS
    assert len(hops.windows) == 3 * HOPS
    truths = {tuple(np.round(row, 5)) for row in hops.true_parts.tolist()}
    expected = {tuple(np.round(each.truth.course.parts[0], 5)) for each in sets[6:]}
    assert truths == expected


def test_columns_are_averaged_as_a_server_averages_them(sets):
    trunk = seeded_judge(0).trunk
    log_mel = sets[0].features.log_mel
    columns = columns_of(trunk, log_mel)
    assert isinstance(columns, Columns)
    assert columns.newest.shape == columns.window.shape == (HOPS, 128)
    frames = torch.from_numpy(log_mel.astype(np.float32))
    for hop in (0, 19, 20, 37, 59):
        end = columns_known((hop + 1) * FRAMES_PER_HOP)
        with torch.inference_mode():
            whole = trunk(frames[None, : 14 + 4 * end])[0]
        newest, window = whole[-COLUMNS_PER_HOP:], whole[-COLUMNS_PER_WINDOW:]
        torch.testing.assert_close(
            columns.newest[hop], newest.sum(0) / COLUMNS_PER_HOP, atol=1e-4, rtol=1e-4
        )
        torch.testing.assert_close(
            columns.window[hop], window.sum(0) / COLUMNS_PER_WINDOW, atol=1e-4, rtol=1e-4
        )


def test_means_start_from_nothing():
    columns = torch.ones(2, 200, 128)
    means = means_of(columns, 4)
    known = [columns_known((hop + 1) * FRAMES_PER_HOP) for hop in range(4)]
    expected = torch.tensor([min(count, 120) / 120 for count in known])
    torch.testing.assert_close(means.window[0, :, 0], expected)
    torch.testing.assert_close(means.newest[1, -1], torch.ones(128))


def test_the_trunk_learns_in_place_and_is_left_as_it_serves(sets):
    trunk = seeded_judge(3).trunk
    before = {name: value.clone() for name, value in trunk.state_dict().items()}
    losses = []
    fit_trunk(trunk, sets[:4], steps=6, crops=3, seed=1, told=lambda _, loss: losses.append(loss))
    assert len(losses) == 6
    assert not trunk.training
    assert any(not torch.equal(before[name], value) for name, value in trunk.state_dict().items())
    assert HOPS >= CROP_HOPS


def test_history_is_written(tmp_path):
    epochs = [
        Epoch(1, 0.5, 0.4, 0.1, 0.1, 0.2, 0.2, 1e-3),
        Epoch(2, 0.4, 0.3, 0.2, 0.1, 0.2, 0.1, 1e-3),
    ]
    write_history(epochs, tmp_path / "new")
    rows = json.loads((tmp_path / "new" / "history.json").read_text())
    assert [row["technical_r2"] for row in rows] == [0.1, 0.2]
    assert (tmp_path / "new" / "history.png").stat().st_size > 5_000
