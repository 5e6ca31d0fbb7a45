"""What was let out, and whether one more picture may be.

Two things are watched, of luminance and of saturated red alike: every cell, as long as more than a
small share of some field of view is restless, and the mean of every field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visuals.picture import Picture, PictureSize
from visuals.safety.blending import Shares, resampled
from visuals.safety.fields import Fields
from visuals.safety.meter import Meter, Readings
from visuals.safety.runs import Runs, Stride
from visuals.safety.swings import WINDOW_SECONDS, Step, Swings

RESTLESS_SHARE: Final = 0.15
"""Of a field of view, that may swing more often than allowed; the guidelines say 0.25."""

_MOVING: Final = 0.1  # of a swing: tiles that change by less have no part in what a field does


@dataclass(frozen=True, slots=True)
class Allowed:
    """Swings that any second may hold, up to `swings.REMEMBERED`."""

    of_fields: int  # of the mean of a field
    of_cells: int  # of a cell, beyond the share that may be restless


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one picture."""

    readings: Readings
    tiles: NDArray[np.float32]  # `readings` over tiles: shape (2, down, across)
    means: NDArray[np.float32]  # and over fields: shape (2, fields)
    cells: Step
    fields: Step
    runs: Stride
    shares: Shares | None  # that tiles may go towards it; None: all of the way


class Watch:
    """Follows the pictures of one size.

    Parameters
    ----------
    picture
        The last one that was let out.
    now_seconds
        Its moment.
    """

    def __init__(self, picture: Picture, now_seconds: float) -> None:
        self.size = PictureSize(picture.shape[1], picture.shape[0])
        self.meter = Meter(self.size)
        self.fields = Fields(self.meter.rows, self.meter.columns)
        self.picture = picture.copy()
        self._readings = self.meter.read(self.picture)
        self._tiles = self.fields.tiles(self._readings)
        self._means = self.fields.means(self._tiles)
        self._cells = Swings(self._readings, now_seconds)
        self._fields = Swings(self._means, now_seconds)
        self._runs = Runs(self._means, now_seconds)
        self._restless = np.full(self._readings.size, -np.inf)  # when each last wanted too much
        self._counted_seconds = -np.inf  # when the restless were counted last, and what was found
        self._last_crowded: NDArray[np.bool_] | None = None
        self._fewest_restless = self.fields.fewest(RESTLESS_SHARE)

    def resized(self, size: PictureSize, now_seconds: float) -> Watch:
        """Return a watch of another size that remembers what this one does."""
        other = Watch(resampled(self.picture, size), now_seconds)
        origin = self._origin(other.meter.rows, other.meter.columns)
        other._cells = self._cells.moved(origin, other._readings, now_seconds)
        other._restless = self._restless[origin]
        fields = self.fields.nearest(other.fields)
        both = np.concatenate([fields, fields + self._means.shape[1]])
        other._fields = self._fields.moved(both, other._means, now_seconds)
        other._runs = self._runs.moved(both, other._means, now_seconds)
        return other

    def _origin(self, rows: int, columns: int) -> NDArray[np.intp]:
        """Return, for each reading of a grid of another size, the nearest one of this."""
        row = np.arange(rows) * self.meter.rows // rows
        column = np.arange(columns) * self.meter.columns // columns
        cells = row[:, None] * self.meter.columns + column[None, :]
        origin: NDArray[np.intp] = cells + np.array([0, self._readings[0].size])[:, None, None]
        return origin.ravel()

    def judge(self, readings: Readings, now_seconds: float, allowed: Allowed) -> Verdict:
        """Say whether a picture may be let out.

        Parameters
        ----------
        readings
            Of the picture.
        now_seconds
            Its moment.
        allowed
            What any second may hold.
        """
        tiles = self.fields.tiles(readings)
        means = self.fields.means(tiles)
        cells, fields = self._cells.step(readings), self._fields.step(means)
        runs = self._runs.stride(means)
        shares = _lesser(
            self._of_cells(cells, now_seconds, allowed.of_cells),
            self._of_fields(tiles, fields, runs, now_seconds, allowed.of_fields),
        )
        return Verdict(readings, tiles, means, cells, fields, runs, shares)

    def _of_cells(self, step: Step, now_seconds: float, allowed: int) -> Shares | None:
        """Return how far tiles may go for their cells' sake."""
        swinging = self._cells.too_many(step, now_seconds, allowed)
        if not swinging.size:
            return None
        crowded = self._crowded(swinging, now_seconds)
        if crowded is None:
            return None
        shares = self.fields.least(swinging, self._cells.room(step, swinging))
        shares[~crowded] = 1.0
        least = shares.min(axis=0)
        return least if (least < 1.0).any() else None

    def _crowded(self, swinging: NDArray[np.intp], now_seconds: float) -> NDArray[np.bool_] | None:
        """Return the tiles of fields in which too much is restless; None where there are none.

        What was found for a picture holds for its milder form, which makes no other cells restless.
        """
        known = now_seconds == self._counted_seconds
        if known and (self._restless.take(swinging) == now_seconds).all():
            return self._last_crowded
        self._restless[swinging] = now_seconds
        self._counted_seconds = now_seconds
        self._last_crowded = self._crowds(now_seconds)
        return self._last_crowded

    def _crowds(self, now_seconds: float) -> NDArray[np.bool_] | None:
        restless = np.flatnonzero(self._restless > now_seconds - WINDOW_SECONDS)
        if restless.size < self._fewest_restless:
            return None
        crowded = self.fields.means(self.fields.shares(restless)) >= RESTLESS_SHARE
        return self.fields.covered(crowded) if crowded.any() else None

    def _of_fields(
        self,
        tiles: NDArray[np.float32],
        step: Step,
        stride: Stride,
        now_seconds: float,
        allowed: int,
    ) -> Shares | None:
        """Return how far tiles may go for their fields' sake: those that move the fields."""
        swinging = self._fields.too_many(step, now_seconds, allowed)
        running = self._runs.too_many(stride, now_seconds, allowed)
        if not swinging.size and not running.size:
            return None
        room = min(
            self._fields.room(step, swinging).min(initial=1.0),
            self._runs.room(stride, running).min(initial=1.0),
        )
        either = np.zeros(self._means.shape, bool)
        either.put(swinging, True)
        either.put(running, True)
        held = self.fields.covered(either)
        held &= np.abs(tiles - self._tiles) >= _MOVING
        return np.where(held.any(axis=0), np.float32(room), np.float32(1.0))

    def let_out(self, picture: Picture, verdict: Verdict, now_seconds: float) -> None:
        """Remember that `picture` was let out."""
        np.copyto(self.picture, picture)
        self._readings, self._tiles = verdict.readings, verdict.tiles
        self._means = verdict.means
        self._cells.take(verdict.cells, now_seconds)
        self._fields.take(verdict.fields, now_seconds)
        self._runs.take(verdict.runs, now_seconds)

    def stay(self) -> Verdict:
        """Return the verdict on the last picture once more: nothing changes, so it may be."""
        return Verdict(
            self._readings,
            self._tiles,
            self._means,
            self._cells.step(self._readings),
            self._fields.step(self._means),
            self._runs.stride(self._means),
            None,
        )


def _lesser(a: Shares | None, b: Shares | None) -> Shares | None:
    if a is None or b is None:
        return b if a is None else a
    return np.minimum(a, b)
