"""Layers over pictures."""

import numpy as np

from visuals.film.overlay import overlay_of


def test_only_what_is_covered_changes():
    rgba = np.zeros((20, 30, 4), np.uint8)
    rgba[5:8, 10:14] = (200, 100, 0, 128)
    layer = overlay_of(rgba)
    assert (layer.top, layer.left, layer.colour.shape) == (5, 10, (3, 4, 3))
    picture = np.full((20, 30, 3), 100, np.uint8)
    shown = layer.over(picture)
    assert np.all(picture == 100)
    np.testing.assert_array_equal(shown[6, 12], (150, 100, 50))
    shown[5:8, 10:14] = 100
    assert np.all(shown == 100)


def test_an_empty_layer_is_none():
    assert overlay_of(np.zeros((20, 30, 4), np.uint8)) is None
