"""A run leaves a record: what it was given, how it went, what came out."""

import pytest

from training.tracking import EXPERIMENT, STORE, tracked
from training.train import Epoch, Reporter

pytestmark = pytest.mark.training

EPOCHS = [
    Epoch(1, 0.9, 0.8, 0.1, 0.2, 0.3, 0.25, 1e-3),
    Epoch(2, 0.5, 0.6, 0.4, 0.3, 0.3, 0.15, 5e-4),
]


class Notes(Reporter):
    def __init__(self):
        self.told = []

    def trunk(self, step, loss):
        self.told.append((step, loss))

    def epoch(self, epoch):
        self.told.append(epoch)


@pytest.mark.filterwarnings("ignore")  # of MLflow's own use of other libraries
def test_a_local_store_keeps_parameters_and_metrics(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    notes = Notes()
    with tracked(tmp_path / "work", {"sets": 4, "without_genre": None}, notes) as run:
        run.trunk(3, 1.5)
        for epoch in EPOCHS:
            run.epoch(epoch)
        run.figures({"part: beat_offset": 0.7})
    assert notes.told == [(3, 1.5), *EPOCHS]
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{tmp_path / 'work' / STORE}")
    experiment = client.get_experiment_by_name(EXPERIMENT)
    (kept,) = client.search_runs([experiment.experiment_id])
    assert kept.info.status == "FINISHED"
    assert kept.data.params == {"sets": "4", "without_genre": "None"}
    assert kept.data.metrics["technical_r2"] == 0.4
    assert kept.data.metrics["part: beat_offset"] == 0.7
    losses = client.get_metric_history(kept.info.run_id, "choosing_loss")
    assert [(metric.step, metric.value) for metric in losses] == [(1, 0.8), (2, 0.6)]


@pytest.mark.filterwarnings("ignore")
def test_a_run_that_breaks_is_kept_as_failed(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(RuntimeError), tracked(tmp_path, {}):
        raise RuntimeError("out of memory")
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{tmp_path / STORE}")
    experiment = client.get_experiment_by_name(EXPERIMENT)
    assert client.search_runs([experiment.experiment_id])[0].info.status == "FAILED"
