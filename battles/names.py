"""DJ names, and the room names made from them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from anyascii import anyascii

from battles.tables import NAME_LENGTH
from core.errors import BadInput

SLUG_LENGTH: Final = 48
"""Characters of a room's name before a number is added to make it unique."""

NAMELESS: Final = "dj"
"""Room of a name without anything that can be spelled."""

JOINERS: Final = "\u200c\u200d"
"""Invisible characters that Persian, Indic scripts and emoji are written with."""


def clean_name(name: str) -> str:
    """Return `name` as it is stored and shown: composed, with single spaces.

    Raises
    ------
    BadInput
        If it is empty, too long, or holds characters that control a terminal or turn text around.
    """
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    unseen = any(unicodedata.category(c)[0] == "C" and c not in JOINERS for c in cleaned)
    if not cleaned.strip(JOINERS) or len(cleaned) > NAME_LENGTH or unseen:
        raise BadInput(
            f"A DJ's name has 1 to {NAME_LENGTH} visible characters. Choose another name.",
            code="dj_name_invalid",
            longest=NAME_LENGTH,
        )
    return cleaned


def folded(name: str) -> str:
    """Return what two spellings of one name have in common: case and width do not matter."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def room_slug(name: str) -> str:
    """Return the room's name for a DJ's: `a-z`, `0-9` and single inner hyphens.

    Other scripts are transliterated, so that any room's address can be typed on any keyboard and
    read out in a club: the room of 東京 is `dongjing`.
    """
    words = re.findall(r"[a-z0-9]+", anyascii(folded(name)).lower())
    return "-".join(words)[:SLUG_LENGTH].strip("-") or NAMELESS


def numbered(slug: str, number: int) -> str:
    """Return the slug for the `number`-th room of that name: the first has no number."""
    return slug if number == 1 else f"{slug}-{number}"
