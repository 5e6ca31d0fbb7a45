"""The scenes: ways to paint that the eye tells apart at a glance."""

from __future__ import annotations

from typing import Final

from visuals.catalogue import SCENES
from visuals.scenes.aurora import Aurora
from visuals.scenes.crystal import Crystal
from visuals.scenes.dunes import Dunes
from visuals.scenes.filament import Filament
from visuals.scenes.horizon import Horizon
from visuals.scenes.lattice import Lattice
from visuals.scenes.liquid import Liquid
from visuals.scenes.mandala import Mandala
from visuals.scenes.nebula import Nebula
from visuals.scenes.orbs import Orbs
from visuals.scenes.stage import Scene
from visuals.scenes.tunnel import Tunnel
from visuals.scenes.vortex import Vortex

SCENE_TYPES: Final[tuple[type[Scene], ...]] = (
    Mandala,
    Tunnel,
    Liquid,
    Aurora,
    Lattice,
    Dunes,
    Nebula,
    Crystal,
    Horizon,
    Orbs,
    Filament,
    Vortex,
)

if tuple(each.slug for each in SCENE_TYPES) != SCENES:
    raise RuntimeError("The catalogue lists other scenes than there are.")
