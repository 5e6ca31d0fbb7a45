"""Renders a planned set as a stream of blocks, with memory that does not grow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from training.simulator.automation import Automation
from training.simulator.deck import Deck
from training.simulator.mastering import Limiter, clipped
from training.simulator.set_plan import SetPlanner, SetStyle, SetTruth
from training.simulator.synthesis import Audio
from training.simulator.track import render_track

BLOCK_SAMPLES: Final = HOP_SAMPLES
PLANNED_AHEAD_SAMPLES: Final = 30 * SAMPLE_RATE_HZ
"""The next track is drawn and rendered so long before it is heard."""

GAP_FLOOR: Final = 1e-4
"""A set is never digitally silent: a mixer hums at -80 dBFS."""


class SetRenderer:
    """A set: blocks of sound on one side, what is true of them on the other.

    `start_sample` is where on the clock of the truth the first block begins.

    Parameters
    ----------
    seed, style
        Equal arguments give equal samples.
    skip_transitions
        Begin later: so many transitions are planned and true, but never rendered.
    lead_in_seconds
        With `skip_transitions`, how long before the next transition the sound begins.
    """

    def __init__(
        self,
        seed: int,
        style: SetStyle | None = None,
        *,
        skip_transitions: int = 0,
        lead_in_seconds: float = 15.0,
    ) -> None:
        self._planner = SetPlanner(seed, style or SetStyle())
        self._drive_db = Automation(0.0)
        self._limiter = Limiter()
        self._hum = np.random.default_rng(seed)
        self._skip = Limiter.delay_samples
        self._decks: list[Deck] = []
        self._position = 0
        for _ in range(skip_transitions):
            self._plan()
        if skip_transitions:
            newest = self.truth.tracks[-1]
            leaves = newest.sample_of_bar(newest.plan.arrangement.outro_bar)
            entered = self.truth.transitions[-1].end_sample
            lead_in = round(lead_in_seconds * SAMPLE_RATE_HZ)
            self._position = max(round(leaves) - lead_in, round(entered) + 1)
        newest = self.truth.tracks[-1]
        self._decks.append(Deck(newest, render_track(newest.plan)))
        self.start_sample: Final = self._position

    @property
    def truth(self) -> SetTruth:
        """Tracks, transitions and events as far as they are planned."""
        return self._planner.truth

    def blocks(self) -> Iterator[Audio]:
        """Yield blocks of shape (BLOCK_SAMPLES, 2) at 48 kHz, without end."""
        pending = np.zeros((0, 2), dtype=np.float32)
        emitted = self.start_sample
        while True:
            pending = np.concatenate([pending, self._advance()])
            if len(pending) >= BLOCK_SAMPLES:
                drive_db = self._drive_db.over(emitted, BLOCK_SAMPLES)
                yield clipped(pending[:BLOCK_SAMPLES], drive_db)
                pending = pending[BLOCK_SAMPLES:]
                emitted += BLOCK_SAMPLES

    def _advance(self) -> Audio:
        """Render one more block; the first comes out short by the limiter's delay."""
        self._plan_ahead()
        mix = self._hum.standard_normal((BLOCK_SAMPLES, 2), dtype=np.float32)
        mix *= np.float32(GAP_FLOOR)
        for deck in self._decks:
            mix += deck.render(self._position, BLOCK_SAMPLES)
        self._position += BLOCK_SAMPLES
        limited = self._limiter(mix)[self._skip :]
        self._skip = 0
        return limited

    def _plan_ahead(self) -> None:
        while self._position > self._next_planning():
            self._plan()
            incoming = self.truth.tracks[-1]
            self._decks.append(Deck(incoming, render_track(incoming.plan)))
        self._decks = [deck for deck in self._decks if not self._is_over(deck)]

    def _plan(self) -> None:
        """Plan one more transition."""
        transition = self._planner.advance()
        drive_db = transition.flaws.clip_drive_db
        if drive_db > 0:
            start, end = transition.start_sample, transition.end_sample
            self._drive_db.add([(start - 1, 0.0), (start, drive_db)])
            self._drive_db.add([(end, drive_db), (end + 1, 0.0)])

    def _next_planning(self) -> float:
        newest = self.truth.tracks[-1]
        leaves = newest.sample_of_bar(newest.plan.arrangement.outro_bar)
        return leaves - PLANNED_AHEAD_SAMPLES

    def _is_over(self, deck: Deck) -> bool:
        index = deck.played.index
        transitions = self.truth.transitions
        return index < len(transitions) and self._position > transitions[index].end_sample
