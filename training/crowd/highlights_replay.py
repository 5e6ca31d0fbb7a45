"""Chats played back through what ships: the model, the pulse, and the moments of a room.

Nothing here computes a feature of its own. A message is folded, read by the model, turned into an
utterance and heard by `sentiment.pulse.Pulse`, which is asked once a second; its index goes into
`sentiment.moments.Moments`, with no sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sentiment.moments import MomentRules, Moments
from sentiment.opinion import Opinion
from sentiment.pulse import Pulse, utterance
from sentiment.text import FoldedText, fold
from training.crowd.highlights_data import Game
from training.crowd.highlights_events import Span

Values = NDArray[np.float64]

TEXT_MOST: Final = 500
"""Characters that a room's chat takes."""

AFTER_SECONDS: Final = 40
"""How far a reaction may outlast the game."""

BATCH: Final = 512
"""Messages read at once."""

RATE_SECONDS: Final = 10
USUAL_SECONDS: Final = 300
GAP_SECONDS: Final = 20
LEAST_SPREAD: Final = 0.1
KNOWN_LEAST: Final = 60
SPREAD: Final = 1.4826
"""From a median absolute deviation to a standard deviation."""


class Reader(Protocol):
    """What reads messages: `sentiment.classifier.Classifier`."""

    def read(self, texts: Sequence[FoldedText]) -> list[Opinion]:
        """Return an opinion of each text."""
        ...


@dataclass(frozen=True, slots=True)
class Felt:
    """What was felt second by second, each `seconds + AFTER_SECONDS` long; NaN where nothing was.

    Attributes
    ----------
    hype
        The index that ships, 0-100.
    signs
        What it follows from, shape (..., signs), as `sentiment.pulse.hype.SIGNS` names them.
    rate
        The peer: how unusual the number of messages is, on the same scale.
    """

    hype: Values
    signs: Values
    rate: Values


def feel(game: Game, reader: Reader) -> Felt:
    """Play a game's chat back.

    Who wrote a message is not known, so that each is taken for a voice of its own.
    """
    pulse, said = Pulse(), iter(_read(game, reader))
    following = next(said, None)
    hypes: list[float] = []
    signs: list[Values] = []
    for second in range(1, game.seconds + AFTER_SECONDS + 1):
        while following is not None and following[0] < second:
            at_seconds, user, text, opinion = following
            pulse.hear(user, at_seconds, utterance(text, (), opinion))
            following = next(said, None)
        hype = pulse.tick(float(second)).hype
        hypes.append(np.nan if hype is None else hype)
        signs.append(pulse.signs)
    return Felt(np.array(hypes), np.array(signs), rate_index(game))


def _read(game: Game, reader: Reader) -> Iterator[tuple[float, str, FoldedText, Opinion]]:
    for start in range(0, len(game.messages), BATCH):
        batch = game.messages[start : start + BATCH]
        texts = [fold(text[:TEXT_MOST]) for _, text in batch]
        opinions = reader.read(texts)
        for place, (at_seconds, _) in enumerate(batch):
            yield at_seconds, str(start + place), texts[place], opinions[place]


def rate_index(game: Game) -> Values:
    """Return the robust z-score of the message rate, through a logistic onto 0-100.

    ln(1 + messages in 10 s) against median and median absolute deviation of five minutes that ended
    20 s ago: what stands for a chat's excitement wherever its words are not read.
    """
    seconds = game.seconds + AFTER_SECONDS
    at = np.array([at_seconds for at_seconds, _ in game.messages])
    each = np.bincount(at[at < seconds].astype(np.int64), minlength=seconds)
    total = np.concatenate([[0], np.cumsum(each)])
    ends = np.arange(1, seconds + 1)
    rate = np.log1p(total[ends] - total[np.maximum(0, ends - RATE_SECONDS)])
    z = np.full(seconds, np.nan)
    for second in range(KNOWN_LEAST + GAP_SECONDS, seconds):
        usual = rate[max(0, second - GAP_SECONDS - USUAL_SECONDS) : second - GAP_SECONDS]
        middle = np.median(usual)
        spread = SPREAD * np.median(np.abs(usual - middle))
        z[second] = (rate[second] - middle) / max(spread, LEAST_SPREAD)
    return np.asarray(100 / (1 + np.exp(1 - z)))


def reported(index: Values, seconds: int, rules: MomentRules) -> list[Span]:
    """Return the moments of a game whose crowd had this index, in order."""
    moments, last = Moments(rules), dict[str, Span]()
    for second, value in enumerate(index, 1):
        known = None if np.isnan(value) else float(value)
        for moment in moments.tick("game", float(second), known):
            last[moment.id] = (round(moment.start_seconds), round(moment.end_seconds))
    ended = ((start, min(end, seconds)) for start, end in last.values())
    return sorted((start, end) for start, end in ended if start < end)
