"""The host with the moderation and the model that are shipped, not with what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import product

import pytest

from core.crowd import (
    Action,
    Appeal,
    ChatRules,
    Cheer,
    Configure,
    CrowdPulse,
    Deed,
    Done,
    Moment,
    MomentStatus,
    Queue,
    Reaction,
    ReadQueue,
    Refused,
)
from core.media import HOP_SAMPLES
from core.messages import Loudness, Reading, Score, Section
from sentiment.classifier import Classifier
from sentiment.hosting.clipping import ClipMaker
from sentiment.hosting.config import CrowdConfig
from sentiment.live import LiveCrowd
from sentiment.moderation import Lexicon, Moderator
from sentiment.moderation.names import Names
from tests.sentiment.hosting.stage import Set, Stage, until


class RealStage(Stage):
    def __init__(self, classifier: Classifier, clip_maker: ClipMaker | None = None) -> None:
        super().__init__()
        lexicon = Lexicon.shipped()
        self.crowd = LiveCrowd(
            classifier,
            lambda: Moderator(lexicon),
            names=Names(),
            clock=self.clock,
            metrics=self.metrics,
            bus=self.bus,
            authenticate=self.stores.authenticate,
            audit=self.stores,
            rules_store=self.stores,
            clip_maker=clip_maker,
            config=CrowdConfig(tick_seconds=3_600.0),  # tests tick by themselves
        )


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


@pytest.fixture
async def stage(classifier: Classifier) -> AsyncIterator[Stage]:
    async with RealStage(classifier) as stage:
        stage.listen()
        await stage.join("ana")
        await stage.join("berto")
        await stage.join("carla", credential="mod-pass")
        yield stage


async def queue(stage: Stage) -> Queue:
    reply = await stage.crowd.ask(ReadQueue("room", "carla"))
    assert isinstance(reply, Queue)
    return reply


async def test_people_who_are_glad_are_heard(stage: Stage) -> None:
    said = [
        "temazo!!! :fire: :fire:",
        "WHAT A DROP",
        "jajajaja qué locura de set",
        "this shit is amazing",
        "¿de quién es este tema?",
    ]
    for text in said:
        assert (await stage.say("ana", text)).action is Action.ALLOW, text
        stage.clock.advance(2.0)
    assert stage.texts() == said


async def test_offences_escalate_to_a_time_out_which_an_appeal_undoes(stage: Stage) -> None:
    first = await stage.say("berto", "kill yourself you idiot", key="1")
    assert first.action in (Action.DELETE, Action.TIME_OUT)
    assert first.code == "threat"
    stage.clock.advance(700)
    second = await stage.say("berto", "k1ll y0urself you idiot", key="2")
    assert second.action is Action.TIME_OUT
    assert second.retry_after_seconds > 0
    assert (await stage.say("berto", "hello?", key="3")).code == "timed_out"
    assert stage.texts() == []
    member = stage.crowd._rooms.get("room").chat.member("berto")
    points = member.conduct.offences.standing(stage.clock.monotonic_seconds())
    assert await stage.crowd.ask(Appeal("room", "berto", "2")) == Done()
    (waiting,) = (await queue(stage)).waiting
    assert waiting.appealed
    assert waiting.offences == 2
    assert "threat" in waiting.reasons
    assert await stage.do("carla", Deed.APPROVE, message=waiting.message) == Done()
    assert member.conduct.offences.standing(stage.clock.monotonic_seconds()) < points
    assert (await stage.say("berto", "thanks", key="4")).action is Action.ALLOW


async def test_who_talks_too_fast_is_slowed_down_and_not_recorded(stage: Stage) -> None:
    said = [await stage.say("ana", f"number {n} of many", key=str(n)) for n in range(14)]
    last = said[-1]
    assert (last.action, last.code, last.may_appeal) == (Action.DELETE, "flood", False)
    assert last.retry_after_seconds > 0
    stage.clock.advance(30.0)
    assert (await stage.say("ana", "calm again")).action is Action.ALLOW


async def test_the_rooms_own_words_and_emotes_only_are_kept(stage: Stage) -> None:
    rules = ChatRules(blocked_words=("spoiler",))
    assert await stage.crowd.ask(Configure("room", "carla", rules)) == Done()
    assert (await stage.say("ana", "a SPOILER now")).code == "blocked_word"
    rules = ChatRules(emotes_only=True)
    assert await stage.crowd.ask(Configure("room", "carla", rules)) == Done()
    assert (await stage.say("berto", "words")).code == "emotes_only"
    assert (await stage.say("berto", ":fire: :heart:")).action is Action.ALLOW
    await until(lambda: bool(stage.stores.decisions))
    await asyncio.sleep(0.02)
    assert "words" not in [entry.text for entry in stage.stores.decisions]


@pytest.mark.parametrize(
    ("name", "code"),
    [("ANA", "name_taken"), ("Аna", "name_taken"), ("fuck you", "name_unfit"), ("x", "name_unfit")],
)
async def test_names_are_fit_and_nobody_elses(stage: Stage, name: str, code: str) -> None:
    assert await stage.try_join("eve", name) == Refused(code)


async def test_without_the_model_the_rules_still_hold(
    stage: Stage, classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(texts: object) -> object:
        raise RuntimeError

    monkeypatch.setattr(classifier, "read", fail)
    assert (await stage.say("ana", "what a tune", key="1")).action is Action.ALLOW
    threat = await stage.say("berto", "i will kill you", key="2")
    assert threat.action is not Action.ALLOW
    assert stage.counted("djuv_opinions_missing_total") == 2


UNKNOWN = Reading(None, reason="too_short")
BEGINNINGS = ["so", "well", "hey all", "by the way", "oye", "bueno", "today", "I think"]
MIDDLES = ["the sound", "this set", "the second room", "my neighbour", "that label", "la pista",
           "el tren", "the weather"]  # fmt: skip
ENDS = ["is fine with me", "reminds me of last week", "starts at nine", "was a bit long",
        "queda lejos de casa", "needs a longer intro", "is from Madrid",
        "came out in spring"]  # fmt: skip
CALM = [f"{a} {b} {c}" for a, b, c in product(BEGINNINGS, MIDDLES, ENDS)]
STORM = ["OMGGG", "LETS GOOOO", "temazooo :fire: :fire:", "WOOOW", "que locuraaa", ":fire: :hands:",
         "YESSSS", "vamooos", "holy :wow:", "noooo wayyyy"]  # fmt: skip


def score(hop: int, section: Section, energy: float) -> Score:
    end = (hop + 1) * HOP_SAMPLES
    return Score(
        window=hop, start_sample=max(0, end - 480_000), end_sample=end, reason="too_short",
        overall=None, components={}, set_reason="too_short", set_overall=None, set_components={},
        bpm=UNKNOWN, key=UNKNOWN, camelot=UNKNOWN, genre=UNKNOWN,
        loudness=Loudness(None, None, None), energy=energy, danceability=None, concealed_ratio=0.0,
        batch_size=1, arrived_seconds=0.0, section=Reading(section.value, 0.9),
    )  # fmt: skip


@dataclass(frozen=True)
class Cut:
    clip: str | None = None
    reason: str | None = None


class Night:
    """A room of twenty people through a set, second by second."""

    def __init__(self, stage: Stage, people: list[str]) -> None:
        self.stage = stage
        self.people = people
        self.set = Set(stage.bus)
        self.set.begin()
        self.second = 0
        self.said = 0

    async def pass_by(self, seconds: int, texts: list[str], section: Section, every: int) -> None:
        room = self.stage.crowd._rooms.get("room")
        for _ in range(seconds):
            self.stage.clock.advance(1.0)
            self.set.play(50)
            for hop in (2 * self.second, 2 * self.second + 1):
                energy = 0.9 if section is Section.DROP else 0.4
                self.set.feed.publish(score(hop, section, energy), self.set.position)
            for person in self.people[self.second % every :: every]:
                text = texts[(self.said * 37) % len(texts)]
                self.said += 1
                await self.stage.say(person, text, key=f"{self.said}")
            position = self.set.position
            await until(lambda at=position: room.chat.floor.pts_microseconds * 48 >= at * 1_000)
            room.tick()
            self.second += 1

    @property
    def moments(self) -> list[Moment]:
        return self.stage.crowd.recent_moments("room")


async def test_a_drop_that_a_crowd_answers_becomes_a_moment_with_a_clip(
    classifier: Classifier,
) -> None:
    asked: list[tuple[str, str, int]] = []

    async def cut(room: str, moment: Moment) -> Cut:
        asked.append((room, moment.code, len(stage.crowd.recent_audio(room, moment.epoch))))
        return Cut(clip="c1")

    async with RealStage(classifier, cut) as stage:
        stage.listen()
        people = [f"{name}{other}" for name in ("ana", "berto", "carla", "dora")
                  for other in ("luz", "sol", "mar", "rio", "paz")]  # fmt: skip
        for person in people:
            await stage.join(person)
        night = Night(stage, people)
        await until(lambda: stage.crowd._rooms.get("room").chat.floor.members._reserved is not None)
        await night.pass_by(100, CALM, Section.BUILD, every=10)
        pulse = next(e.event for e in reversed(stage.heard) if isinstance(e.event, CrowdPulse))
        assert pulse.hype is not None
        assert pulse.hype < 50
        assert pulse.chatters == 20
        assert night.moments == []
        await night.pass_by(6, CALM, Section.DROP, every=10)
        (announced,) = night.moments
        assert (announced.status, announced.code) == (MomentStatus.PROVISIONAL, "drop")
        assert announced.start_seconds == pytest.approx(100.0, abs=1.0)
        for person in people[:10]:
            assert await stage.crowd.ask(Cheer("room", person, Reaction.FIRE)) == Done()
        await night.pass_by(12, STORM, Section.DROP, every=3)
        (confirmed,) = night.moments
        assert confirmed.status is MomentStatus.CONFIRMED
        assert confirmed.id == announced.id
        # Confirmed on the way up: with the sound less is enough than what the crowd comes to.
        pulses = [e.event.hype for e in stage.heard if isinstance(e.event, CrowdPulse)]
        assert max(hype for hype in pulses if hype is not None) > 60
        assert confirmed.hype > pulse.hype
        assert confirmed.hype > 50
        await night.pass_by(4, CALM, Section.DROP, every=10)
        await until(lambda: night.moments[0].clip == "c1")
        assert asked == [("room", "drop", 75 * 50)]
        told = [e.event for e in stage.heard if isinstance(e.event, Moment)]
        assert told[0].clip is None
        assert told[-1] == night.moments[0]
