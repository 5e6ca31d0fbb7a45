"""Parts of a show that cost nothing and tell what was done with them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core.media import SAMPLE_RATE_HZ
from core.show import PictureFormat
from visuals.picture import STANDARD, Drawn, PictureSize
from visuals.senses import RESTING
from visuals.worker.parts import Parts
from visuals.worker.wire import Sound

PACKET_SAMPLES = 960


@dataclass(frozen=True)
class Stretch:
    start_sample: int
    samples: Any


@dataclass(frozen=True)
class Chunk:
    payload: bytes
    key: bool
    width: int
    height: int
    reconfigured: bool


@dataclass
class FakeShow:
    """All parts in one; `log` holds what was asked of them in order."""

    size: PictureSize = STANDARD
    log: list[tuple[Any, ...]] = field(default_factory=list)
    broken_packets: int = 0
    scene: str = "tide"
    on_draw: Any = lambda: None

    def decode(self, packet):
        self.broken_packets += packet.payload == b"broken"
        samples = np.zeros((packet.duration_samples, 2), np.float32)
        return [Stretch(packet.start_sample, samples)]

    def hear(self, pcm, start_sample):
        self.log.append(("hear", start_sample, len(pcm)))

    def event(self, message):
        self.log.append(("event", message))

    def embedding(self, end_sample, vector):
        self.log.append(("embedding", end_sample, float(vector.sum())))

    def hype(self, value):
        self.log.append(("hype", value))

    def senses(self, position_samples):
        self.log.append(("senses", position_samples))
        return replace(RESTING, position_seconds=position_samples / SAMPLE_RATE_HZ)

    def resize(self, size):
        self.size = size
        self.log.append(("resize", size))

    def draw(self, senses, settings):
        self.on_draw()
        self.log.append(("draw", settings))
        shape = (self.size.height, self.size.width, 3)
        return Drawn(np.zeros(shape, np.uint8), self.scene, "ember")

    def apply(self, picture, position_seconds, *, held):
        self.log.append(("fade", held))
        return picture

    def limit(self, picture, position_seconds, *, calm):
        self.log.append(("limit", calm))
        return picture

    def of(self, name):
        return [entry[1] for entry in self.log if entry[0] == name]

    def parts(self) -> Parts:
        encoders = {each: FakeEncoder(each) for each in PictureFormat}
        return Parts(self, self, self, self, self, encoders)


class FakeEncoder:
    def __init__(self, of):
        self.of = of
        self.size = None

    def encode(self, picture, start_sample, *, key=False):
        height, width, _ = picture.shape
        before, self.size = self.size, (width, height)
        made_key = key or before != self.size or self.of is PictureFormat.JPEG
        payload = f"{self.of} {start_sample}".encode()
        return Chunk(payload, made_key, width, height, before not in (None, self.size))


def sound(index: int, *, past=False, arrived=0.0, payload=b"opus") -> Sound:
    return Sound(index * PACKET_SAMPLES, PACKET_SAMPLES, False, past, arrived, payload)
