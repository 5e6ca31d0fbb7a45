"""Puts the real parts of a show together."""

from __future__ import annotations

import time

import cv2
import numpy as np

from core.media import CHANNELS
from core.show import PictureFormat, ShowSettings
from inference.placement import Placement
from inference.providers import Provider
from visuals.encoding.jpeg import JpegEncoder
from visuals.encoding.vp9 import Vp9Encoder
from visuals.field import FieldModel
from visuals.generator import ShowGenerator
from visuals.hearing.ear import Ear
from visuals.hearing.opus import SoundDecoder
from visuals.picture import PictureSize
from visuals.safety.blackout import Blackout
from visuals.safety.limiter import FlashLimiter
from visuals.worker.pace import ladder_below
from visuals.worker.parts import Parts
from visuals.worker.place import FieldProvider


def make_parts(  # noqa: PLR0917 - a `MakeParts`
    seed: int,
    size: PictureSize,
    frames_per_second: float,
    kilobits_per_second: int,
    provider: FieldProvider = FieldProvider.CPU,
    device: int = 0,
) -> Parts:
    """Return the parts of a show.

    Parameters
    ----------
    seed
        Of all that chance decides.
    size, frames_per_second
        Of the pictures at first.
    kilobits_per_second
        Of the video, at most.
    provider, device
        Where the network runs; on the CPU where that does not work, which is logged.
    """
    cv2.setNumThreads(1)  # on small pictures a second thread costs more than it brings
    return Parts(
        hearing=Ear(),
        decoding=SoundDecoder(),
        generator=ShowGenerator(seed, size, _field(provider, device, size), frames_per_second),
        fading=Blackout(),
        limiter=FlashLimiter(),
        encoders={
            PictureFormat.VP9: Vp9Encoder(1_000 * kilobits_per_second),
            PictureFormat.JPEG: JpegEncoder(),
        },
    )


def _field(provider: FieldProvider, device: int, size: PictureSize) -> FieldModel:
    if provider is FieldProvider.CPU:
        return FieldModel.load()
    return FieldModel.on_first_of((Provider.CUDA, Provider.CPU), Placement(device=device), size)


def try_out(
    height: int,
    frames_per_second: float,
    kilobits_per_second: int,
    provider: FieldProvider = FieldProvider.CPU,
    device: int = 0,
) -> float:
    """Draw and encode a few pictures; return the CPU seconds that one took.

    Raises
    ------
    Exception
        Whatever a part raises that is not installed as it should be.
    """
    rung = ladder_below(height, frames_per_second)[0]
    rate = rung.frames_per_second
    parts = make_parts(0, rung.size, rate, kilobits_per_second, provider, device)
    settings, pictures = ShowSettings(), 10
    began_seconds = 0.0
    for index in range(1 + pictures):
        if index == 1:  # the first opens codecs and fills caches
            began_seconds = time.process_time()
        start = index * rung.interval_samples
        silence = np.zeros((rung.interval_samples, CHANNELS), np.float32)
        parts.hearing.hear(silence, start)
        senses = parts.hearing.senses(start)
        picture = parts.generator.draw(senses, settings).picture
        picture = parts.limiter.limit(picture, senses.position_seconds, calm=settings.calm)
        for encoder in parts.encoders.values():
            encoder.encode(picture, start)
    return (time.process_time() - began_seconds) / pictures
