"""Which mixer and which effects a DJ has: one for training, others that only the proof hears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from training.simulator import effects_second as second
from training.simulator.automation import Curve
from training.simulator.filters import BassKnob, Knob, SweptFilter
from training.simulator.randomness import pick


class Effects(StrEnum):
    """Whose mixer it is."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Mixer:
    """What a channel is built of.

    Attributes
    ----------
    bass_knob
        Makes the filter behind the bass knob.
    swept_filter
        Makes a "highpass" or a "lowpass".
    fader_curve, bass_curve
        From where fader and knob stand to their gain, both 0-1; None where the two are the same.
    roll_fade_samples
        How long a loop roll fades at each of its edges.
    tape_echo
        Whether echoes run over tape rather than come back as they were.
    """

    bass_knob: Callable[[], Knob] = BassKnob
    swept_filter: Callable[[str], Knob] = SweptFilter
    fader_curve: Curve | None = None
    bass_curve: Curve | None = None
    roll_fade_samples: int = 0
    tape_echo: bool = False


FIRST: Final = Mixer()


def draw_mixer(rng: np.random.Generator, effects: Effects) -> Mixer:
    """Draw a mixer: the first kind is always the same, of the second there are several."""
    fader_curve = pick(rng, second.FADER_CURVES)
    roll_fade_samples = int(rng.integers(120, 480))
    if effects is Effects.FIRST:
        return FIRST
    return Mixer(
        bass_knob=second.ShelfKnob,
        swept_filter=second.LadderFilter,
        fader_curve=fader_curve,
        bass_curve=second.squared,
        roll_fade_samples=roll_fade_samples,
        tape_echo=True,
    )
