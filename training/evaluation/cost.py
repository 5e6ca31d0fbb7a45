"""What a live stream costs: CPU time of each stage of a hop, on this machine."""

from __future__ import annotations

import time
from collections import defaultdict
from itertools import islice, pairwise
from pathlib import Path
from typing import Final

import numpy as np

from core.media import HOP_SAMPLES, HOP_SECONDS, HOPS_PER_WINDOW
from core.messages import AudioHop, SessionInfo
from judge.engine import Engine
from judge.networks import Networks
from training.evaluation.cases import Case
from training.evaluation.chapters import Aim, Chapter, Measure, Table, known
from training.evaluation.judging import Traces
from training.evaluation.plan import Plan
from training.evaluation.simulated import Simulated

AIM: Final = Aim(most=0.02)
WORDS: Final = {
    "resample": "resampling",
    "mel": "mel",
    "trunk": "network, trunk",
    "listen": "listening",
    "head": "network, the rest",
    "score": "scoring",
}
"""What the engine's stages are called in the report."""


class ProcessClock:
    """Measures the CPU time of all threads: a busy machine does not change it much."""

    def monotonic_seconds(self) -> float:
        """Return `time.process_time`."""
        return time.process_time()

    def wall_seconds(self) -> float:
        """Return `time.time`."""
        return time.time()


class Cost:
    """The examination of cost; it judges one set itself, since traces hold no times."""

    name = "cost"

    def cases(self, plan: Plan) -> list[Case]:
        """Return none."""
        return []

    def chapter(self, plan: Plan, traces: Traces, pictures: Path) -> Chapter:
        """Time every stage."""
        stages = stage_milliseconds(plan)
        totals = np.sum(list(stages.values()), axis=0)
        median = float(np.median(totals))
        share = median / (1_000 * HOP_SECONDS)
        rows = [
            (WORDS.get(name, name), float(np.median(times)), float(np.percentile(times, 99)),
             float(np.mean(times)))
            for name, times in stages.items()
        ]  # fmt: skip
        rows.append(("all together", median, float(np.percentile(totals, 99)),
                     float(np.mean(totals))))  # fmt: skip
        return Chapter(
            self.name,
            "Cost",
            f"CPU time of a hop of {HOP_SECONDS:g} s, one set at a time, on the machine that made "
            "this report. Opus and the network are not in it.",
            measures=(
                Measure(
                    "share of a core for one live stream, median hop",
                    known(share),
                    aim=AIM,
                    beside={"mean hop": float(np.mean(totals)) / (1_000 * HOP_SECONDS)},
                    samples=len(totals),
                ),
            ),
            tables=(
                Table("CPU milliseconds of a hop", ("stage", "median", "99th percentile", "mean"),
                      tuple(rows)),
            ),
        )  # fmt: skip


def stage_milliseconds(plan: Plan) -> dict[str, list[float]]:
    """Judge a set and return CPU milliseconds by stage, one a hop from the first window on."""
    engine = Engine(Networks.load(plan.models, ["CPUExecutionProvider"]), clock=ProcessClock())
    session = engine.open(SessionInfo("cost", "evaluation", "", 0.0))
    blocks = Simulated(plan.seeds.alike).open().blocks()
    stages: dict[str, list[float]] = defaultdict(list)
    for index, samples in enumerate(islice(blocks, plan.sizes.cost_hops)):
        hop = AudioHop("cost", index, index * HOP_SAMPLES, samples, 0, 0.0)
        (judged,) = engine.advance([(session, hop)])
        if index < HOPS_PER_WINDOW:
            continue
        for (_, before), (name, after) in pairwise(judged.stage_ends.items()):
            stages[name].append(1_000 * (after - before))
    return dict(stages)
