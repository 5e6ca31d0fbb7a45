"""Which sixteenths of a bar speak: patterns of drums, bass and chords, by genre and family.

"." rests. In pitched patterns "o" starts a note and "-" holds it; in drum patterns each letter is a
sound of the kit, a capital one an accent.
"""

from __future__ import annotations

from typing import Final

from core.messages import Genre
from training.simulator.family import Family

Patterns = dict[Genre, tuple[str, ...]]

FOUR_TO_THE_FLOOR: Final = "k...k...k...k..."
BROKEN_SHARE: Final[dict[Genre, float]] = {Genre.HOUSE: 0.1, Genre.TECHNO: 0.15, Genre.TRANCE: 0.03}
"""How many records of a genre whose bass drum falls on every beat break that rule."""

_BROKEN_KICKS: Final = {
    Family.STUDIO: ("k..k..k...k.k...", "k.....k...k.....", "k...k..k..k.k..."),
    Family.UNSEEN: ("k..k...k..k.....", "k...k.k.....k..k", "k.k...k..k..k..."),
}
_HALF_TIME_KICKS: Final = {
    Family.STUDIO: (
        "k.........k.....", "k.....k.........", "k..k......k.....", "k.k.......k..k..",
        "k.....k...k.....", "k..............k",
    ),
    Family.UNSEEN: ("k....k....k.....", "k...k.....k..k..", "k.........kk....", "k......k........"),
}  # fmt: skip
_CLAPS: Final[dict[Family, dict[Genre, tuple[str, ...]]]] = {
    Family.STUDIO: {
        Genre.DUBSTEP: ("........C.......", "........C......c", "........C..c...."),
        Genre.TECHNO: (
            "....C.......C...", "....C.......C..c", "............C...", "..c...c...c...c.",
        ),
        Genre.HOUSE: (
            "....C.......C...", "....C.......C...", "....C..c....C...", "....C....c..C.c.",
        ),
        Genre.TRANCE: ("....C.......C...", "....C.......C...", "....C.......C..c"),
    },
    Family.UNSEEN: {
        Genre.DUBSTEP: ("........C..c..c.", "........C....c..", "...c....C......."),
        Genre.TECHNO: ("....C......cC...", "...c..c....C....", "....C.....c.C..."),
        Genre.HOUSE: ("....C.c.....C...", "...cC.......C..c", "....C.......Cc.."),
        Genre.TRANCE: ("....C......cC...", "....C...c...C..."),
    },
}  # fmt: skip
_HATS: Final[dict[Family, Patterns]] = {
    Family.STUDIO: {
        Genre.HOUSE: (
            "..o...o...o...o.", "c.o.c.o.c.o.c.o.", "ccoccco.ccoccco.", "c.oc..o.c.oc..oc",
            "..oc..o...oc..oc", "c.cc.cocc.cc.coc", "..o...o...o..co.",
        ),
        Genre.TECHNO: (
            "..o...o...o...o.", "c.oc.co.c.oc.co.", "cccccccccccccccc", "..o.c.o...o.c.oc",
            "c..c..c.c..c..c.", "..c...c...c...c.", ".c.c.c.c.c.c.coc", "o.c.o.c.o.c.o.cc",
        ),
        Genre.TRANCE: (
            "..o...o...o...o.", "ccoccco.ccoccco.", "c.o.c.o.c.o.c.o.", "ccocccocccocccoc",
            "c.occ.o.c.occ.oc",
        ),
        Genre.DUBSTEP: (
            "c.c.c.c.c.c.c.cc", "c..c..c.c..c..c.", "c.cc..c.c.c...c.", "c.c.ccc.c.c.o...",
            "c...c.c...c.c.cc", "c.c.c.cco.c.c.c.",
        ),
    },
    Family.UNSEEN: {
        Genre.HOUSE: ("c.occ.o.c.ooc.o.", ".cco.cco.cco.cco", "c.o..co.c.o.cco."),
        Genre.TECHNO: ("c.c.oc.cc.c.oc.c", ".coc.coc.coc.coc", "cc.ccc.ccc.cc.cc"),
        Genre.TRANCE: (".cococ.o.cococ.o", "c.co.cc.c.co.cco", "ccc.ccc.cco.cccc"),
        Genre.DUBSTEP: ("c.ccc.c..ccc.c.c", ".c.cc..c.c.cc.o.", "cc..cc..c.cco..."),
    },
}  # fmt: skip
FILLS: Final = {
    Family.STUDIO: (
        "............s.ss", "..........s.s.ss", "............ssss", "........t..t.t.t",
        "......s..s..s.ss", "............r.rr", "........s.t.s.tt", "..............cc",
        "............k.kk", "s.....s...s.ssss",
    ),
    Family.UNSEEN: (
        "........t.tt.ttt", "...s..s..s..s.s.", "..........rr.rr.", "............tsts",
    ),
}  # fmt: skip
"""The last bar of a phrase: "s" snare, "t" tom, "r" rim, "c" clap, "k" bass drum."""

RIDES: Final = {
    Family.STUDIO: ("r.r.r.r.r.r.r.r.", "..r...r...r...r.", "r..r..r.r..r..r.", "r...r...r...r..."),
    Family.UNSEEN: ("r.rrr.rrr.rrr.rr", "..rr..r...rr..r.", "r..rr.r.r..rr.r."),
}
SHAKERS: Final = {
    Family.STUDIO: ("SsSsSsSsSsSsSsSs", "sssSsssSsssSsssS", "S.sSs.S.S.sSs.S.", "..S...S...S...S."),
    Family.UNSEEN: ("sSssSssSssSssSss", "S.s.Ss.sS.s.Ss.s", ".sS..sS..sS..sSs"),
}

_BASS: Final[dict[Family, Patterns]] = {
    Family.STUDIO: {
        Genre.HOUSE: (
            "..o-..o-..o-..o-", "o-....o-..o...o-", "o-.o..o-..o-.o..", "..oo..oo..oo..oo",
            "o--o--o-..o--o--", "o-.o-.o---..o-o-", "..o-.oo-..o-.o..", "o.o.-..oo..o-.o.",
            "...o..oo...o.oo-", "o------.o--o----",
        ),
        Genre.TECHNO: (
            "..oo..oo..oo..oo", ".ooo.ooo.ooo.ooo", "..o...o...o...o.", "o..o..o.o..o..o.",
            "oooooooooooooooo", "..o-..o...o-..oo", ".o.o.oo..o.o.oo.", "o-----------..o.",
            ".oo..oo..oo..ooo", "..o..o..o..o..o.",
        ),
        Genre.TRANCE: (
            "..o-..o-..o-..o-", ".ooo.ooo.ooo.ooo", "..oo..oo..oo..oo", "..o-..o-..o-..oo",
            ".oo-.oo-.oo-.oo-", "..o.o.o...o.o.o.", "o-oo..oo..oo..oo",
        ),
        Genre.DUBSTEP: (
            "o-----o---o-----", "o-------o---o-o-", "o---o-----o-o---", "o-----------o---",
            "o-o-..o-----o---", "o--o--o-....o---", "o-----..o-o-o-o-", "o---------..o-oo",
        ),
    },
    Family.UNSEEN: {
        Genre.HOUSE: ("o..o.o..o-.o..oo", ".o-.o-..oo..o-..", "o-.oo-.oo..oo-.."),
        Genre.TECHNO: ("o.oo.oo.o.oo.oo.", ".o-oo-.oo.o-oo-.", "..ooo...ooo...oo"),
        Genre.TRANCE: ("o.oo.oo.oo.oo.o.", "..o.oo..o.oo..o.", ".o-o.o-o.o-o.oo-"),
        Genre.DUBSTEP: ("o-..o-o-----o-o-", "o--.o----o--o---", "..o-----o-.o--o-"),
    },
}  # fmt: skip
_CHORDS: Final[dict[Family, Patterns]] = {
    Family.STUDIO: {
        Genre.HOUSE: (
            "...o..o....o..o.", "o..o..o...o.....", "..o...o...o...o.", "o.....o..o......",
            "o--o--o---o--o--", "..o..o....o..o..", "o..o.o..o..o.o..", "....o-......o--o",
        ),
        Genre.TECHNO: (
            "...o......o.....", "......o.........", "..o..o..o..o..o.", "...o..o.........",
            "..o.......o....o", "o..o..o..o..o.o.", "..............o-",
        ),
        Genre.TRANCE: (
            "o..o..o..o..o.o.", "..o...o...o...o.", "o.o..o.o..o.o..o", "o-.o-.o-.o-.o-o-",
            "oo.oo.oo.oo.o.o.", "o---..o---..o-o-",
        ),
        Genre.DUBSTEP: (
            "o---------------", "........o-------", "o-----o---------", "o--.....o--.....",
            "..o---....o---..",
        ),
    },
    Family.UNSEEN: {
        Genre.HOUSE: (".o..o...o.o..o..", "o.o...oo...o..o.", "..oo..o....oo..."),
        Genre.TECHNO: ("o....o....o.....", ".o.....o..o....o", "....o..o...o..o."),
        Genre.TRANCE: ("o.oo..oo.o.o..o.", ".oo-.oo-.oo-.o..", "o..oo..oo..oo..o"),
        Genre.DUBSTEP: ("....o-------....", "o-..o---..o-----", "..o-....o-----o-"),
    },
}  # fmt: skip
_OTHER: Final = Genre.HOUSE


def kicks(family: Family, genre: Genre, *, broken: bool) -> tuple[str, ...]:
    """Return the patterns of the bass drum."""
    if genre is Genre.DUBSTEP:
        return _HALF_TIME_KICKS[family]
    return _BROKEN_KICKS[family] if broken else (FOUR_TO_THE_FLOOR,)


def claps(family: Family, genre: Genre) -> tuple[str, ...]:
    """Return the patterns of clap or snare."""
    return _CLAPS[family].get(genre, _CLAPS[family][_OTHER])


def hats(family: Family, genre: Genre) -> tuple[str, ...]:
    """Return the patterns of the hi-hats, "c" closed and "o" open."""
    return _HATS[family].get(genre, _HATS[family][_OTHER])


def basses(family: Family, genre: Genre) -> tuple[str, ...]:
    """Return the patterns of the bass."""
    return _BASS[family].get(genre, _BASS[family][_OTHER])


def chords(family: Family, genre: Genre) -> tuple[str, ...]:
    """Return the patterns of chords."""
    return _CHORDS[family].get(genre, _CHORDS[family][_OTHER])


def notes_of(pattern: str) -> list[tuple[int, int]]:
    """Return start and duration in steps of each note of a pitched pattern."""
    notes = []
    for step, sign in enumerate(pattern):
        if sign == "o":
            held = len(pattern[step + 1 :]) - len(pattern[step + 1 :].lstrip("-"))
            notes.append((step, 1 + held))
    return notes
