"""Predictions beside labels, laid flat: what metrics and plots work on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.evaluation.baselines import Baseline
from training.evaluation.metrics import Agreement, Values, agreement, coverage
from training.evaluation.traces import SCORED, Moment, Rows, Trace, highs, lows, table, values

WINDOW: Final = "window"
SET: Final = "set"
LEVELS: Final = (WINDOW, SET)
JUDGE: Final = "judge"
_FIELD: Final = {WINDOW: "window", SET: "whole"}


@dataclass(frozen=True, slots=True)
class Sample:
    """N moments of some sets: each window, or each set at its end.

    Attributes
    ----------
    labels
        Shape (N, 5), as are all predictions.
    predictions
        By predictor.
    low, high
        What the judge states as its 90 % interval.
    groups
        Shape (N,): which set.
    genres
        Shape (N,).
    """

    labels: Rows
    predictions: dict[str, Rows]
    low: Rows
    high: Rows
    groups: NDArray[np.int64]
    genres: NDArray[np.str_]

    def judge(self) -> Rows:
        """Return what the judge said."""
        return self.predictions[JUDGE]

    def agreement(
        self, predictor: str, scored: str, *, genre: str | None = None, rank_intervals: bool = False
    ) -> Agreement | None:
        """Compare a predictor with the labels where the judge spoke, so that all answer alike."""
        column = SCORED.index(scored)
        there = np.isfinite(self.judge()[:, column])
        if genre is not None:
            there &= self.genres == genre
        return agreement(
            self.labels[there, column],
            self.predictions[predictor][there, column],
            self.groups[there],
            rank_intervals=rank_intervals,
        )

    def coverage(self, scored: str) -> float | None:
        """Return the share of labels inside the judge's stated interval."""
        column = SCORED.index(scored)
        return coverage(self.labels[:, column], self.low[:, column], self.high[:, column])

    def pairs(self, scored: str) -> tuple[Values, Values]:
        """Return the judge's labels and predictions of one score where both are known."""
        column = SCORED.index(scored)
        labels, said = self.labels[:, column], self.judge()[:, column]
        there = np.isfinite(labels) & np.isfinite(said)
        return labels[there], said[there]


def sample(traces: Sequence[Trace], level: str, baselines: Sequence[Baseline] = ()) -> Sample:
    """Lay traces flat: every moment's window, or every set at its last moment."""
    traces = [trace for trace in traces if trace.moments]

    def rows(row: Callable[[Moment], tuple[float | None, ...]]) -> Rows:
        return _joined([_kept(table(trace, row), level) for trace in traces])

    field = _FIELD[level]
    counts = [len(trace.moments) if level == WINDOW else 1 for trace in traces]
    predictions = {JUDGE: rows(lambda moment: values(getattr(moment, field)))}
    for baseline in baselines:
        predict = baseline.window if level == WINDOW else baseline.whole
        predictions[baseline.name] = _joined([_kept(predict(trace), level) for trace in traces])
    return Sample(
        labels=rows(lambda moment: getattr(moment.truth, field)),
        predictions=predictions,
        low=rows(lambda moment: lows(getattr(moment, field))),
        high=rows(lambda moment: highs(getattr(moment, field))),
        groups=np.repeat(np.arange(len(traces)), counts),
        genres=np.repeat(np.array([trace.genre for trace in traces], dtype=np.str_), counts),
    )


def _kept(rows: Rows, level: str) -> Rows:
    return rows if level == WINDOW else rows[-1:]


def _joined(parts: list[Rows]) -> Rows:
    return np.concatenate([np.zeros((0, len(SCORED))), *parts])
