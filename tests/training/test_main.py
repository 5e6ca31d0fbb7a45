"""The whole way on the scale of a trial: render, train, evaluate, export, load as a server."""

import pytest

from judge.networks import Networks
from training.__main__ import VERSION, main

pytestmark = pytest.mark.training


def test_tiny_training_makes_models_that_load(tmp_path):
    main(["--tiny", "--output", str(tmp_path), "--threads", "1"])
    networks = Networks.load(tmp_path, ["CPUExecutionProvider"])
    assert networks.identity.version == VERSION
    assert not networks.identity.trained
    assert networks.trunk.specification.training_data_sha256
    assert "| energy |" in (tmp_path / "MODEL_CARD.md").read_text()
    assert (tmp_path / "work" / "history.png").exists()
