"""The generator: draws a room's show, picture by picture, from what is heard."""

from __future__ import annotations

import math
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.show import ShowSettings
from visuals.act import Act
from visuals.colouring import coloured
from visuals.colourist import Colourist
from visuals.director import Director, Staging
from visuals.field import FieldModel
from visuals.grids import Grid
from visuals.motion import Motion, Moves
from visuals.picture import FRAMES_PER_SECOND, Drawn, PictureSize
from visuals.scenes import SCENE_TYPES
from visuals.scenes.stage import Layers
from visuals.senses import Senses
from visuals.sparkles import Sparkles

_USUAL_SECONDS: Final = 90.0
"""How long it takes until a sound is no news."""

_PULSE: Final = 0.15
_BURST: Final = 0.14
"""How much brighter a beat and a drop are. More would be a flash."""

_DISSOLVE: Final = 0.35
"""How unevenly one scene gives way to another."""


class ShowGenerator:
    """Draws a show; the same seed and senses give the same pictures, bit for bit.

    Parameters
    ----------
    seed
        Of everything that chance decides.
    size
        Of the pictures.
    field
        The neural field's model; the shipped one by default.
    frames_per_second
        Expected; moments may come at any others.
    """

    def __init__(
        self,
        seed: int,
        size: PictureSize,
        field: FieldModel | None = None,
        frames_per_second: float = FRAMES_PER_SECOND,
    ) -> None:
        self._seed = seed
        self._field = field or FieldModel.load()
        self._grid = Grid.of(size)
        self._motion = Motion(frames_per_second)
        self._director = Director(seed, {each.slug: each.energy for each in SCENE_TYPES})
        self._colourist = Colourist(seed)
        self._sparkles = Sparkles(seed)
        self._acts: dict[str, Act] = {}
        self._now_and_usual: NDArray[np.float32] | None = None  # embeddings, a row each

    @property
    def size(self) -> PictureSize:
        """Of the pictures."""
        return self._grid.size

    def resize(self, size: PictureSize) -> None:
        """Draw at another size from the next picture on, without a visible break."""
        if size == self.size:
            return
        self._grid = Grid.of(size)
        for act in self._acts.values():
            act.fit(self._grid)

    def draw(self, senses: Senses, settings: ShowSettings) -> Drawn:
        """Draw the picture of a moment; moments never run backwards."""
        moves = self._motion.follow(senses, settings)
        staging = self._director.direct(senses, settings)
        palette, colours = self._colourist.colours(senses, settings, moves)
        light, tone = self._painted(staging, moves, senses)
        if not settings.calm:
            self._sparkles.shine(light, moves)
        dim = 0.72 + 0.28 * min(1.0, moves.energy * 1.6)
        light *= np.float32(dim * (1 + _PULSE * moves.pulse + _BURST * moves.burst))
        return Drawn(coloured(light, tone, colours), staging.scene, palette)

    def _painted(self, staging: Staging, moves: Moves, senses: Senses) -> Layers:
        """Draw what is on stage; while a scene grows out of another, both."""
        kept = {staging.scene, staging.outgoing}
        gone = [act for slug, act in self._acts.items() if slug not in kept]
        self._acts = {slug: act for slug, act in self._acts.items() if slug in kept}
        if staging.scene not in self._acts:
            self._enter(staging, gone)
        heard = self._heard(senses, moves)
        new = self._acts[staging.scene].draw(moves, *heard)
        if staging.outgoing is None:
            return new
        old = self._acts[staging.outgoing].draw(moves, *heard)
        return _dissolved(old, new, staging.progress)

    def _enter(self, staging: Staging, gone: list[Act]) -> None:
        """Let a scene begin; after a cut, with the light of the one before."""
        index = zlib.crc32(staging.scene.encode())
        rng = np.random.default_rng((self._seed, index))
        scene = next(each for each in SCENE_TYPES if each.slug == staging.scene)(rng)
        act = Act(scene, rng, self._grid, self._field)
        if staging.cut and gone:
            act.take_over(gone[0].light)
        self._acts[staging.scene] = act

    def _heard(self, senses: Senses, moves: Moves) -> tuple[NDArray[np.float32], ...]:
        """Return the field's conditions, and the embedding with what it usually is."""
        if self._now_and_usual is None:
            self._now_and_usual = np.tile(senses.embedding.astype(np.float32), (2, 1))
        now, usual = self._now_and_usual
        now[:] = senses.embedding
        usual += (now - usual) * np.float32(1 - math.exp(-moves.seconds / _USUAL_SECONDS))
        slow, slower = 0.31 * moves.sway, 0.113 * moves.sway
        conditions = [
            math.cos(slow),
            math.sin(slow),
            math.cos(slower),
            math.sin(slower),
            moves.mid,
            moves.tension - moves.openness,
            moves.energy + 0.5 * moves.richness,
            moves.burst,
        ]
        return np.array(conditions, np.float32), self._now_and_usual


def _dissolved(old: Layers, new: Layers, progress: float) -> Layers:
    """Return the new scene growing out of the old one, first where it is bright."""
    lead = np.clip(new.light, 0, 1) - np.clip(old.light, 0, 1)
    lead *= np.float32(_DISSOLVE)
    lead += np.float32(progress * (1 + 2 * _DISSOLVE) - _DISSOLVE)
    share = np.clip(lead, 0, 1, out=lead)
    return Layers(
        old.light + (new.light - old.light) * share, old.tone + (new.tone - old.tone) * share
    )
