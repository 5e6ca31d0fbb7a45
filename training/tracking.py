"""Keeps a record of each training run in MLflow: what it was given, how it went, what came out.

The record is a local SQLite file unless MLFLOW_TRACKING_URI says otherwise; nothing leaves the
machine by itself.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from training.train import Epoch, Reporter

EXPERIMENT: Final = "judge"
STORE: Final = "mlflow.db"


class Run(Reporter):
    """One run on record."""

    def __init__(self, directory: Path, others: tuple[Reporter, ...]) -> None:
        self._directory = directory
        self._others = others

    def trunk(self, step: int, loss: float) -> None:
        """Record a step of the trunk's training."""
        _mlflow().log_metric("trunk_loss", loss, step=step)
        for other in self._others:
            other.trunk(step, loss)

    def epoch(self, epoch: Epoch) -> None:
        """Record an epoch."""
        values = {name: float(value) for name, value in asdict(epoch).items() if name != "epoch"}
        _mlflow().log_metrics(values, step=epoch.epoch)
        for other in self._others:
            other.epoch(epoch)

    def figures(self, values: Mapping[str, float]) -> None:
        """Record what came out."""
        _mlflow().log_metrics(dict(values))


@contextmanager
def tracked(directory: Path, parameters: Mapping[str, object], *others: Reporter) -> Iterator[Run]:
    """Open a run; `others` are told of steps and epochs as well.

    Parameters
    ----------
    directory
        Where the local store is kept.
    parameters
        What the run was given.
    """
    directory.mkdir(parents=True, exist_ok=True)
    mlflow = _mlflow()
    mlflow.set_tracking_uri(
        os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{directory / STORE}"
    )
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run():
        mlflow.log_params({name: str(value) for name, value in parameters.items()})
        yield Run(directory, others)


def _mlflow() -> Any:  # noqa: ANN401 - a module has no type to name
    """Return MLflow, loaded late: it takes seconds, and must not report to its makers."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own use of other libraries
        import mlflow  # noqa: PLC0415
    return mlflow
