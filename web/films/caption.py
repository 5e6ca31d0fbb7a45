"""A film's caption, set once and laid over every picture."""

from __future__ import annotations

from typing import Final

import numpy as np

from visuals.film.overlay import Overlay, overlay_of
from visuals.picture import PictureSize

_DPI: Final = 100.0
_HEIGHT_SHARE: Final = 0.055
"""Of the picture's height: large enough to read on a telephone."""
_LEAST_POINTS: Final = 7.0
_WIDEST_SHARE: Final = 0.9
_MARGIN: Final = 0.05


def left_out(text: str) -> str:
    """Return the characters of `text` that the caption's font lacks, such as emoji, each once."""
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415

    known = get_font(findfont(FontProperties())).get_charmap()
    return "".join(dict.fromkeys(each for each in text if ord(each) not in known))


def caption(text: str, size: PictureSize) -> Overlay | None:
    """Return `text` as a layer for pictures of `size`: white, outlined, at the lower left.

    A long text is set smaller, so that it fits on its line, and characters that the font lacks are
    left out. None for a text of which nothing shows.
    """
    text = text.translate(dict.fromkeys(map(ord, left_out(text)))).strip()
    if not text:
        return None
    # It takes a while to load, which a film without a caption does not wait for, nor `--help`.
    from matplotlib import patheffects  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(size.width / _DPI, size.height / _DPI), dpi=_DPI)
    figure.patch.set_alpha(0.0)
    canvas = FigureCanvasAgg(figure)
    points = max(size.height * _HEIGHT_SHARE * 72.0 / _DPI, _LEAST_POINTS)
    written = figure.text(
        _MARGIN * size.height / size.width,
        _MARGIN,
        text,
        color="white",
        fontsize=points,
        parse_math=False,
        path_effects=[
            patheffects.withStroke(linewidth=points / 6.0, foreground="black", alpha=0.6)
        ],
    )
    width = written.get_window_extent(canvas.get_renderer()).width  # type: ignore[no-untyped-call]
    widest = _WIDEST_SHARE * size.width
    if width > widest:
        written.set_fontsize(points * widest / width)
    canvas.draw()  # type: ignore[no-untyped-call]
    drawn = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
    return overlay_of(np.asarray(drawn, np.uint8))
