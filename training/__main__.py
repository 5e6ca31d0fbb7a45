"""Makes the judge: data set, training, evaluation, export.

`python -m training` (`make train`) takes some twenty minutes on two cores and puts the models and
their figures into `judge/models`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import torch
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import track

from training.clips import Clip
from training.dataset import ROOT, Recipe, load_or_make, split
from training.evaluate import (
    by_component,
    evaluate,
    figures_as_markdown,
    introduce,
    write_figures,
)
from training.export import ModelMetadata, export
from training.served import serve_sets
from training.train import Epoch, Reporter, Settings, train, write_history

NAME: Final = "djuv-judge"
VERSION: Final = "0.1.0"
CARD: Final = "MODEL_CARD.md"
TINY_RECIPE: Final = Recipe(clips=4, clip_hops=23, window_step_hops=1, seed=0)
TINY_SETTINGS: Final = Settings(epochs=2, clips_a_batch=2, crop_hops=23)
SERVED: Final = {"sets": 24, "hops": 200, "window_step_hops": 5}
TINY_SERVED: Final = {"sets": 1, "hops": 22, "window_step_hops": 1}


def main(arguments: list[str] | None = None) -> None:
    """Run the whole way from seeds to models."""
    options = _options(arguments)
    console = Console()
    torch.set_num_threads(options.threads)
    recipe = TINY_RECIPE if options.tiny else Recipe(clips=options.clips, seed=options.seed)
    settings = (
        TINY_SETTINGS
        if options.tiny
        else Settings(options.epochs, seed=options.seed, bfloat16=options.bfloat16)
    )
    work = options.output / "work" if options.tiny else options.work

    def shown(clips: Iterable[Clip], total: int) -> Iterable[Clip]:
        return track(clips, "Rendering sets", total, console=console)

    dataset = load_or_make(
        recipe, work, workers=1 if options.tiny else options.workers, track=shown
    )
    parts = split(dataset, options.seed)
    model, history = train(parts.training, parts.choosing, settings, _ConsoleReporter(console))
    write_history(history, work)
    table = evaluate(model, parts)
    metadata = ModelMetadata(
        NAME, VERSION, trained=not options.tiny, training_data_sha256=dataset.sha256()
    )
    export(model, options.output, metadata)
    console.print("Judging further sets as a server would ...")
    served = serve_sets(options.output, **(TINY_SERVED if options.tiny else SERVED))
    table["judge as served"] = by_component(served.labels, served.means, served.deviations)
    figures = figures_as_markdown(table, introduce(parts, served))
    write_figures(options.output / CARD, figures, f"{NAME} {VERSION}")
    console.print(Markdown(figures))
    console.print(f"Models written to {options.output}", markup=False)


class _ConsoleReporter(Reporter):
    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, epoch: Epoch) -> None:
        self._console.print(
            f"epoch {epoch.epoch}: squared error {epoch.training_mse:.4f}, "
            f"choosing {epoch.choosing_mse:.4f}, error {9 * epoch.choosing_mae:.2f} points, "
            f"learning rate {epoch.learning_rate:g}"
        )


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "judge" / "models")
    parser.add_argument("--work", type=Path, default=ROOT / "var" / "training")
    parser.add_argument("--clips", type=int, default=Recipe().clips)
    parser.add_argument("--epochs", type=int, default=Settings().epochs)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2, help="processes that render")
    parser.add_argument("--threads", type=int, default=2, help="threads that train")
    parser.add_argument(
        "--bfloat16", action="store_true", help="train in half precision, where the CPU can"
    )
    parser.add_argument("--tiny", action="store_true", help="a trial of the way, not a judge")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
