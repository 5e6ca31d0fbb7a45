"""Addresses in a message, also those that are spelt so that filters miss them.

Only what a reader would type into a browser counts. A dot without a space after it is common in
chat ("temazo.me encanta"), so endings that are words too (.me, .es, .club) need more: "www", a
path, a digit or hyphen in the name, or the end of the message.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sentiment.text.folding import FoldedText

ADDRESSES_MOST: Final = 8
"""Addresses of one message that are looked at."""


class Standing(IntEnum):
    """How an address is known, from welcome to shady."""

    ALLOWED = 0  # the room's own list
    KNOWN = 1  # music, video, an encyclopedia
    UNKNOWN = 2
    SHADY = 3  # hides where it leads: shortener, number, lookalike


@dataclass(frozen=True, slots=True)
class Address:
    """One address."""

    host: str  # "www.example.co.uk"
    site: str  # its registered name, "example.co.uk"
    spelt_out: bool  # "example dot com", "example[.]com"
    path: bool


KNOWN_SITES: Final = frozenset(
    """soundcloud.com mixcloud.com bandcamp.com spotify.com youtube.com youtu.be beatport.com
    discogs.com ra.co residentadvisor.net twitch.tv wikipedia.org 1001tracklists.com shazam.com
    apple.com tidal.com deezer.com hearthis.at juno.co.uk traxsource.com songkick.com dice.fm
    musicbrainz.org rateyourmusic.com vimeo.com archive.org""".split()
)
"""Sites where one shows a track or a set to others."""

SHADY_SITES: Final = frozenset(
    """bit.ly tinyurl.com goo.gl is.gd cutt.ly rb.gy t.ly ow.ly shorturl.at rebrand.ly grabify.link
    iplogger.org adf.ly linktr.ee wa.me t.me discord.gg discord.com telegram.me
    onlyfans.com""".split()
)
"""Shorteners, invitations to elsewhere, and trackers."""

_ENDINGS: Final = frozenset(
    """com net org info biz edu gov io co app dev tv fm gg ly club shop store site online xyz
    top click link live stream space website tech pro vip bet casino win cash money loan games chat
    video music band audio party dance fun cam sex porn xxx adult cool best world zone link icu cc
    example test uk de fr ru cn br mx ar cl pe uy ve ec bo py cu gt hn ni cr pa pt nl pl eu ca au nz
    jp kr ch at tk ml ga gq cf pw ws mobi cat gal""".split()
)
_ENDINGS_THAT_ARE_WORDS: Final = frozenset(
    """dj me es it is in to so no us am be by my as la se de do va ve st id at best live fun party
    top win music dance video cool space world link pro ni pa ca club chat tech audio stream band
    vip online store shop app zone money cash games test""".split()
)
ENDINGS: Final = _ENDINGS | _ENDINGS_THAT_ARE_WORDS
"""How the names of sites end."""

_SECOND_LEVEL: Final = frozenset("co com org net edu gov gob ac nom".split())

_LABEL: Final = r"[a-z0-9ñáéíóúü](?:[a-z0-9ñáéíóúü_-]{0,62}[a-z0-9ñáéíóúü])?"
_DOT: Final = (
    r"(?:\s?[\[({<]\s?(?:\.|dot|punto)\s?[\])}>]\s?|\s?[。｡]\s?|\.|\s\.\s?|\s(?:dot|punto)\s)"
)
_ADDRESS: Final = re.compile(
    rf"(?P<scheme>(?:h(?:tt|xx)ps?|ftp)\s?:\s?/\s?/\s?)?"
    rf"(?<![\w@.-])(?P<host>{_LABEL}(?:{_DOT}{_LABEL})+)"
    r"(?P<port>:\d{2,5})?(?P<path>/\S*|\?\S+)?(?P<rest>\s+\w)?"
)
_SOME_DOT: Final = re.compile(_DOT)
_MAY_HOLD: Final = re.compile(r"[.。｡]|\b(?:dot|punto)\b|://")
_NUMBERS: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


def addresses(text: FoldedText) -> tuple[Address, ...]:
    """Return the addresses in `text`, in order."""
    plain = text.plain
    if not _MAY_HOLD.search(plain):
        return ()
    found: list[Address] = []
    for match in _ADDRESS.finditer(plain):
        found.extend(_read(match))
        if len(found) >= ADDRESSES_MOST:
            break
    return tuple(found)


def standing_of(address: Address, shown: str, allowed_sites: Collection[str]) -> Standing:
    """Return how `address` is known in a room.

    Parameters
    ----------
    address
        As found in the folded text.
    shown
        The text as people see it: a known name spelt with other alphabets' letters is a lookalike.
    allowed_sites
        Registered names such as "soundcloud.com"; their subdomains are allowed too.
    """
    if "xn--" in address.host or _NUMBERS.fullmatch(address.host):
        return Standing.SHADY
    allowed = _is_among(address.host, allowed_sites)
    if allowed or address.site in KNOWN_SITES:
        if not address.spelt_out and address.host not in shown.casefold():
            return Standing.SHADY
        return Standing.ALLOWED if allowed else Standing.KNOWN
    return Standing.SHADY if address.site in SHADY_SITES else Standing.UNKNOWN


def _is_among(host: str, sites: Collection[str]) -> bool:
    if not sites:
        return False
    names = [site.casefold().strip().removeprefix("www.") for site in sites]
    return any(host == name or host.endswith("." + name) for name in names if name)


def _read(match: re.Match[str]) -> Iterator[Address]:
    written = match["host"]
    host = _SOME_DOT.sub(".", written).strip(".")
    labels = host.split(".")
    surely = bool(match["scheme"] or match["port"] or labels[0] == "www")
    spelt_out = " " in written or any(sign in written for sign in "[({<。｡")
    if _NUMBERS.fullmatch(host):
        if all(int(label) < 256 for label in labels):
            yield Address(host, host, spelt_out, bool(match["path"]))
        return
    if not surely and not _ends_like_one(labels, match, spelt_out):
        return
    yield Address(host, _registered(labels), spelt_out, bool(match["path"]))


def _ends_like_one(labels: list[str], match: re.Match[str], spelt_out: bool) -> bool:
    """Whether a dotted name without "http" or "www" is an address."""
    ending, name = labels[-1], labels[-2]
    if f"{name}.{ending}" in KNOWN_SITES or f"{name}.{ending}" in SHADY_SITES:
        return not spelt_out or match["path"] is not None or ending not in _ENDINGS_THAT_ARE_WORDS
    if ending in _ENDINGS_THAT_ARE_WORDS:
        telling = len(match["path"] or "") > 1 or re.search(r"[\d-]", name) is not None
        return not spelt_out and (telling or (match["rest"] is None and len(name) > 2))
    return ending in _ENDINGS and (len(name) > 1 or not spelt_out) and not name.isdigit()


def _registered(labels: list[str]) -> str:
    """Return the name that somebody registered: "example.co.uk" of "www.example.co.uk"."""
    own = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 2
    return ".".join(labels[-own:])
