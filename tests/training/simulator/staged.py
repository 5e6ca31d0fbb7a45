"""Short sets in which only what a test asks for happens."""

from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np

from core.messages import TransitionKind
from training.simulator import BLOCK_SAMPLES, Draw, Flaws, Pace, SetRenderer, SetStyle
from training.simulator.flaws import Skill

FLAWLESS = Skill(1.0, 0.0, 0.0)
SECOND = 48_000
QUIET = SetStyle(pace=Pace.RAPID, skill=FLAWLESS, tricks=0.0)


class Staged:
    """The part of a set around its second transition; most others are plain cuts.

    Attributes
    ----------
    audio
        Shape (samples, 2).
    plan, outgoing, incoming
        The transition and its tracks.
    """

    def __init__(
        self, kind, seconds=20, *, seed=3, lead_in_seconds=4.0, entry=TransitionKind.CUT, **flaws
    ):
        def revise(index, draw):
            if index == 1:
                return Draw(kind, replace(Flaws(), **flaws))
            return Draw(entry if index == 0 else TransitionKind.CUT, Flaws())

        self.renderer = SetRenderer(
            seed,
            QUIET,
            revise=revise,
            skip_transitions=1,
            lead_in_seconds=lead_in_seconds,
        )
        blocks = round(seconds * SECOND / BLOCK_SAMPLES)
        self.audio = np.concatenate(list(islice(self.renderer.blocks(), blocks)))
        truth = self.renderer.truth
        self.plan = truth.transitions[1]
        self.outgoing, self.incoming = truth.tracks[1:3]

    def heard(self, start, end):
        """Return the sound between two samples of the set's clock."""
        offset = self.renderer.start_sample
        return self.audio[round(start) - offset : round(end) - offset]

    def powers(self, start, end):
        """Return wet and dry mean powers of both decks, each of shape (3,) for the bands."""
        levels = self.renderer.stems.between(start, end)
        return [
            (levels[track.index].wet.mean(axis=0), levels[track.index].dry.mean(axis=0))
            for track in (self.outgoing, self.incoming)
        ]


def decibels(power):
    """Return 10 log10 of a power."""
    return 10 * np.log10(np.maximum(power, 1e-20))


@cache
def staged(kind, seconds=20, **circumstances):
    """Return the stage, rendered once however many tests look at it."""
    return Staged(kind, seconds, **circumstances)
