"""What the words around a threat or a slur make of it: denied, spoken against, or claimed.

"don't kill yourself" cares for somebody, "nobody should hate gays" takes their side, and "proud
tranny" speaks of oneself. Only the words that lead up to it count, without a pause between: "no,
kill yourself" denies nothing. Rules of thumb; where two readings are likely, a moderator looks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from sentiment.moderation.listing import SPELLING

FULL: Final = 4
HELD: Final = 1
NONE: Final = 0
"""The most that a hit may count for: what it says, enough to wait for a moderator, nothing."""

_LEAD_MOST: Final = 5

_TOKEN: Final = re.compile(r"([^\W_]+)([\W_]*)")
_NO_PAUSE: Final = frozenset(" \"“”«»*_'’")

# Threats
_NOT: Final = frozenset("dont not never shouldnt doesnt didnt cant cannot".split())
_NOT_ABLE: Final = frozenset("cant cannot".split())
_NOT_YOU: Final = frozenset("dont never".split())
_TO: Final = frozenset("ever dare go you u have need want to".split())
_DARE: Final = frozenset("ever dare go".split())
_COULD_YOU: Final = frozenset(
    (could, you) for could in "can could will would do did are".split() for you in ("you", "u")
)
_ASKED: Final = frozenset("why if unless".split())
_ASKING: Final = frozenset("you u do did would should are the hell fuck".split())
_ANNOUNCED: Final = frozenset(
    """i im ill imma ima ive we weve were someone somebody nobody no you u youre ur the te os voy
    vamos""".split()
)
_NO: Final = frozenset("no nunca jamas tampoco".split())
_DENIABLE: Final = frozenset("deberias tendrias mereces se sabemos tengo tenemos vas estas".split())
_INTENDED: Final = frozenset("te os voy vamos".split())

# Hate
_AGAINST: Final = frozenset(
    """dont not never nobody noone stop quit cant cannot shouldnt doesnt didnt
    nunca jamas nadie tampoco deja dejad dejen dejemos basta""".split()
)
_SAYING: Final = frozenset(
    """say call use type write shout digas digais diga digan decir llames llameis llamen uses usen
    gritar escribas""".split()
)
_ALL: Final = frozenset("all every todos todas".split())
_UP_TO_HATE: Final = (
    _SAYING
    | _ALL
    | frozenset(
        """one should must can could would have need want ever to be any the a an them him her us
        you u just even please debe debes deberia deberias puede puedes se los las a un una de que
        hay otra vez""".split()
    )
)
_HARM: Final = frozenset(
    """hate kill gas burn hang shoot exterminate lynch deport send death odio hay matar quemar
    fusilar gasear exterminar linchar colgar echar expulsar deportar muerte""".split()
)
_WHO: Final = frozenset("who they people quien quienes".split())

# Slurs that people take for themselves
_PRIDE: Final = frozenset(
    "proud proudly pride orgullo orgulloso orgullosa orgullosos orgullosas".split()
)
_ONESELF: Final = frozenset("im soy somos".split())
_WE_ARE: Final = (("i", "am"), ("we", "are"))
_UP_TO_ONESELF: Final = frozenset(
    "a an un una unos unas also tambien muy bien tan super just such".split()
)
_UP_TO_A_SLUR: Final = _UP_TO_ONESELF | frozenset(
    "to be being of de ser and y black brown gay queer trans latina latino".split()
)
_HATERS: Final = frozenset("hater haters basher bashers killer killers hunter hunters".split())
_AFTER_A_SLUR: Final = frozenset("and y con so muy bien very".split())


class Surroundings:
    """The words of a message, and after which of them its author pauses.

    Parameters
    ----------
    words
        Of the whole message, undisguised.
    plain
        It, as folded.
    """

    def __init__(self, words: Sequence[str], plain: str) -> None:
        self.words = words
        self._plain = plain

    @cached_property
    def _gaps(self) -> dict[str, list[str]]:
        """What stands behind each word, in order, where it is written plainly."""
        gaps: dict[str, list[str]] = {}
        for token in _TOKEN.finditer(self._plain.translate(SPELLING)):
            gaps.setdefault(token[1], []).append(token[2])
        return gaps

    def _pauses_after(self, at: int) -> bool:
        """Whether something stands between two words; whoever disguises one is not believed."""
        word = self.words[at]
        gaps = self._gaps.get(word, [])
        before = sum(each == word for each in self.words[:at])
        return before >= len(gaps) or not _NO_PAUSE.issuperset(gaps[before])

    def lead(self, start: int, passed: frozenset[str] = frozenset()) -> Sequence[str]:
        """Return the words right before `start`, from the nearest that is not in `passed` on.

        Empty where there is none, or a pause comes first.
        """
        for first in range(start - 1, max(-1, start - 1 - _LEAD_MOST), -1):
            if self._pauses_after(first):
                break
            if self.words[first] not in passed:
                return self.words[first:start]
        return ()


def threat_most(around: Surroundings, start: int) -> int:
    """Return the most that a threat from the word at `start` on may count for."""
    first = around.words[start]
    if first in _INTENDED and _NO.intersection(around.lead(start)):
        return HELD  # "no te voy a matar": with the comma left out it is one
    if first in _DENIABLE:
        return NONE if _NO.intersection(around.lead(start)) else FULL
    return FULL if first in _ANNOUNCED else _denied_most(around, start)


def _denied_most(around: Surroundings, start: int) -> int:
    """Return what is left where "don't" leads up to it; "why don't you" denies nothing."""
    lead = around.lead(start, _TO)
    if not lead or lead[0] not in _NOT:
        return FULL
    to_you = lead[1:2] in (("you",), ("u",))
    if to_you and not (lead[0] in _NOT_YOU and _DARE.issuperset(lead[2:])):
        return FULL
    at = start - len(lead)
    if not _ASKED.isdisjoint(around.lead(at, _ASKING)[:1]):
        return FULL
    # "could you not" begs, or urges, and "you can't" may mock.
    unclear = lead[0] in _NOT_ABLE or tuple(around.words[max(0, at - 2) : at]) in _COULD_YOU
    return HELD if unclear else NONE


def hate_most(around: Surroundings, start: int) -> int:
    """Return the most that hate from the word at `start` on may count for."""
    return HELD if _is_opposed(around, start) or _is_told_of(around, start) else FULL


def _is_opposed(around: Surroundings, start: int) -> bool:
    """Whether "don't", "nobody should", "not all" or "no digas" leads up to it."""
    lead = around.lead(start, _UP_TO_HATE)
    if not lead:
        return False
    word, *between = lead
    harms = around.words[start] in _HARM
    if word == "no":
        first = between[0] if between else around.words[start]
        if first not in _SAYING | _ALL | {"one", "odio", "hay", "se"}:
            return False  # "no kill them" opposes nothing
    elif word not in _AGAINST:
        return False
    telling = _SAYING | _ALL if word in ("no", "not") else _SAYING
    return harms or not telling.isdisjoint(between)


def _is_told_of(around: Surroundings, start: int) -> bool:
    """Whether others do it: "people who hate gays"."""
    lead = around.lead(start)
    first = around.words[start]
    if first == "hate" and not {"you", "u"}.isdisjoint(lead):
        return True
    return first in _HARM and not _WHO.isdisjoint(lead)


def is_claimed(around: Surroundings, start: int, end: int) -> bool:
    """Whether people take the word from `start` up to `end` for themselves: right next to it."""
    if not _HATERS.isdisjoint(around.words[end : end + 1]):
        return False
    if _says_of_oneself(around, start):
        return True
    if not _PRIDE.isdisjoint(around.lead(start, _UP_TO_A_SLUR)[:1]):
        return True
    after = [word for word in around.words[end : end + 3] if word not in _AFTER_A_SLUR]
    return not _PRIDE.isdisjoint(after[:1])


def _says_of_oneself(around: Surroundings, start: int) -> bool:
    """Whether "soy", "im a" or "we are" leads up to it."""
    lead = around.lead(start, _UP_TO_ONESELF)
    if not lead:
        return False
    at = start - len(lead)
    return lead[0] in _ONESELF or tuple(around.words[max(0, at - 1) : at + 1]) in _WE_ARE
