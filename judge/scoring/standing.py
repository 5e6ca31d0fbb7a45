"""Where a set stands in one component: what was lost, by what, and how sure that is.

A component is 10 less the losses of everything that was judged, averaged, and shrunk towards what
is usual while that is little. Each loss keeps the code of the finding that tells it, so the
losses always sum to what the score lacks.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.messages import Component, Estimate, Loss
from judge.scoring.estimates import SPAN, Belief

PRIOR_CODE: Final = "prior"
CALIBRATION_CODE: Final = "calibration"
PRIOR_LOSS: Final = 0.35
PRIOR_DEVIATION: Final = 0.2
PRIOR_WEIGHT: Final = 0.4
"""Before anything is known a set is taken for a usual one, 6.85; the first transition already
outweighs that."""

SHARED_ERROR: Final = 0.25
"""Share of the model's error variance that everything in a set has in common, and that hearing
more of the same set never removes: its sound, its room, its mastering."""

HIGHEST: Final = 10.0

NOISE_CODE: Final = "reading_noise"
"""What was lost in amounts too small to be told: no reading ever says exactly flawless."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One thing that was judged.

    Attributes
    ----------
    losses
        By the code of a finding, on 0-1.
    deviation
        Standard deviation of their sum.
    weight
        How likely it was one at all, 0-1.
    told
        Codes that are plain enough to be told as findings.
    """

    losses: Mapping[str, float]
    deviation: float
    weight: float = 1.0
    told: frozenset[str] = frozenset()


def standing(
    component: Component, judged: list[Judged], faults: Sequence[Mapping[str, float]] = ()
) -> tuple[Belief, tuple[Loss, ...]]:
    """Return the score that several judged things give, and its losses.

    Parameters
    ----------
    component
        Which one.
    judged
        All of them; may be empty.
    faults
        Losses of what happened beside them, as in `Judged`. They come on top of the mean: averaged
        in, a small fault would raise the score of a set whose transitions are worse.

    Returns
    -------
    tuple
        The belief on 1-10, and losses whose points sum to its mean less 10.
    """
    total = PRIOR_WEIGHT + sum(each.weight for each in judged)
    shares: dict[str, float] = defaultdict(float)
    counts: dict[str, int] = defaultdict(int)
    for each in judged:
        for code, loss in each.losses.items():
            shares[code] += each.weight / total * loss
            counts[code] += int(code in each.told)
    own = sum((each.weight / total * each.deviation) ** 2 for each in judged)
    alike = SHARED_ERROR * sum(each.weight / total * each.deviation for each in judged) ** 2
    shares, counts = _gathered(shares, counts)
    unproved = PRIOR_WEIGHT / total
    variance = own + alike + (unproved * PRIOR_DEVIATION) ** 2
    shares[PRIOR_CODE] += unproved * PRIOR_LOSS
    counts[PRIOR_CODE] = 0
    for fault in faults:
        for code, loss in fault.items():
            shares[code] += loss / (total + len(faults))
            counts[code] += 1
    lost = sum(shares.values())
    if lost > 1:
        shares = {code: share / lost for code, share in shares.items()}
    return _concluded(component, shares, counts, math.sqrt(variance))


def _gathered(
    shares: Mapping[str, float], counts: Mapping[str, int]
) -> tuple[dict[str, float], dict[str, int]]:
    """Put what was never told together: nobody can act on it."""
    told: dict[str, float] = defaultdict(float)
    for code, share in shares.items():
        told[code if counts[code] else NOISE_CODE] += share
    return told, defaultdict(int, {code: count for code, count in counts.items() if count})


def whole(
    component: Component, losses: Mapping[str, float], deviation: float, unproved: float
) -> tuple[Belief, tuple[Loss, ...]]:
    """Return the score of what is judged over the set as a whole, and its losses.

    Parameters
    ----------
    component
        Energy or creativity.
    losses
        By the code of a finding, on 0-1.
    deviation
        Of their sum.
    unproved
        How much the set is still too short to tell, 0-1: so far it is taken for a usual one.
    """
    shares = {code: (1 - unproved) * loss for code, loss in losses.items()}
    shares[PRIOR_CODE] = unproved * PRIOR_LOSS
    variance = ((1 - unproved) * deviation) ** 2 + (unproved * PRIOR_DEVIATION) ** 2
    return _concluded(component, shares, dict.fromkeys(losses, 1), math.sqrt(variance))


def _concluded(
    component: Component, shares: Mapping[str, float], counts: Mapping[str, int], deviation: float
) -> tuple[Belief, tuple[Loss, ...]]:
    losses = tuple(
        Loss(component, code, counts.get(code, 0), -SPAN * share)
        for code, share in sorted(shares.items(), key=lambda item: -item[1])
        if share > 0
    )
    mean = HIGHEST + sum(loss.points for loss in losses)
    return Belief(mean, SPAN * deviation), losses


def settled_up(
    component: Component, losses: tuple[Loss, ...], estimate: Estimate | None
) -> tuple[Loss, ...]:
    """Return losses that sum to what the score that is shown lacks of 10.

    A calibration moves the score; what it moves stands as a loss of its own where it takes, and
    is taken off all losses alike where it gives.
    """
    if estimate is None:
        return ()
    lost, shown = -sum(loss.points for loss in losses), HIGHEST - estimate.value
    if abs(shown - lost) < 1e-9:
        return losses
    if shown > lost:
        return (*losses, Loss(component, CALIBRATION_CODE, 0, lost - shown))
    scale = shown / lost
    return tuple(replace(loss, points=scale * loss.points) for loss in losses)
