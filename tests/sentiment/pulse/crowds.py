"""Made-up crowds that talk, flood and go wild."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.crowd import CrowdPulse
from sentiment.opinion import Opinion
from sentiment.pulse import Pulse, Utterance, utterance
from sentiment.text import emote_spans, fold
from sentiment.text.emotes import STARTER_EMOTES

TALK = (
    "does anybody know the name of this track",
    "hi from Lisbon, just got home from work",
    "the last one was by somebody from Detroit I think",
    "is it me or are the lights slower than yesterday",
    "i have to get up at six tomorrow",
    "alguien sabe cuándo empieza el siguiente",
    "buenas noches desde Sevilla",
    "what do you use for the visuals",
    "nice one :hands:",
    "me gusta más el principio que lo de antes",
    "wow",
    "lol",
    ":heart:",
    "first time here, how long does he usually play",
)
JOY = (
    "OMG", "wooooow", ":fire::fire::fire:", "LETS GOOOO", "temazo", "VAMOSSS", "pog", "!!!!",
    ":drop:", "brutal", "🔥🔥", "whaaat", "jajaja", ":fire:", ":hands: :hands:", "dios mío",
)  # fmt: skip


def said(text: str, feeling: float | None = 0.0, hostility: float = 0.02) -> Utterance:
    """Return what a message amounts to, with an opinion of one's choice."""
    folded = fold(text)
    opinion = None
    if feeling is not None:
        opinion = Opinion(feeling, "neutral", hostility, 0.0, 0.0, 0.0, 0.0, "en")
    return utterance(folded, emote_spans(folded.shown, STARTER_EMOTES), opinion)


TALKED = tuple(said(text, 0.1) for text in TALK)
JOYED = tuple(said(text, 0.7) for text in JOY)


@dataclass
class Crowd:
    """Users of one room, who talk at a rate and answer what happens.

    `seconds_each` is how often one of them says something, on average; `talk` is what.
    """

    users: int = 40
    seconds_each: float = 40.0
    seed: int = 1
    talk: tuple[Utterance, ...] = field(default_factory=lambda: TALKED)
    pulse: Pulse = field(default_factory=Pulse)
    now_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.flooding = random.Random(self.seed + 1)  # so that a flood changes nothing else

    def second(self, joy: int = 0, floods: int = 0) -> CrowdPulse:
        """Let a second pass in which `joy` users react, and one floods."""
        heard: list[tuple[float, str, Utterance]] = []
        for user in range(self.users):
            if self.random.random() < 1 / self.seconds_each:
                heard.append((self._within(), f"u{user}", self.random.choice(self.talk)))
        for user in self.random.sample(range(self.users), min(joy, self.users)):
            heard.append((self._within(), f"u{user}", self.random.choice(JOYED)))
        for _ in range(floods):
            at_seconds = self.now_seconds + self.flooding.random() * 0.999
            heard.append((at_seconds, "flooder", self.flooding.choice(JOYED)))
        for at_seconds, user, utterance_ in sorted(heard, key=lambda each: each[0]):
            self.pulse.hear(user, at_seconds, utterance_)
        self.now_seconds += 1.0
        return self.pulse.tick(self.now_seconds)

    def seconds(self, count: int, joy: int = 0, floods: int = 0) -> list[CrowdPulse]:
        return [self.second(joy, floods) for _ in range(count)]

    def _within(self) -> float:
        return self.now_seconds + self.random.random() * 0.999


def hypes(pulses: list[CrowdPulse]) -> Iterator[float]:
    """Yield the indices, which must be known."""
    for pulse in pulses:
        assert pulse.hype is not None, pulse
        yield pulse.hype
