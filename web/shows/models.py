"""What HTTP requests about a room's show may hold, checked at the edge."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from core.show import LONGEST_TEXT, ShowMode, ShowSettings
from visuals.catalogue import PALETTES, SCENES

JOINERS: Final = "\u200c\u200d"
"""Invisible characters that Persian, Indic scripts and emoji are written with."""


def _scene(name: str) -> str:
    if name not in SCENES:
        raise ValueError("there is no such scene")
    return name


def _palette(name: str) -> str:
    if name not in PALETTES:
        raise ValueError("there is no such palette")
    return name


def _mode(name: object) -> object:
    """Let a mode be named in a body that is read strictly."""
    return ShowMode(name) if isinstance(name, str) else name


def _text(text: str) -> str:
    """Return what is shown of a text: composed, with single spaces."""
    shown = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(each)[0] == "C" and each not in JOINERS for each in shown):
        raise ValueError("it holds characters that cannot be seen")
    if len(shown) > LONGEST_TEXT:
        raise ValueError(f"it has more than {LONGEST_TEXT} characters")
    return shown


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class ShowChange(_Body):
    """What is to change of a room's show; what is left out stays."""

    enabled: bool = True
    mode: Annotated[ShowMode, BeforeValidator(_mode)] = ShowMode.AUTO
    scene: Annotated[str, AfterValidator(_scene)] | None = None
    palette: Annotated[str, AfterValidator(_palette)] | None = None
    intensity: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 1.0
    calm: bool = False
    text: Annotated[str, Field(max_length=4 * LONGEST_TEXT), AfterValidator(_text)] = ""
    logo: None = None  # it can be taken away here; another one is uploaded

    def applied_to(self, settings: ShowSettings) -> ShowSettings:
        """Return `settings` with the changes."""
        changes = {name: getattr(self, name) for name in self.model_fields_set}
        return ShowSettings(
            **{name: changes.get(name, getattr(settings, name)) for name in ShowSettings.__slots__}
        )


LONGEST_HAND: Final = 64
"""Characters of the name that a page makes up for itself."""


class BlackoutBody(_Body):
    """Whether the blackout is held, and by which hand: with several it ends with the last."""

    held: bool
    hand: Annotated[str, Field(max_length=LONGEST_HAND)] = ""
