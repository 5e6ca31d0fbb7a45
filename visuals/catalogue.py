"""Names of what a show can be: for pages, settings and the wire; loads no model.

Slugs are stable: pages translate them, rooms keep them.
"""

from __future__ import annotations

from typing import Final

SCENES: Final = (
    "mandala",
    "tunnel",
    "liquid",
    "aurora",
    "lattice",
    "dunes",
    "nebula",
    "crystal",
    "horizon",
    "orbs",
    "filament",
    "vortex",
)
"""What can be seen."""

PALETTES: Final = (
    "ember",
    "gold",
    "meadow",
    "jade",
    "lagoon",
    "glacier",
    "abyss",
    "violet",
    "orchid",
    "rose",
)
"""What colours it can have, around the colour wheel."""
