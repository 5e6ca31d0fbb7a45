"""What a show's worker is made of, behind the narrow views that it has of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.messages import EncodedAudio, RoomMessage
from core.show import PictureFormat
from visuals.picture import Generator, Limiter, Picture, PictureSize
from visuals.senses import Senses
from visuals.worker.place import FieldProvider


class Hearing(Protocol):
    """Turns sound and events into the senses of a moment (`visuals.hearing.ear`)."""

    def hear(self, pcm: NDArray[np.float32], start_sample: int) -> None:
        """Take the next sound."""
        ...

    def event(self, message: RoomMessage) -> None:
        """Take what the judge says."""
        ...

    def embedding(self, end_sample: int, vector: NDArray[np.float32]) -> None:
        """Take how the judge's network hears the sound."""
        ...

    def hype(self, value: float | None) -> None:
        """Take how excited the crowd is."""
        ...

    def senses(self, position_samples: int) -> Senses:
        """Return what is known of a moment."""
        ...


class Stretch(Protocol):
    """A stretch of decoded sound."""

    @property
    def start_sample(self) -> int:
        """Of the media clock."""
        ...

    @property
    def samples(self) -> NDArray[np.float32]:
        """Shape (n, 2)."""
        ...


class Decoding(Protocol):
    """Opus packets to sound (`visuals.hearing.opus`)."""

    broken_packets: int

    def decode(self, packet: EncodedAudio) -> Sequence[Stretch]:
        """Return the sound of the next packet."""
        ...


class Fading(Protocol):
    """Blacks the picture out, and lets it come back (`visuals.safety.blackout`)."""

    def apply(self, picture: Picture, position_seconds: float, *, held: bool) -> Picture:
        """Return the picture, darker where that is wanted."""
        ...


class Chunk(Protocol):
    """One encoded picture."""

    @property
    def payload(self) -> bytes:
        """The bytes."""
        ...

    @property
    def key(self) -> bool:
        """Whether it is decodable alone."""
        ...

    @property
    def width(self) -> int:
        """In pixels."""
        ...

    @property
    def height(self) -> int:
        """In pixels."""
        ...

    @property
    def reconfigured(self) -> bool:
        """Whether the picture before had another size."""
        ...


class Encoding(Protocol):
    """Encodes pictures of one format (`visuals.encoding`)."""

    def encode(self, picture: Picture, start_sample: int, *, key: bool = False) -> Chunk:
        """Encode the next picture."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that hears, draws, makes safe and encodes one show."""

    hearing: Hearing
    decoding: Decoding
    generator: Generator
    fading: Fading
    limiter: Limiter
    encoders: dict[PictureFormat, Encoding]


MakeParts = Callable[[int, PictureSize, float, int, FieldProvider, int], Parts]
"""Seed, size, pictures a second, kilobits a second of the video."""
