"""Evaluates the judge and writes the report.

`python -m training.evaluation` (`make evaluate`) goes on where it was interrupted: what was judged
by the same models and the same code is kept in `var/evaluation`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import Progress

from core.errors import ConfigurationInvalid
from judge.networks import Networks
from training.evaluation import report
from training.evaluation.cases import Case, code_digest
from training.evaluation.chapters import Chapter
from training.evaluation.cost import Cost
from training.evaluation.crosstalk import Crosstalk
from training.evaluation.dose import Dose
from training.evaluation.gaming import Gaming
from training.evaluation.invariance import Invariance
from training.evaluation.judging import Shelf, Shown, Traces, judge_all
from training.evaluation.leak import Leak
from training.evaluation.listening import Listening
from training.evaluation.pairs import Pairs
from training.evaluation.plan import TINY, Examination, Plan, Sizes
from training.evaluation.real import Real
from training.evaluation.recordings import ROOT
from training.evaluation.splits import Splits
from training.evaluation.streaming import Streaming

EXAMINATIONS: Final[tuple[Examination, ...]] = (
    *(Splits(), Pairs(), Crosstalk(), Dose(), Invariance(), Gaming(), Streaming(), Leak()),
    *(Listening(), Real(), Cost()),
)
"""In the order of the report."""

MOST_FAILURES_SHOWN: Final = 5


def main(arguments: list[str] | None = None) -> None:
    """Judge everything, conclude, and write the report."""
    options = _options(arguments)
    console = Console()
    sizes = TINY if options.tiny else Sizes().scaled(options.scale)
    plan = Plan(options.models, sizes, tiny=options.tiny)
    chosen = [each for each in EXAMINATIONS if not options.only or each.name in options.only]
    asked = {each.name: _cases(each, plan) for each in chosen}
    cases = interleaved([found for found in asked.values() if not isinstance(found, str)])
    budget = None if options.budget_minutes is None else 60 * options.budget_minutes
    with _progress(console) as shown:
        traces = judge_all(
            cases,
            Shelf(options.work, options.models),
            workers=options.workers,
            budget_seconds=budget,
            shown=shown,
        )
    chapters = [_chapter(each, plan, traces, asked[each.name], options.output) for each in chosen]
    report.write(options.output, _header(plan, traces), chapters)
    for error in list(dict.fromkeys(traces.failed.values()))[:MOST_FAILURES_SHOWN]:
        console.print(f"A set could not be judged: {error}", markup=False)
    console.print(f"Report written to {options.output / report.PAGE}", markup=False)


def interleaved(lists: Sequence[Sequence[Case]]) -> list[Case]:
    """Take from all lists evenly: a budget cuts each examination short by the same share."""
    placed = [
        ((place + 0.5) / len(cases), number, place, case)
        for number, cases in enumerate(lists)
        for place, case in enumerate(cases)
    ]
    return [case for _, _, _, case in sorted(placed, key=lambda each: each[:3])]


def _cases(examination: Examination, plan: Plan) -> list[Case] | str:
    """Return what an examination needs, or why it cannot be held."""
    try:
        return examination.cases(plan)
    except ConfigurationInvalid as error:
        return str(error)


def _chapter(
    examination: Examination,
    plan: Plan,
    traces: Traces,
    asked: list[Case] | str,
    output: Path,
) -> Chapter:
    """Return an examination's chapter, which says what it could not judge."""
    if isinstance(asked, str):
        title = type(examination).__name__
        return Chapter(examination.name, title, "This was not examined.", missing=(asked,))
    chapter = examination.chapter(plan, traces, output)
    failed = sum(case in traces.failed for case in dict.fromkeys(asked))
    left = sum(case not in traces.known for case in dict.fromkeys(asked)) - failed
    notes = [f"{failed} sets failed to be judged"] * bool(failed)
    notes += [f"{left} sets were not begun because the time was up"] * bool(left)
    return Chapter(
        chapter.name, chapter.title, chapter.introduction, chapter.measures, chapter.tables,
        chapter.pictures, (*chapter.missing, *notes),
    )  # fmt: skip


def _header(plan: Plan, traces: Traces) -> report.Header:
    identity = Networks.load(plan.models, ["CPUExecutionProvider"]).identity
    return report.Header(
        model=f"{identity.name} {identity.version}",
        models_sha256=identity.sha256,
        trained=identity.trained,
        code_digest=code_digest(),
        described=plan.described(),
        sets_judged=len(traces.known),
        sets_failed=len(traces.failed),
        sets_left=traces.left,
    )


@contextmanager
def _progress(console: Console) -> Iterator[Shown]:
    with Progress(console=console) as progress:
        task = progress.add_task("Judging sets")

        def shown(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield shown


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.evaluation", description=__doc__)
    parser.add_argument("--models", type=Path, default=ROOT / "judge" / "models")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "evaluation")
    parser.add_argument("--work", type=Path, default=ROOT / "var" / "evaluation")
    parser.add_argument("--workers", type=int, default=2, help="processes that judge")
    parser.add_argument("--scale", type=float, default=1.0, help="so many times as many sets")
    parser.add_argument(
        "--budget-minutes", type=float, help="no set is begun after so long; the next run goes on"
    )
    parser.add_argument(
        "--only", nargs="+", choices=[each.name for each in EXAMINATIONS], help="some chapters"
    )
    parser.add_argument("--tiny", action="store_true", help="a trial of the way, not an evaluation")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
