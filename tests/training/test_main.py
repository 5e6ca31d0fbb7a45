"""The whole way on the scale of a trial: render, train, examine, export, load as a server."""

from functools import partial

import pytest

import training.__main__ as command
from judge.networks import Networks
from tests.training.examples import example
from training.recipes import WRECKED_SETS, Recipe
from training.tracking import STORE

pytestmark = [pytest.mark.training, pytest.mark.timeout(600)]


@pytest.mark.filterwarnings("ignore")  # of MLflow's own use of other libraries
def test_tiny_training_makes_models_that_load(tmp_path, monkeypatch):
    """Rendering is left out: it has tests of its own, and takes most of the time."""
    asked = []

    def make(recipe, directory, *, workers, shown):
        asked.append((recipe, directory, workers))
        return [example(seed) for seed in range(recipe.sets)]

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr(command, "make", make)
    command.main(["--tiny", "--output", str(tmp_path), "--threads", "1"])
    assert asked == [(command.TINY_RECIPE, tmp_path / "work", 1)]
    networks = Networks.load(tmp_path, ["CPUExecutionProvider"])
    assert networks.identity.version == command.VERSION
    assert not networks.identity.trained
    assert networks.trunk.specification.training_data_sha256
    assert "| energy |" in (tmp_path / "MODEL_CARD.md").read_text()
    assert (tmp_path / "work" / "history.png").exists()
    assert (tmp_path / "work" / STORE).exists()


def test_what_is_asked_for_is_what_is_made():
    plan = partial(command._plan)
    options = command._options(["--sets", "12", "--hops", "80", "--without-genre", "techno"])
    recipe, settings = plan(options)
    assert recipe == Recipe(
        sets=12, hops=80, without_genre=command.Genre.TECHNO, wrecked=WRECKED_SETS
    )
    assert settings == command.Settings()
    assert plan(command._options(["--seed", "3"]))[0].seed == 3
    with pytest.raises(SystemExit):
        command._options(["--without-genre", "other"])
