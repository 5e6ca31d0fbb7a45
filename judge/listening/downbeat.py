"""Downbeat: which of the four beats of a bar the newest beat is.

A forward filter walks through the bar, one place a beat (a bar pointer with the beats given). What
it expects depends on the style: a backbeat has its snare or clap on the second and fourth beat,
half time has a kick on the first and a snare on the third; in both, harmony, bass and parts change
on the first. Every beat is compared with the beats before it, so that no level matters.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from judge.listening.beat import BeatFit
from judge.listening.onsets import FINE_BANDS, FRAME_RATE_HZ, ONSET_BANDS, OnsetHop
from judge.listening.trail import Trail

BEATS: Final = 4
SURE: Final = 0.8
"""Belief at which a place is first said, or another one said instead."""
UNSURE: Final = 0.6
"""Belief under which the place said before is no longer said."""

_HOPS_PER_SECOND: Final = 2
_MEMORY_SECONDS: Final = 6
_SIDE_BEATS: Final = 2
"""What follows a beat is compared with what went before it over so many beats."""
_REACH_FRAMES: Final = round(0.05 * FRAME_RATE_HZ)
_SNARE_FRAMES: Final = round(0.06 * FRAME_RATE_HZ)
_BRIGHT_BANDS: Final = 16
"""Fine bands from here on lie above 800 Hz."""
_KNOWN_BEATS: Final = 32
_LEAST_BEATS: Final = 8
_STRONGEST: Final = 2.5

_KICK, _SNARE, _CHANGE, _CHORD = range(4)
_CUES: Final = 4

# Rows: backbeat and half time; columns: the beats of a bar; each row sums to zero.
_EXPECTED: Final = np.zeros((_CUES, 2, BEATS))
_EXPECTED[_KICK] = ((1.2, -0.7, 0.1, -0.6), (1.8, -0.6, -0.6, -0.6))
_EXPECTED[_SNARE] = ((-1.0, 1.0, -1.0, 1.0), (-0.6, -0.6, 1.8, -0.6))
_EXPECTED[_CHANGE] = _EXPECTED[_CHORD] = (1.0, 0.5, -1.0, -0.5)
_WEIGHTS: Final = np.array([0.12, 0.2, 0.1, 0.1])
_SLIP: Final = 0.002
"""Each beat: how likely the bar begins anew elsewhere, as after a cut."""
_RESTYLE: Final = 0.005
_STUMBLE: Final = 0.2
"""Beats that fall further than this from where they were expected shake all belief."""


class DownbeatTracker:
    """Follows the place of the beat in its bar, hop by hop."""

    def __init__(self) -> None:
        frames = round(_MEMORY_SECONDS * FRAME_RATE_HZ)
        self._fine: Trail[np.float32] = Trail(frames, FINE_BANDS, np.float32)
        self._flux: Trail[np.float32] = Trail(frames, ONSET_BANDS, np.float32)
        self._chroma: Trail[np.float64] = Trail(_MEMORY_SECONDS * _HOPS_PER_SECOND, 12, np.float64)
        self._cues: Trail[np.float64] = Trail(_KNOWN_BEATS, _CUES, np.float64)
        self._belief = np.full((2, BEATS), 1 / (2 * BEATS))
        self._since_judged_seconds = 0.0
        self._running = False
        self._said: int | None = None

    def hear(
        self, onsets: OnsetHop, chroma: NDArray[np.float64], fit: BeatFit | None, hop_seconds: float
    ) -> int | None:
        """Take a hop; return the place of its newest beat, 0-3, or None while not sure."""
        self._fine.append(onsets.fine)
        self._flux.append(onsets.flux)
        self._chroma.append(chroma[None])
        if fit is None:
            self._lose()
            return None
        self._since_judged_seconds += hop_seconds
        return self._say(self._judge(fit))

    def _lose(self) -> None:
        self._belief[:] = 1 / (2 * BEATS)
        self._cues.forget_before(0)
        self._running = False
        self._said = None

    def _judge(self, fit: BeatFit) -> int:
        """Judge the beats that now have enough after them; return how many beats came since."""
        period = fit.period_seconds
        ahead = int((_SIDE_BEATS * period - fit.since_beat_seconds) // period) + 1
        newest = fit.since_beat_seconds + ahead * period  # age of the newest beat to judge
        beats = (self._since_judged_seconds - newest) / period if self._running else 1.0
        self._running = True
        count = round(beats)
        if abs(beats - count) > _STUMBLE:
            self._belief = 0.5 * self._belief + 0.5 / (2 * BEATS)
        for back in range(count - 1, -1, -1):
            self._take(newest + back * period, period)
        if count > 0:
            self._since_judged_seconds = newest
        return ahead

    def _take(self, age_seconds: float, period: float) -> None:
        """Step on to the beat that lies `age_seconds` back and weigh its cues."""
        self._belief = np.roll(self._belief, 1, axis=1)
        self._said = None if self._said is None else (self._said + 1) % BEATS
        mean, styles = self._belief.mean(), self._belief[::-1]
        self._belief = (1 - _SLIP - _RESTYLE) * self._belief + _SLIP * mean + _RESTYLE * styles
        cues = self._cues_at(age_seconds, period)
        if cues is None:
            return
        self._cues.append(cues[None])
        known = self._cues.newest()
        if len(known) < _LEAST_BEATS:
            return
        spread = known.std(axis=0) + 1e-3 * np.abs(known).mean(axis=0) + 1e-9
        accents = np.clip((cues - known.mean(axis=0)) / spread, -_STRONGEST, _STRONGEST)
        evidence = np.einsum("c,csb->sb", _WEIGHTS * accents, _EXPECTED)
        self._belief *= np.exp(evidence)
        self._belief /= self._belief.sum()

    def _cues_at(self, age_seconds: float, period: float) -> NDArray[np.float64] | None:
        """Return how strong kick, snare, change of sound and change of chord are at a beat."""
        side = round(_SIDE_BEATS * period * FRAME_RATE_HZ)
        at = len(self._fine) - round(age_seconds * FRAME_RATE_HZ)
        if at < side or at + side > len(self._fine) + 1:
            return None
        fine, flux = self._fine.newest(), self._flux.newest()
        struck = flux[at - _REACH_FRAMES : at + _REACH_FRAMES, :2].sum()
        bright = fine[at : at + _SNARE_FRAMES, _BRIGHT_BANDS:].mean()
        change = np.abs(fine[at : at + side].mean(axis=0) - fine[at - side : at].mean(axis=0))
        return np.array([struck, bright, change.mean(), self._chord_change(age_seconds)])

    def _chord_change(self, age_seconds: float) -> float:
        """Return one minus the cosine of the chroma after and before a beat."""
        chroma = self._chroma.newest()
        at = len(chroma) - round(age_seconds * _HOPS_PER_SECOND - 0.66)
        before, after = chroma[max(at - 2, 0) : at].sum(axis=0), chroma[at : at + 2].sum(axis=0)
        lengths = float(np.linalg.norm(before) * np.linalg.norm(after))
        return 1 - float(before @ after) / lengths if lengths > 1e-9 else 0.0

    def _say(self, ahead: int) -> int | None:
        """Return the place of the newest beat, which came `ahead` beats after the last judged."""
        places = self._belief.sum(axis=0)
        best = int(np.argmax(places))
        if places[best] >= SURE:
            self._said = best
        elif self._said is not None and places[self._said] < UNSURE:
            self._said = None
        return None if self._said is None else (self._said + ahead) % BEATS
