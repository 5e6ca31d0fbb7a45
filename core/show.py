"""What the rooms tell each other of a room's show: its pictures, and what its VJ wants.

A show is drawn for one live set and lies on that set's media clock. What the VJ sets belongs to the
room and outlives the set. Scenes and palettes are named by slugs (`visuals.catalogue` lists them);
pages translate them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

LONGEST_TEXT: Final = 80
"""Characters (Unicode code points) of the overlay's text."""

BLACKOUT_SECONDS: Final = 3.0
"""A blackout that is held is said again within this time; one that is not ends by itself."""


class PictureFormat(StrEnum):
    """How pictures are encoded."""

    VP9 = "vp9"  # a stream: a picture needs those before it, back to a key picture
    JPEG = "jpeg"  # each alone, for browsers without a video decoder


class ShowMode(StrEnum):
    """Who chooses scenes and palettes."""

    AUTO = "auto"  # the director, from what is heard
    MANUAL = "manual"  # the VJ


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """One encoded picture of a set's show, in order within its format."""

    session: str
    format: PictureFormat
    start_sample: int  # the moment of the media clock that it was drawn for
    duration_samples: int  # until the next one is due
    key: bool  # decodable alone; always so for JPEG
    width: int
    height: int
    reconfigured: bool  # its size is another than that of the picture before
    payload: bytes


@dataclass(frozen=True, slots=True)
class ShowSettings:
    """What the VJ wants of a room's show."""

    enabled: bool = True
    mode: ShowMode = ShowMode.AUTO
    scene: str | None = None  # in manual mode; None: whatever is on
    palette: str | None = None  # None: chosen from key and mood, in either mode
    intensity: float = 1.0  # 0-1: how strongly the picture answers the sound
    calm: bool = False  # slow, soft, no pulses: for rooms and people who want it so
    text: str = ""  # of the overlay
    logo: str | None = None  # digest of the room's logo, shown in the overlay


@dataclass(frozen=True, slots=True)
class ShowState:
    """What a room's show is just now: said when it changes, so that pages can tell."""

    running: bool  # whether pictures come
    reason: str | None  # why none do: "off", "nobody_watches", "crowded", "failed"; else None
    scene: str | None  # on screen
    palette: str | None
    blackout: bool
    width: int  # of the pictures; 0 while none come
    height: int
    frames_per_second: float
    settings: ShowSettings


class ShowDoor(Protocol):
    """What a VJ's page can do with the shows of this process's rooms."""

    def settings(self, room: str) -> ShowSettings:
        """Return what is set for `room`; the defaults where nothing ever was."""
        ...

    def change(self, room: str, settings: ShowSettings) -> None:
        """Set what `room` is to show from now on, in this set and those to come."""
        ...

    def blackout(self, room: str, *, held: bool, hand: str = "") -> None:
        """Black the picture out for `BLACKOUT_SECONDS`, or end that at once.

        Parameters
        ----------
        room
            Whose show.
        held
            Whether `hand` holds it; with several hands it is over when none does.
        hand
            Who holds it: a name that a page makes up. All who give none are one hand.
        """
        ...

    def state(self, room: str) -> ShowState | None:
        """Return how the show of the set on air stands; None where nobody plays."""
        ...


class EmbeddingListener(Protocol):
    """Someone in the same process who wants to know how the judge's network hears the sound."""

    def embedding(self, session: str, end_sample: int, embedding: NDArray[np.float32]) -> None:
        """Take the embedding of the hop that ends at `end_sample`; must return at once.

        Parameters
        ----------
        session
            The set.
        end_sample
            Position on the media clock.
        embedding
            Shape (`EMBEDDING_SIZE`,).
        """
        ...


EMBEDDING_SIZE: Final = 128
"""Of the judge's trunk: the mean of the columns that one hop brought."""


def watched_as(room: str, picture_format: PictureFormat) -> str:
    """Return the name under which the bus counts who watches `room` in one format.

    It is no room's own: rooms' names have no slash.
    """
    return f"{room}/{picture_format}"


PICTURE_FORMATS: Final[Mapping[PictureFormat, str]] = {
    PictureFormat.VP9: "vp09.00.10.08",  # profile 0, level 1, 8 bits
    PictureFormat.JPEG: "jpeg",
}
"""Codec strings, as WebCodecs names them."""
