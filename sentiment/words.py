"""What is known of each word by itself, worked out once: chat repeats its words.

One look-up a word gives its pieces for the table, its valence in both languages, and the groups of
function words it belongs to. That is most of the cost of reading a message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from sentiment.hashing import bucket, word_ids
from sentiment.lexicon import valences
from sentiment.text.folding import without_accents
from sentiment.text.language import ENGLISH, SPANISH

WORDS_KEPT: Final = 1 << 16

NEGATIONS: Final = frozenset(
    """no not never none nobody nothing neither nor cannot can't don't doesn't didn't isn't wasn't
    aren't won't wouldn't couldn't shouldn't ain't without dont doesnt didnt isnt wasnt cant wont
    hardly nunca jamás jamas nada nadie ni sin tampoco ningún ningun ninguna""".split()
)
BOOSTERS: Final = frozenset(
    """very so really too such extremely absolutely totally super ultra mega fucking freaking damn
    insanely deadass hella muy tan tanto re súper bien demasiado totalmente puto puta pinche mucho
    mucha más mas increíblemente""".split()
)
DAMPERS: Final = frozenset(
    "kinda sorta slightly somewhat barely little bit almost meh poco algo casi medio apenas".split()
)
CONTRASTS: Final = frozenset("but however though although pero aunque sino".split())
QUESTIONS: Final = frozenset(
    """what who when where why how which whose anyone anybody qué quién cuándo dónde cómo cuál
    alguien is are does do can""".split()
)
SECOND_PERSON: Final = frozenset(
    """you your you're youre u ur yourself ya tú tu te ti tus eres vos sos usted ustedes os vuestro
    vosotros sois tuyo estás vete cállate callate""".split()
)
FIRST_PERSON: Final = frozenset(
    "i i'm im me my mine we our us yo mi mis mío soy estoy nos nuestro voy tengo".split()
)
THIRD_GROUP: Final = frozenset(
    """they them their those these people all every esos esas estos estas ellos ellas todos todas
    gente los las""".split()
)
ADVERTS: Final = frozenset(
    """free followers viewers subs buy cheap promo discount earn crypto bitcoin giveaway dm telegram
    whatsapp click subscribe follow visit bot views invest nudes onlyfans profile bio link gratis
    seguidores compra barato descuento gana dinero sorteo clic haz suscríbete sígueme perfil enlace
    inversión ingresos oferta regalo precio""".split()
)
DEROGATORY: Final = frozenset(
    """liar liars lying coward cowards cowardly traitor traitors disgrace disgraceful disgusting
    pathetic scum scumbag garbage trash trashy evil crook crooks crooked corrupt hypocrite
    hypocrites hypocritical ignorant ignorance moron morons moronic clown clowns joke fraud frauds
    thug thugs
    criminal criminals nazi nazis racist racists bigot bigots fascist fascists idiot idiots idiotic
    stupid stupidity dumb dumbass fool fools foolish loser losers ugly fat gross vile filthy nasty
    creep creepy creeps pervert perverts sick sicko psycho psychos insane crazy lunatic lunatics
    delusional deranged demented senile brainless clueless worthless useless incompetent failure
    shameful shameless vermin rat rats snake snakes pig pigs monster monsters parasite parasites
    sheep puppet puppets troll trolls hack hacks phony fake cheat cheater cheaters thief thieves
    lazy greedy arrogant narcissist degenerate degenerates savage savages imbecile retarded
    hate hateful despicable repulsive rotten toxic whiny crybaby snowflake snowflakes
    mentiroso mentirosa mentirosos cobarde cobardes traidor traidora traidores vergüenza verguenza
    sinvergüenza sinverguenza asqueroso asquerosa asco patético patética patetico patetica basura
    escoria corrupto corrupta corruptos corruptas hipócrita hipocrita hipócritas ignorante
    ignorantes imbécil imbecil imbéciles payaso payasa payasos fraude delincuente delincuentes
    ladrón ladron ladrones ladrona criminal facha fachas racista racistas nazi idiota idiotas
    estúpido estupido estúpida estupida tonto tonta tontos bobo boba burro burra bruto bruta feo
    fea gordo gorda enfermo enferma loco loca demente inútil inutil inútiles inepto inepta ineptos
    fracasado fracasada parásito parasito parásitos rata ratas víbora vibora cerdo cerda monstruo
    títere titere vendido vendida miserable miserables maldito maldita ridículo ridícula ridiculo
    resentido resentida flojo floja vago vaga arrogante cínico cínica cinico cinica nefasto
    chanta cagón cagona llorón llorona lloron mediocre mediocres huevón huevon weón weon weones
    """.split()
)
"""What people are called when they are run down; alone it proves nothing."""

_RUN: Final = re.compile(r"(\w)\1{2,}")


class Group(IntEnum):
    """Groups of words that are counted, in the order of their counts."""

    ENGLISH = 0
    SPANISH = 1
    NEGATION = 2
    BOOSTER = 3
    DAMPER = 4
    CONTRAST = 5
    QUESTION = 6
    SECOND_PERSON = 7
    FIRST_PERSON = 8
    THIRD_GROUP = 9
    ADVERT = 10
    DEROGATORY = 11


_GROUPS: Final = (
    ENGLISH - SPANISH, SPANISH - ENGLISH, NEGATIONS, BOOSTERS, DAMPERS, CONTRASTS, QUESTIONS,
    SECOND_PERSON, FIRST_PERSON, THIRD_GROUP, ADVERTS, DEROGATORY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it stands in `FoldedText.words`."""

    hashed: str  # without accents, no letter more than twice in a row
    ids: frozenset[int]  # rows of its pieces
    english: float  # valence, -4 to 4
    spanish: float
    groups: tuple[int, ...]  # of `Group`
    negates: bool
    boosts: float  # what it does to the next word's valence: 1 is nothing
    drawn_out: int  # letters in runs of three and more


NEGATED: Final = -0.74
BOOSTED: Final = 1.3
DAMPED: Final = 0.7
"""What negation, intensity and its contrary do to a valence, near VADER's empirical values."""


@lru_cache(maxsize=WORDS_KEPT)
def known_word(word: str) -> Word:
    """Return what is known of a word."""
    hashed = _RUN.sub(r"\1\1", without_accents(word))
    short = _RUN.sub(r"\1", word) if len(word) > 3 else word
    lexicon = valences()
    return Word(
        hashed=hashed,
        ids=frozenset(word_ids(hashed)),
        english=lexicon.of_english(short),
        spanish=lexicon.of_spanish(short),
        groups=tuple(place for place, group in enumerate(_GROUPS) if word in group),
        negates=word in NEGATIONS,
        boosts=BOOSTED if word in BOOSTERS else DAMPED if word in DAMPERS else 1.0,
        drawn_out=sum(len(run[0]) for run in _RUN.finditer(word)),
    )


@dataclass(frozen=True, slots=True)
class Token:
    """What stands between two spaces, as it was typed."""

    emote: float | None  # the valence of the emote that it names without colons
    id: int | None  # its row as a whole, where it is more than letters
    shouted: bool


@lru_cache(maxsize=WORDS_KEPT)
def known_token(token: str) -> Token:
    """Return what is known of a token."""
    return Token(
        emote=valences().of_typed_emote(token),
        id=None if token.isalpha() else bucket(f"t {token.casefold()}"),
        shouted=len(token) > 2 and token.isupper(),
    )
