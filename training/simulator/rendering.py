"""Renders a planned set as a stream of blocks, with memory that does not grow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from training.simulator.automation import Automation
from training.simulator.deck import Deck
from training.simulator.mastering import Limiter, clipped
from training.simulator.randomness import stream
from training.simulator.set_plan import SetPlanner, SetStyle, SetTruth
from training.simulator.stems import CELL_SAMPLES, StemLevels
from training.simulator.synthesis import Audio
from training.simulator.track import render_track
from training.simulator.transitions import Revise, TransitionPlan

BLOCK_SAMPLES: Final = HOP_SAMPLES
LOADED_AHEAD_SAMPLES: Final = 15 * SAMPLE_RATE_HZ
"""A track is rendered so long before it is heard."""

HEADROOM_DB: Final = 6.0
"""One track at full level peaks so far under full scale, and a louder one is really louder."""

RED_DB: Final = 1.5
"""A clip drive of this much has used the headroom up."""

RED_RAMP_SAMPLES: Final = 12_000
"""A gain is turned up, and down again, over a quarter of a second."""

GAP_FLOOR: Final = 1e-4
"""A set is never digitally silent: a mixer hums at -80 dBFS."""


class _Hum:
    """The noise of an open mixer: stretches of one second of it, from a new place each time."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        noise = rng.standard_normal((SAMPLE_RATE_HZ + BLOCK_SAMPLES, 2), dtype=np.float32)
        self._noise = np.float32(GAP_FLOOR) * noise

    def block(self) -> Audio:
        start = int(self._rng.integers(SAMPLE_RATE_HZ))
        return self._noise[start : start + BLOCK_SAMPLES]


class SetRenderer:
    """A set: blocks of sound on one side, what is true of them on the other.

    `start_sample` is where on the clock of the truth the first block begins; `stems` holds how
    loud each deck was in everything rendered so far.

    Parameters
    ----------
    seed, style
        Equal arguments give equal samples.
    revise
        May replace what was drawn for a transition; the music stays the same.
    skip_transitions
        Begin later: so many transitions are planned and true, but never rendered.
    lead_in_seconds
        With `skip_transitions`, how long before the next transition the sound begins.
    keep_stems
        Whether `stems` is filled; a set without end would fill the memory.
    """

    def __init__(
        self,
        seed: int,
        style: SetStyle | None = None,
        *,
        revise: Revise | None = None,
        skip_transitions: int = 0,
        lead_in_seconds: float = 15.0,
        keep_stems: bool = True,
    ) -> None:
        self._planner = SetPlanner(seed, style or SetStyle(), revise=revise)
        self._drive_db = Automation(0.0)
        self._limiter = Limiter()
        self._hum = _Hum(stream(seed, "hum"))
        self._skip = Limiter.delay_samples
        self._decks: list[Deck] = []
        self._position = 0
        self._keep_stems = keep_stems
        self.stems: Final = StemLevels()
        for _ in range(skip_transitions):
            self._plan()
        entered = self._planner.free_sample
        leaving = self._plan()
        if skip_transitions:
            begin = max(leaving.start_sample - lead_in_seconds * SAMPLE_RATE_HZ, entered + 1)
            self._position = int(np.ceil(begin / CELL_SAMPLES)) * CELL_SAMPLES
        self._loaded = skip_transitions
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
        self._load_decks()
        mix = np.zeros((BLOCK_SAMPLES, 2), dtype=np.float32)
        for deck in self._decks:
            wet, dry = deck.render(self._position, BLOCK_SAMPLES)
            mix += wet
            if self._keep_stems:
                self.stems.keep(deck.played.index, self._position, wet, dry)
        mix *= np.float32(10 ** (-HEADROOM_DB / 20))
        mix += self._hum.block()
        self._position += BLOCK_SAMPLES
        limited = self._limiter(mix)[self._skip :]
        self._skip = 0
        return limited

    def _load_decks(self) -> None:
        """Put records on in time, with their ends planned, and take off what is over."""
        while self._position > self._comes(self._loaded) - LOADED_AHEAD_SAMPLES:
            if self._loaded == len(self.truth.transitions):
                self._plan()
            played = self.truth.tracks[self._loaded]
            self._decks.append(Deck(played, render_track(played.plan)))
            self._loaded += 1
        self._decks = [deck for deck in self._decks if not self._is_over(deck)]

    def _comes(self, index: int) -> float:
        """Return when a planned track is first heard."""
        return self.truth.transitions[index - 1].start_sample if index else 0.0

    def _plan(self) -> TransitionPlan:
        """Plan one more transition."""
        transition = self._planner.advance()
        drive_db = transition.flaws.clip_drive_db
        if drive_db > 0:
            gain_db = drive_db + HEADROOM_DB * min(1.0, drive_db / RED_DB)
            start, end = transition.start_sample, transition.clip_end_sample
            self._drive_db.add([(start - RED_RAMP_SAMPLES, 0.0), (start, gain_db)])
            self._drive_db.add([(end, gain_db), (end + RED_RAMP_SAMPLES, 0.0)])
        return transition

    def _is_over(self, deck: Deck) -> bool:
        return self._position > self.truth.transitions[deck.played.index].end_sample
