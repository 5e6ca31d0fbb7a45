"""What the neural field's model and its reader agree on."""

from __future__ import annotations

from typing import Final

KIND: Final = "field"

LABELS: Final = ("tone", "drift_x", "drift_y")
"""Channels of the field: what colours the picture, and what bends it."""

COORDINATES: Final = 4
"""Numbers by which a scene tells the field where a point lies, symmetries included."""

CONDITIONS: Final = 8
"""Numbers that the music moves: slow phases, bend, tension, energy and the like."""

LATENT: Final = 8
"""Numbers that are left of the judge's embedding."""

HIDDEN: Final = 16
"""Width of the field's layers."""

UNITS: Final = HIDDEN + 1
"""Of a layer as the graph has it: the last always says 1, so that weights hold the biases."""

LAYERS: Final = 2
"""Hidden layers after the first."""


def settings() -> dict[str, object]:
    """Return what a model file must have been made for, as it travels in its metadata."""
    return {
        "conditions": CONDITIONS,
        "latent": LATENT,
        "hidden": HIDDEN,
        "layers": LAYERS,
    }
