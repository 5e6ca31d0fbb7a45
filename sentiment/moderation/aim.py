"""Whom a word is meant for: "you idiot" is an insult, "I'm such an idiot" is none.

Rules of thumb over the few words around; the model has the finer ear. They decide how heavily a
listed word weighs, never whether a message is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from typing import Final

_BEFORE: Final = 5
_BEFORE_STRICTLY: Final = 4
_AFTER: Final = 3

_YOU: Final = frozenset(
    """you u ur your youre ya yall yous yourself yourselves urself
    eres ere sos sois tu tus vos te ti os usted ustedes vosotros vosotras eri eris tas""".split()
)
_YOU_ARE: Final = frozenset(
    "you u ur youre yall eres ere sos sois tu vos usted ustedes eri eris".split()
)
_TARGETS: Final = frozenset(
    """dj djs mod mods moderator moderators moderador moderadora moderadores admin host
    streamer""".split()
)
_ONESELF: Final = frozenset("im am myself soy somos fui yo".split())
_MINE: Final = frozenset("my our mi mis nuestro".split())
_ONESELF_AFTER: Final = frozenset("i im soy somos fui".split())
_ARE: Final = frozenset("eres sos sois".split())
_REPORTED: Final = frozenset(
    """call calls called calling said says saying llamar llaman llamo llamaron llamado
    llamarme dijeron dicen dice decia dijo diciendo told wrote typed dm escribio""".split()
)  # fmt: skip
_POINTING: Final = frozenset(
    """is are isnt hes shes theyre es son this that these those what
    este ese esa estos estas esos esas vaya menudo menuda pedazo tremendo que""".split()
)
_IS: Final = frozenset("is are hes shes theyre es son".split())
_BETWEEN: Final = frozenset(
    """a an the un una unos unas such so absolute total complete utter real fucking fuckin bloody
    little stupid old tan muy puto puta pinche maldito maldita completo verdadero pobre""".split()
)

_AFFECTION: Final = re.compile(
    r"\b(?:love|luv|adore) (?:you|u|ya|ye|yall)\b|\bily\b"
    r"|\b(?:te|los|las|lo|la|os) (?:quiero|queremos|amo|amamos|adoro)\b(?! \w+r\b)"
    "|[❤♥💜💙💚💛🧡🖤🤍😘🥰😍]|:heart:"
)
_JOY: Final = re.compile(
    r"tema(?:zo|ik)|tem[oó]n|dropazo|setazo|rol[oó]n|\bbanger|\bcrack\b|\bgenio|\bgenia|\bgenius"
    r"|\blegend|leyenda|hermos|beautiful|amazing|incredible|incre[ií]ble|\bgoat\b|\bking\b|\bbrutal"
    r"|\bbest\b|unreal|joya|🔥|🙌|🤯|:fire:|:hands:|:wow:"
)


class Aim(Enum):
    """Whom a word is meant for, as far as the words around tell."""

    SOMEBODY = auto()
    NOBODY = auto()
    ONESELF = auto()


def aim_of(words: Sequence[str], start: int, end: int, *, mentions: bool, strict: bool) -> Aim:
    """Return whom the words from `start` up to `end` are meant for.

    Parameters
    ----------
    words
        Of the whole message, as `spelling.spelt` gives them.
    start, end
        Of the word or phrase in question.
    mentions
        Whether somebody is mentioned by @name.
    strict
        For words that mostly are meant for nobody: only "you X", "X dj" and @name count.
    """
    leading = words[max(0, start - (_BEFORE_STRICTLY if strict else _BEFORE)) : start]
    aim = _led_up_to(leading, _YOU_ARE if strict else _YOU)
    if aim is not None:
        return aim
    if not _ONESELF_AFTER.isdisjoint(words[end : end + 2]):
        return Aim.ONESELF
    called_out = not strict and (start == 0 or end == len(words))
    if mentions or called_out or _is_followed(words, end, strict):
        return Aim.SOMEBODY
    return Aim.SOMEBODY if _points_at(words, start, strict) else Aim.NOBODY


def _led_up_to(leading: Sequence[str], you: frozenset[str]) -> Aim | None:
    """Return whom the words before speak to or of, the nearest first."""
    if not _MINE.isdisjoint(leading[-2:]):
        return Aim.ONESELF  # "my idiot brother"
    for word in reversed(leading):
        if word in _ONESELF:
            return Aim.ONESELF
        if word in _REPORTED:
            return Aim.ONESELF if "me" in leading else Aim.NOBODY
        if word in you or word in _TARGETS:
            return Aim.SOMEBODY
    return None


def _is_followed(words: Sequence[str], end: int, strict: bool) -> bool:
    """Whether "dj", "eres" or their like come right after: "idiot dj", "qué tonto eres"."""
    if strict:
        return not (_TARGETS | _ARE).isdisjoint(words[end : end + 1])
    return not (_TARGETS | _YOU).isdisjoint(words[end : end + _AFTER])


def is_reported(words: Sequence[str], start: int) -> bool:
    """Whether somebody tells what another one said: 'i got a dm saying "..."'."""
    return not _REPORTED.isdisjoint(words[max(0, start - _BEFORE) : start])


def is_describing(words: Sequence[str], end: int, known: frozenset[str]) -> bool:
    """Whether the word before `end` describes the next one, as in "eres un puto genio".

    `known` are words that it makes worse instead.
    """
    if end >= len(words):
        return False
    following = words[end]
    return following not in known and following not in _TARGETS and following not in _CLAUSE


_CLAUSE: Final = frozenset(
    """y e o u que de del pero porque si no ya te tu a en con dj and but or so of in at on for the
    that this to i you why jaja jajaja haha lol xd""".split()
)


def is_affectionate(plain: str) -> bool:
    """Whether a message says that it loves whom it talks to."""
    return _AFFECTION.search(plain) is not None


def is_joyful(plain: str) -> bool:
    """Whether a message admires: then its swearing is admiration too."""
    return _JOY.search(plain) is not None or is_affectionate(plain)


def _points_at(words: Sequence[str], start: int, strict: bool) -> bool:
    """Whether "is a", "this", "what a" and their like lead up to the word at `start`."""
    pointing = _IS if strict else _POINTING
    at = start - 1
    steps = 0
    while at >= 0 and steps < 3 and words[at] in _BETWEEN:
        at -= 1
        steps += 1
    if at < 0 or words[at] not in pointing:
        return False
    return steps > 0 or words[at] not in _IS
