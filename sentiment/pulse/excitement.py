"""Words, emotes and shapes with which people in live chats react, in English and Spanish.

This is no valence: "nooo", "wtf" and "?????" are reactions as much as "pog". What counts is that
somebody was moved just now. Written for this project from what is common in live chats of any
kind; nothing in it was counted or selected on a data set.
"""

from __future__ import annotations

import re
from typing import Final

AWE: Final = frozenset(
    """
    wow woah whoa omg omfg wtf wth damn dayum jesus christ god holy insane insanity sick
    filthy nasty crazy unreal amazing incredible epic legendary massive huge wild nuts bonkers
    bananas clean clutch banger choon fire lit boom bang hype hyped goosebumps chills beast monster
    goat legend genius perfect gorgeous
    brutal bestial tremendo tremenda locura loco temazo temon temardo rolon rolazo pepazo joder
    hostia ostia ostras increible epico genial crack bestia dios diosito uff uf buah bua flipo
    flipante flipando brutalidad salvaje fuego candela escalofrios ole toma bravo brava
    chingon
    """.split()
)
"""Words of somebody who is carried away, without accents; drawn out they count anyway."""

CHEER: Final = frozenset(
    """
    yes yess yeah yea letsgo letsgoo gogo gogogo hype encore rewind reload rewound pullup brrap brap
    gunfingers gg ggs wp ez nice woohoo yay yeet hurray hooray clap clip
    vamos vamo dale dalee arriba otra venga aupa viva sigue sube subele rompela suelta
    sueltalo tirala reventalo
    """.split()
)
"""Words that urge the DJ or the music on."""

LAUGHTER: Final = re.compile(
    r"(?:a?(?:h[aeiou]){2,}h?|[jk]?(?:j[aeiou]){2,}j*|a?(?:ja)+|k{3,}|x+d+|lo+l+(?:ol)*|lmf?a+o+|"
    r"ro+fl|lu+l+w?|ke+k+w?|omega?lu+l+|(?:rs){2,}|5{3,}|w{3,})"
)
"""As laughed in English, Spanish, Portuguese, Thai and Japanese chats."""

EMOTES: Final = frozenset(
    """
    fire hands wow dance drop party rocket hundred train alien clap heart laugh
    pog pogu pogchamp poggers poggies pogslide pagman pagchomp hypers hyperclap peepoclap ezclap
    gachibass gachihyper kreygasm catjam ratjam pepejam pepepls pepeds blobdance dancegame monkas
    monkaw monkagiga wutface omegalul lul lulw kekw lol rofl icant 4head jebaited gigachad
    pausechamp bloodtrail notlikethis feelsamazingman
    """.split()
)
"""Names of emotes of somebody who is moved: the starter set's and what came from other sites."""

EMOJI: Final = frozenset("🔥💥🤯😱🙌👏🎉🎊🥳🚀💃🕺🤘💯😂🤣🪩⚡👽😮🆙")

_RUN: Final = re.compile(r"([^\W\d_])\1{2,}")
_ONLY_MARKS: Final = re.compile(r"[\s?!¿¡]*[?!][\s?!¿¡]*")
SHOUTED: Final = "!!!"


def elongated(shown: str) -> bool:
    """Whether a letter is drawn out to three and more, as in "nooo".

    References
    ----------
    Brody and Diakopoulos, "Cooooooooooooooollllllllllllll!!!!!!!!!!!!!! Using word lengthening to
    detect sentiment in microblogs", EMNLP 2011.
    """
    return _RUN.search(shown) is not None


def only_marks(shown: str) -> bool:
    """Whether a message is question and exclamation marks alone: plain astonishment."""
    return _ONLY_MARKS.fullmatch(shown) is not None


def excited_word(word: str) -> bool:
    """Whether one word, in small letters without accents, or an emote's name is a reaction."""
    if word in AWE or word in CHEER or word in EMOTES:
        return True
    return LAUGHTER.fullmatch(word) is not None


def is_shouted(shown: str) -> bool:
    """Whether a message's shape alone is a reaction, whatever its words are."""
    return elongated(shown) or only_marks(shown) or SHOUTED in shown
