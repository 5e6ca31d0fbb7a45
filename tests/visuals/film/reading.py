"""Reads a film back, as a player would."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Read:
    times: list[float]  # of the pictures
    pictures: NDArray[np.uint8]  # shape (pictures, height, width, 3)
    sound: NDArray[np.float32]  # shape (samples, 2)
    sound_begins: float
    container_seconds: float
    codecs: tuple[str, str]
    title: str | None


def read(path) -> Read:
    with av.open(str(path)) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        codecs = (video.codec_context.name, sound.codec_context.name)
        seconds, title = container.duration / av.time_base, container.metadata.get("title")
        frames = list(container.decode(video=0))
    with av.open(str(path)) as container:
        parts = list(container.decode(audio=0))
    return Read(
        times=[frame.time for frame in frames],
        pictures=np.stack([frame.to_ndarray(format="rgb24") for frame in frames]),
        sound=np.concatenate([part.to_ndarray() for part in parts], axis=1).T,
        sound_begins=parts[0].time,
        container_seconds=seconds,
        codecs=codecs,
        title=title,
    )


def decibels(sound) -> float:
    return 10.0 * np.log10(np.mean(np.square(sound)))
