"""A host on a clock that stands still, with parts that do as a test says."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from core.bus.memory import MemoryBus
from core.clock import ManualClock
from core.crowd import (
    Action,
    AuditEntry,
    Axis,
    ChatRules,
    CrowdEnvelope,
    CrowdPulse,
    Deed,
    Done,
    EmoteSpan,
    Join,
    Joined,
    Moderate,
    Moment,
    MomentStatus,
    Reaction,
    Refused,
    Role,
    Said,
    Say,
)
from core.feed import SessionFeed
from core.messages import EncodedAudio, Envelope, Phase, SessionInfo, SessionState
from core.metrics import Metrics
from sentiment.chat import Appointment
from sentiment.hosting.config import CrowdConfig
from sentiment.live import LiveCrowd
from sentiment.moderation.lexicon import Heard
from sentiment.moderation.member import Member
from sentiment.moderation.verdict import ALLOWED, Verdict
from sentiment.opinion import Opinion
from sentiment.text import FoldedText
from tests.sentiment.chat.crowded import PlainNames, texts

OPINION = Opinion(0.5, "positive", 0.0, 0.0, 0.0, 0.0, 0.0, "en")
QUIET = CrowdPulse(None, "too_few", None, 0, 0, 0.0, None, (), {})
PATIENCE_SECONDS = 10.0
CREDENTIALS = {"dj-key": Role.DJ, "mod-pass": Role.MODERATOR}

VERDICTS = {
    "!hold": Verdict(Action.HOLD, ("insult",), "insult"),
    "!delete": Verdict(Action.DELETE, ("insult",), "insult", weight=1),
    "!timeout": Verdict(Action.TIME_OUT, ("hate",), "hate", timeout_seconds=60.0, weight=2),
    "!fast": Verdict(Action.DELETE, ("flood", "rate"), "flood", retry_after_seconds=2.0),
    "!wall": Verdict(Action.DELETE, ("flood", "wall"), "flood", weight=1),
    "!unsure": Verdict(Action.ALLOW, scores=((Axis.INSULT, 0.3),)),
    "!sworn": Verdict(Action.ALLOW, scores=((Axis.SWEARING, 0.9),)),
}


def moment(status: MomentStatus = MomentStatus.PROVISIONAL, name: str = "m") -> Moment:
    return Moment(name, status, 1.0, 2.0, "drop", "set", 0.5, None)


class StagedReader:
    """Counts what it reads; fails while told to, and may be slow on a test's clock."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.heard: list[Heard] = []
        self.fails = False
        self.before: Callable[[], None] = lambda: None

    def read(
        self, texts: Sequence[FoldedText], heard: Sequence[Heard] | None = None
    ) -> list[Opinion]:
        self.heard.extend(heard or ())
        self.batches.append(len(texts))
        self.before()
        if self.fails:
            raise RuntimeError(f"cannot read {texts[0].raw}")
        return [OPINION] * len(texts)


class StagedModerator:
    """Does what a message's first word says."""

    def __init__(self) -> None:
        self.opinions: list[Opinion] = []
        self.hypes: list[float | None] = []
        self.heard: list[Heard | None] = []
        self.emotes: list[Sequence[EmoteSpan] | None] = []

    def judge(
        self,
        text: FoldedText,
        opinion: Opinion,
        member: Member,
        rules: ChatRules,
        *,
        now_seconds: float,
        hype: float | None = None,
        emotes: Sequence[EmoteSpan] | None = None,
        heard: Heard | None = None,
    ) -> Verdict:
        self.emotes.append(emotes)
        self.heard.append(heard)
        self.opinions.append(opinion)
        self.hypes.append(hype)
        if text.raw.startswith("!crash"):
            raise RuntimeError(text.raw)
        return VERDICTS.get(text.raw.split(" ")[0], ALLOWED)


class StagedSenses:
    """Remembers what it hears; says what a test put there."""

    def __init__(self) -> None:
        self.hype: float | None = None
        self.pulse = QUIET
        self.moments: deque[Moment] = deque()
        self.said: list[tuple[str, str, tuple[EmoteSpan, ...]]] = []
        self.cheers: list[tuple[str, Reaction]] = []
        self.heard: list[Envelope] = []
        self.ticks = 0
        self.rests = 0
        self.forgotten = 0

    def hear_said(
        self, user: str, text: FoldedText, emotes: Sequence[EmoteSpan], opinion: Opinion | None
    ) -> None:
        self.said.append((user, text.shown, tuple(emotes)))

    def hear_cheer(self, user: str, reaction: Reaction) -> None:
        self.cheers.append((user, reaction))

    def hear_set(self, envelope: Envelope) -> None:
        self.heard.append(envelope)

    def tick(self, pts_microseconds: int) -> tuple[CrowdPulse, Sequence[Moment]]:
        self.ticks += 1
        moments = tuple(self.moments)
        self.moments.clear()
        return self.pulse, moments

    def rest(self) -> None:
        self.rests += 1

    def forget_people(self) -> None:
        self.forgotten += 1


class MemoryStores:
    """Rules, decisions, credentials and emotes; each fails or hangs while told to."""

    def __init__(self) -> None:
        self.rules: dict[str, ChatRules] = {}
        self.decisions: list[AuditEntry] = []
        self.credentials = dict(CREDENTIALS)
        self.names: dict[str, str] = {}  # that the DJ gave those who hold them
        self.emotes: dict[str, set[str]] = {}
        self.fails = False
        self.hangs = False
        self.loads = 0

    async def _trouble(self) -> None:
        if self.hangs:
            await asyncio.sleep(3_600)
        if self.fails:
            raise OSError("the disk is gone")

    async def load(self, room: str) -> ChatRules | None:
        self.loads += 1
        await self._trouble()
        return self.rules.get(room)

    async def save(self, room: str, rules: ChatRules) -> None:
        await self._trouble()
        self.rules[room] = rules

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        await self._trouble()
        self.decisions.extend(entries)

    async def authenticate(self, room: str, credential: str) -> Appointment | None:
        await self._trouble()
        role = self.credentials.get(credential)
        return None if role is None else Appointment(role, self.names.get(credential))

    async def emotes_of(self, room: str) -> set[str]:
        await self._trouble()
        return self.emotes.get(room, set())


class Stage:
    """The host and everything around it. `async with` starts and stops it."""

    def __init__(self, **changes: Any) -> None:
        clip_maker = changes.pop("clip_maker", None)
        self.clock = ManualClock(monotonic_seconds=1_000.0)
        self.metrics = Metrics()
        self.bus = MemoryBus(self.metrics)
        self.reader = StagedReader()
        self.moderator = StagedModerator()
        self.senses: dict[str, StagedSenses] = {}
        self.stores = MemoryStores()
        self.heard: list[CrowdEnvelope] = []
        self.listened: list[FoldedText] = []  # of which the word lists were asked
        changes.setdefault("tick_seconds", 0.01)
        changes.setdefault("store_seconds", 0.2)
        self.crowd = LiveCrowd(
            self.reader,
            lambda: self.moderator,
            self._make_senses,
            listen=self._listen,
            names=PlainNames(),
            clock=self.clock,
            metrics=self.metrics,
            bus=self.bus,
            authenticate=self.stores.authenticate,
            audit=self.stores,
            rules_store=self.stores,
            emotes_of=self.stores.emotes_of,
            clip_maker=clip_maker,
            config=CrowdConfig(**changes),
        )

    def _listen(self, text: FoldedText) -> Heard:
        self.listened.append(text)
        return Heard(mentioned=len(self.listened))

    def _make_senses(self, room: str) -> StagedSenses:
        return self.senses.setdefault(room, StagedSenses())

    async def __aenter__(self) -> Stage:
        self.crowd.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.wait_for(self.crowd.stop(), PATIENCE_SECONDS)

    def listen(self, room: str = "room") -> Callable[[], None]:
        return self.crowd.listen(room, self.heard.append)

    async def join(self, person: str | None, name: str | None = None, **more: Any) -> Joined:
        reply = await self.try_join(person, name, **more)
        assert isinstance(reply, Joined), reply
        return reply

    async def try_join(self, person: str | None, name: str | None = None, **more: Any):
        name = name or (person.capitalize() if person else None)
        room = more.pop("room", "room")
        return await self.crowd.ask(Join(room, person, name, person or "x", **more))

    async def say(self, person: str, text: str, key: str | None = None, **more: Any) -> Said:
        reply = await self.try_say(person, text, key, **more)
        assert isinstance(reply, Said), reply
        return reply

    async def try_say(self, person: str, text: str, key: str | None = None, **more: Any):
        room = more.pop("room", "room")
        return await self.crowd.ask(Say(room, person, key or text, text, **more))

    async def do(self, person: str, deed: Deed, **more: Any) -> Done | Refused:
        reply = await self.crowd.ask(Moderate("room", person, deed, **more))
        assert isinstance(reply, Done | Refused)
        return reply

    def texts(self) -> list[str]:
        return texts(self.heard)

    def counted(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


class Set:
    """A set that is played into the bus."""

    def __init__(self, bus: MemoryBus, session: str = "set", dj_name: str = "DJ Rosa") -> None:
        info = SessionInfo(session, "room", dj_name, 0.0)
        self.feed = SessionFeed(info, bus)
        self.position = 0

    def begin(self) -> None:
        self.state(Phase.LIVE)

    def state(self, phase: Phase) -> None:
        self.feed.publish(SessionState(self.feed.info, phase), self.position)

    def play(self, packets: int = 1, payload: bytes = b"\xfcopus") -> None:
        for _ in range(packets):
            packet = EncodedAudio(self.feed.info.session, self.position, 960, payload, False, 0.0)
            self.feed.publish(packet, self.position)
            self.position += 960


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so, for a bounded time."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():
            await asyncio.sleep(0.005)
