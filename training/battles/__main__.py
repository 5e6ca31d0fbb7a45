"""Renders battles: `python -m training.battles --battles 1000 --output DIR`.

Ctrl-C breaks it off; the same command goes on with what is missing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from core.errors import DjUniverseError
from core.media import HOP_SECONDS
from training.battles.making import make_battles
from training.battles.recipe import Recipe

TINY: Final = Recipe(battles=2, hops=80)


def main(arguments: list[str] | None = None) -> int:
    """Make the data set; return the exit code."""
    options = _options(arguments)
    console = Console(stderr=True)
    recipe = Recipe(
        battles=TINY.battles if options.tiny else options.battles,
        hops=TINY.hops if options.tiny else round(options.seconds / HOP_SECONDS),
        seed=options.seed,
    )

    def shown(finished: Iterable[int], before: int, total: int) -> Iterable[int]:
        columns = (TextColumn("Battles"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("battles", total=total, completed=before)
            for index in finished:
                progress.advance(task)
                yield index

    try:
        make_battles(recipe, options.output, workers=options.workers, track=shown)
    except KeyboardInterrupt:
        console.print("Broken off. Finished battles are kept; the same command goes on.")
        return 130
    except DjUniverseError as error:
        console.print(str(error), markup=False)
        return 2
    console.print(f"{recipe.battles} battles in {options.output}", markup=False)
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.battles", description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--battles", type=int, default=Recipe().battles)
    parser.add_argument("--seconds", type=float, default=Recipe().hops * HOP_SECONDS)
    parser.add_argument("--seed", type=int, default=Recipe().seed)
    parser.add_argument("--workers", type=int, default=2, help="processes that render")
    parser.add_argument("--tiny", action="store_true", help="a trial: two battles of 40 s")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
