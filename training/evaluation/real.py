"""Real recordings: a clean mix against its own train wreck, and tempo.

Nothing here was rendered by the simulator, so this is where a judge that has only learnt the
simulator's sounds is found out.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from core.errors import ConfigurationInvalid
from training.evaluation import recordings
from training.evaluation.cases import Case
from training.evaluation.chapters import Aim, Cell, Chapter, Measure, Table, known, share_measure
from training.evaluation.judging import Traces
from training.evaluation.listening import tempo_right
from training.evaluation.mixes import MixFlaws
from training.evaluation.plan import Plan
from training.evaluation.recipes import mixed_hops, real_mixes
from training.evaluation.tapes import Recorded
from training.evaluation.traces import OVERALL, Trace

PAIR_AIM: Final = Aim(least=0.95)
TEMPO_AIM: Final = Aim(least=0.95)
CHANCE: Final = 0.5
WRECK_OFFSET_MS: Final = (70.0, 180.0)
WRECK_TEMPO_PERCENT: Final = (1.5, 4.5)
_STREAM: Final = 2
SETTLED_SECONDS: Final = 15.0
"""Tempo is asked for from here on: 12 s are listened to."""


class Real:
    """The examination on real recordings."""

    name = "real"

    def cases(self, plan: Plan) -> list[Case]:
        """Return clean mixes, their wrecks, and recordings alone."""
        return [*(case for both in wrecks(plan) for case in both), *_alone(plan)]

    def chapter(self, plan: Plan, traces: Traces, pictures: Path) -> Chapter:
        """Count the clean mixes that win, and the tempi that were heard."""
        pairs = [both for case in wrecks(plan) if (both := traces.together(*case)) is not None]
        moments = [
            moment
            for trace in traces.of(_alone(plan))
            for moment in trace.moments
            if moment.seconds >= SETTLED_SECONDS
        ]
        none = "no recording was judged"
        return Chapter(
            self.name,
            "Real recordings",
            f"{len(recordings.found())} recordings with a known tempo in pairs at one tempo, mixed "
            "clean (beats together, bass swapped, levels matched) and as a train wreck (the second "
            f"{WRECK_OFFSET_MS[0]:g}-{WRECK_OFFSET_MS[1]:g} ms and "
            f"{WRECK_TEMPO_PERCENT[0]:g}-{WRECK_TEMPO_PERCENT[1]:g} % off). A pair in which either "
            "has no score is lost. Pairs share recordings, so the intervals are too narrow.",
            measures=(
                _beats("technical", pairs),
                _beats(OVERALL, pairs),
                share_measure("tempo within 1 %, windows", tempo_right(moments), none),
                share_measure(
                    "tempo within 1 %, its half and double allowed, windows",
                    tempo_right(moments, octaves=True),
                    none,
                    TEMPO_AIM,
                ),
            ),
            tables=(_leads(pairs), _tempi(plan, traces)),
        )


def wrecks(plan: Plan) -> list[tuple[Case, Case]]:
    """Return each clean mix with its wreck."""
    both = []
    for mix, rng in real_mixes(plan, plan.sizes.real_pairs, _STREAM):
        sign = -1.0 if rng.uniform() < 0.5 else 1.0
        flaws = MixFlaws(
            offset_ms=sign * float(rng.uniform(*WRECK_OFFSET_MS)),
            tempo_percent=sign * float(rng.uniform(*WRECK_TEMPO_PERCENT)),
        )
        hops = mixed_hops(plan, mix)
        both.append((Case(mix, hops), Case(replace(mix, flaws=flaws), hops)))
    return both


def _alone(plan: Plan) -> list[Case]:
    found = recordings.found()
    if not found:
        raise ConfigurationInvalid(recordings.ABSENT[0].upper() + recordings.ABSENT[1:] + ".")
    return [
        Case(Recorded(recording), plan.sizes.recorded_hops)
        for recording in found[: plan.sizes.recordings]
    ]


def _beats(scored: str, pairs: list[list[Trace]]) -> Measure:
    found = [
        (a := clean.final(scored)) is not None and (b := wreck.final(scored)) is not None and a > b
        for clean, wreck in pairs
    ]
    name = f"clean mix above its train wreck, {scored}"
    measure = share_measure(name, found, "no pair was judged", PAIR_AIM)
    return replace(measure, beside={"chance": CHANCE})


def _leads(pairs: list[list[Trace]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for scored in ("technical", OVERALL):
        leads = [
            a - b
            for a, b in ((clean.final(scored), wreck.final(scored)) for clean, wreck in pairs)
            if a is not None and b is not None
        ]
        mean = known(sum(leads) / len(leads)) if leads else None
        rows.append((scored, len(pairs), len(pairs) - len(leads), mean))
    return Table("Leads of clean mixes", ("score", "pairs", "undecided", "mean lead, points"),
                 tuple(rows))  # fmt: skip


def _tempi(plan: Plan, traces: Traces) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for case in _alone(plan):
        trace = traces.known.get(case)
        if trace is None or not isinstance(case.source, Recorded):
            continue
        heard = [m for m in trace.moments if m.seconds >= SETTLED_SECONDS]
        right, octave = tempo_right(heard), tempo_right(heard, octaves=True)
        if right:
            recording = case.source.recording
            rows.append((recording.name, recording.bpm, len(right), sum(right) / len(right),
                         sum(octave) / len(octave)))  # fmt: skip
    columns = ("recording", "BPM", "windows", "within 1 %", "half and double allowed")
    return Table("Tempo by recording", columns, tuple(rows))
