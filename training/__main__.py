"""Makes the judge: sets, training, figures, export.

`python -m training` (`make train`) puts the models and their figures into `judge/models`. Most of
its time goes into rendering; what was rendered is kept in `var/training`, and an interrupted run
goes on where it stopped.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Final

import torch
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import track

from core.messages import Genre
from training.card import figures_as_markdown, held_out_figures, write_figures
from training.dataset import ROOT, digest, make, split
from training.export import ModelMetadata, export
from training.hindsight import teach
from training.recipes import WRECKED_SETS, Recipe
from training.tracking import tracked
from training.train import Epoch, Reporter, Settings, train, write_history
from training.trees import Growth

NAME: Final = "djuv-judge"
VERSION: Final = "0.4.0"
CARD: Final = "MODEL_CARD.md"
TINY_RECIPE: Final = Recipe(sets=4, hops=90)
TINY_GROWTH: Final = Growth(rounds=4, leaves=3, least_rows=2)
TINY_SETTINGS: Final = Settings(epochs=2, sets_a_batch=2, trunk_steps=2, trunk_crops=2)


def main(arguments: list[str] | None = None) -> None:
    """Run the whole way from seeds to models."""
    options = _options(arguments)
    console = Console()
    torch.set_num_threads(options.threads)
    recipe, settings = _plan(options)
    growth = TINY_GROWTH if options.tiny else Growth(threads=options.threads)
    work = options.output / "work" if options.tiny else options.work

    def shown(sets: Iterable[Path], total: int) -> Iterable[Path]:
        return track(sets, "Rendering sets", total, console=console)

    examples = make(recipe, work, workers=1 if options.tiny else options.workers, shown=shown)
    parts = split(examples, recipe)
    data_sha256 = digest(examples)
    parameters = {**asdict(recipe), **asdict(settings), "training_data_sha256": data_sha256}
    with tracked(work, parameters, _ConsoleReporter(console)) as run:
        model, history = train(parts.training, parts.choosing, settings, run)
        write_history(history, work)
        hindsight = teach(parts.training, parts.choosing, model, growth, settings.seed)
        figures = held_out_figures(model, hindsight, parts.held_out)
        run.figures({name: figure.r2 for name, figure in figures.items()})
    export(
        model,
        options.output,
        ModelMetadata(NAME, VERSION, trained=not options.tiny, training_data_sha256=data_sha256),
        hindsight,
    )
    markdown = figures_as_markdown(figures, parts)
    write_figures(options.output / CARD, markdown, f"{NAME} {VERSION}")
    console.print(Markdown(markdown))
    console.print(f"Models written to {options.output}", markup=False)


def _plan(options: argparse.Namespace) -> tuple[Recipe, Settings]:
    if options.tiny:
        return TINY_RECIPE, TINY_SETTINGS
    recipe = Recipe(
        sets=options.sets,
        hops=options.hops,
        seed=options.seed,
        without_genre=options.without_genre,
        wrecked=WRECKED_SETS,
    )
    return recipe, Settings(
        epochs=options.epochs, trunk_steps=options.trunk_steps, seed=options.seed
    )


class _ConsoleReporter(Reporter):
    def __init__(self, console: Console) -> None:
        self._console = console

    def trunk(self, step: int, loss: float) -> None:
        if step % 20 == 0:
            self._console.print(f"trunk, step {step}: loss {loss:.3f}")

    def epoch(self, epoch: Epoch) -> None:
        self._console.print(
            f"epoch {epoch.epoch}: loss {epoch.training_loss:.3f}, choosing "
            f"{epoch.choosing_loss:.3f}; R2 technical {epoch.technical_r2:.2f}, selection "
            f"{epoch.selection_r2:.2f}, windows {epoch.windows_r2:.2f}; error "
            f"{9 * epoch.mae:.2f} points; learning rate {epoch.learning_rate:g}"
        )


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "judge" / "models")
    parser.add_argument("--work", type=Path, default=ROOT / "var" / "training")
    parser.add_argument("--sets", type=int, default=Recipe().sets)
    parser.add_argument("--hops", type=int, default=Recipe().hops, help="length of a set")
    parser.add_argument("--epochs", type=int, default=Settings().epochs)
    parser.add_argument("--trunk-steps", type=int, default=Settings().trunk_steps)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2, help="processes that render")
    parser.add_argument("--threads", type=int, default=2, help="threads that train")
    parser.add_argument(
        "--without-genre",
        type=Genre,
        choices=[genre for genre in Genre if genre is not Genre.OTHER],
        help="leave a genre out, for split C of the evaluation",
    )
    parser.add_argument("--tiny", action="store_true", help="a trial of the way, not a judge")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
