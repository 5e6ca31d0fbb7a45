"""Draws a film and writes it, with judging ahead and encoding behind in threads of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import cv2

from core.media import SAMPLE_RATE_HZ
from visuals.film.aside import Behind, ahead
from visuals.film.drawing import Camera
from visuals.film.hindsight import HeardHop
from visuals.film.overlay import Overlay
from visuals.film.writing import FilmWriter

JUDGED_AHEAD: Final = 8
"""Hops that wait to be drawn, beyond those that hindsight needs."""

PICTURES_BEHIND: Final = 8
"""Pictures and sounds that wait to be encoded."""


def film(
    hops: Iterator[HeardHop],
    camera: Camera,
    writer: FilmWriter,
    overlay: Overlay | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> float:
    """Film what `hops` bring, and finish the file.

    Parameters
    ----------
    hops
        The mix with what the judge says of it; made in a thread of their own.
    camera, writer
        Draw and write.
    overlay
        Laid over every picture.
    progress
        Told how many seconds of the film are drawn.

    Returns
    -------
    float
        Seconds of sound in the film; 0 if there is nothing in the part that was to be filmed. The
        file is of no use then.
    """
    cv2.setNumThreads(1)  # the other cores judge and encode
    samples = 0
    with ahead(hops, JUDGED_AHEAD) as judged, Behind(PICTURES_BEHIND) as behind:
        for shot in camera.shoot(judged):
            if shot.sound is not None:
                samples += len(shot.sound)
                behind.do(partial(writer.sound, shot.sound))
                progress(samples / SAMPLE_RATE_HZ)
            if shot.drawn is not None:
                picture = shot.drawn.picture
                # The generator may draw the next one into the same array.
                picture = picture.copy() if overlay is None else overlay.over(picture)
                behind.do(partial(writer.picture, picture))
        if samples:
            behind.do(writer.finish)
    return samples / SAMPLE_RATE_HZ
