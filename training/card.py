"""The figures of the model card: how the network does on sets that trained and chose nothing.

This looks at network and trees alone, with nothing but the features of held-out sets of the
training recipe. What a server makes of it is examined by `training.evaluation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from core.messages import Component
from judge.parts import TRANSITION_PARTS
from judge.specification import PARTS
from training.dataset import Example, Split
from training.hindsight import HindsightModel, senses_at
from training.looks import looks_at
from training.losses import component
from training.model import Judge
from training.train import settled_hops

BEGIN: Final = "<!-- figures: written by `make train` -->"
END: Final = "<!-- end of figures -->"
LOOKING_SEED: Final = 7
CAVEAT: Final = (
    "These figures say how well the network recovers labels that were computed from the "
    "parameters of rendered sets. R2 on simulation is a recovery claim, not agreement with human "
    "judges, which has not been measured."
)


@dataclass(frozen=True, slots=True)
class Figure:
    """How well one value is recovered.

    Attributes
    ----------
    r2
        Share of the variance that is explained.
    mae_points
        Mean absolute error on the scale of 1-10.
    spread_points
        Standard deviation of the truth on that scale: what saying the mean would cost.
    """

    r2: float
    mae_points: float
    spread_points: float


def held_out_figures(
    model: Judge, hindsight: HindsightModel, examples: list[Example]
) -> dict[str, Figure]:
    """Return figures by the name of a component or a part."""
    hops = settled_hops(model, examples)
    looks = looks_at(examples, LOOKING_SEED)
    last = looks.settled
    told = hindsight.mixed(looks.features, senses_at(model, examples, looks))[last]
    told[:, :PARTS] = np.clip(told[:, :PARTS], 0, 1)
    true = looks.told[last]
    figures = {}
    for of in (Component.TECHNICAL, Component.SELECTION):
        pair = (torch.from_numpy(each[:, :PARTS]) for each in (told, true))
        figures[of.value] = _figure(*(component(each, of).numpy() for each in pair))
    for column, of in enumerate((Component.ENERGY, Component.CREATIVITY)):
        figures[of.value] = _figure(hops.windows[:, column], hops.true_windows[:, column])
    for column, part in enumerate(TRANSITION_PARTS):
        figures[f"part: {part.value}"] = _figure(told[:, column], true[:, column])
    return figures


def _figure(heard: NDArray[np.floating], true: NDArray[np.floating]) -> Figure:
    error, spread = heard - true, float(true.std())
    r2 = 1 - float(np.square(error).mean()) / max(spread**2, 1e-9)
    return Figure(r2, 9 * float(np.abs(error).mean()), 9 * spread)


def figures_as_markdown(figures: Mapping[str, Figure], parts: Split) -> str:
    """Return a table with its introduction."""
    rows = [
        f"| {name} | {figure.r2:.2f} | {figure.mae_points:.2f} | {figure.spread_points:.2f} |"
        for name, figure in figures.items()
    ]
    introduction = (
        f"{len(parts.training)} sets trained, {len(parts.choosing)} chose, {len(parts.held_out)} "
        "were held out: transitions that have just settled, and all windows. " + CAVEAT
    )
    header = "| what | R2 | mean error, points of 1-10 | spread of the truth |\n|---|---|---|---|"
    return "\n".join([introduction, "", header, *rows])


def write_figures(page: Path, markdown: str, title: str) -> None:
    """Put the figures between their marks on a page; a page without marks gets them at its end."""
    text = page.read_text() if page.exists() else f"# {title}\n"
    section = f"{BEGIN}\n{markdown}\n{END}"
    if BEGIN in text and END in text:
        before, rest = text.split(BEGIN, 1)
        text = before + section + rest.split(END, 1)[1]
    else:
        text = f"{text.rstrip()}\n\n## Figures\n\n{section}\n"
    page.write_text(text)
