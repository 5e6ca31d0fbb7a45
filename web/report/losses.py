"""Where the points went, in figures that a reader can add up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from core.messages import Component
from web.report.contents import LossLine, Report
from web.report.words import local
from web.texts import Texts

BEST: Final = 10
"""What a component has when nothing was lost."""

_TENTHS: Final = 10


def of_component(report: Report, component: Component) -> tuple[LossLine, ...]:
    """Return a component's losses, the costliest first."""
    return tuple(loss for loss in report.losses if loss.component is component)


def shown_tenths(losses: Sequence[LossLine], value: float) -> tuple[int, ...]:
    """Round points to tenths that still sum to what the shown score lacks of 10.

    What rounding leaves over goes to those that it changes least (the largest remainder).

    Parameters
    ----------
    losses
        All of a component's.
    value
        The component's score, on 1-10; it is shown with one decimal.
    """
    tenths = [loss.points * _TENTHS for loss in losses]
    rounded = [math.floor(each) for each in tenths]
    missing = round(value * _TENTHS) - BEST * _TENTHS - sum(rounded)
    by_remainder = sorted(
        range(len(losses)), key=lambda n: rounded[n] - tenths[n], reverse=missing < 0
    )
    for position in by_remainder[: abs(missing)]:
        rounded[position] += 1 if missing > 0 else -1
    return tuple(rounded)


def points(tenths: int, texts: Texts) -> str:
    """Return points as a reader writes them: −0.8, or 0.0 for what rounding left nothing of."""
    return local(f"{tenths / _TENTHS:{'+' if tenths else ''}.1f}", texts)
