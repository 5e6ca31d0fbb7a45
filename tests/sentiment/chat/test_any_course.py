"""Whatever people and moderators do in whatever order: nobody misses, doubles or sees too much."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.crowd import (
    Appeal,
    ChatMessage,
    ChatRemoved,
    CrowdEnvelope,
    Deed,
    Done,
    Join,
    Joined,
    Role,
    Said,
)
from sentiment.chat import ChatLimits
from tests.sentiment.chat.crowded import ALLOW, DELETE, HOLD, TIME_OUT, Crowded

LIMITS = ChatLimits(
    shown_most=6,
    log_most=12,
    waiting_most=4,
    cases_most=8,
    answers_a_member=64,
    held_seconds=100.0,
    text_seconds=100.0,
    idle_seconds=5_000.0,
    salt_seconds=5_000.0,
)
PEOPLE = ("ana", "bob", "eva")


@dataclass
class Page:
    """What a page shows that hears some envelopes and asks for the others."""

    epoch: str | None = None
    seq: int = 0
    shown: dict[str, ChatMessage] = field(default_factory=dict)

    def hear(self, envelope: CrowdEnvelope) -> None:
        self.epoch, self.seq = envelope.epoch, envelope.seq
        event = envelope.event
        if isinstance(event, ChatMessage):
            self.shown.pop(event.id, None)
            self.shown[event.id] = event
            while len(self.shown) > LIMITS.shown_most:
                del self.shown[next(iter(self.shown))]
        elif isinstance(event, ChatRemoved):
            for message in event.messages:
                self.shown.pop(message, None)

    def catch_up(self, crowd: Crowded) -> None:
        joined = crowd.room.join(Join("room", None, None, "x", None, self.epoch, self.seq), None)
        assert isinstance(joined, Joined)
        if joined.epoch != self.epoch or joined.from_seq > self.seq + 1:
            self.shown.clear()
        else:
            expected = list(range(self.seq + 1, joined.last_seq + 1))
            assert [each.seq for each in joined.events] == expected
        for envelope in joined.events:
            self.hear(envelope)
        self.epoch, self.seq = joined.epoch, joined.last_seq


class AnyCourse(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.crowd = Crowded(LIMITS)
        for person in PEOPLE:
            self.crowd.join(person)
        self.crowd.join("mod", role=Role.MODERATOR)
        self.page = Page()
        self.page.catch_up(self.crowd)
        self.online = True
        self.heard = len(self.crowd.world.envelopes)
        self.texts: dict[str, str] = {}  # of all messages that have an id, shown or not
        self.said: dict[tuple[str, str], str | None] = {}
        self.public: set[str] = set()  # ids of messages that were shown and not taken away
        self.looked_at = 0
        self.count = 0

    @rule(
        person=st.sampled_from(PEOPLE),
        ruling=st.sampled_from([ALLOW, ALLOW, ALLOW, HOLD, DELETE, TIME_OUT]),
        reply=st.integers(0, 5),
    )
    def say(self, person: str, ruling, reply: int) -> None:
        self.count += 1
        text, key = f"text-{self.count}-end", f"key {self.count}"
        known = list(self.texts)
        answered = known[-1 - reply] if reply < len(known) else None
        audits = len(self.crowd.world.audits)
        said = self.crowd.say(person, text, ruling, key=key, reply_to=answered)
        assert isinstance(said, Said)
        if len(self.crowd.world.audits) > audits:
            self.texts[str(self.crowd.world.audits[-1].message)] = text
        elif said.message is not None:
            self.texts[said.message] = text
        self.said[(person, key)] = said.message

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def say_again(self, data) -> None:
        person, key = self.draw_from(data, self.said)
        shown_before = self.shown_ids()
        said = self.crowd.say(person, "another text", key=key)
        assert isinstance(said, Said)
        assert said.key == key
        assert self.shown_ids() == shown_before

    @precondition(lambda self: self.texts)
    @rule(
        data=st.data(),
        deed=st.sampled_from([Deed.APPROVE, Deed.DENY, Deed.DELETE, Deed.TIME_OUT, Deed.UNDO]),
    )
    def do(self, data, deed: Deed) -> None:
        message = self.draw_from(data, self.texts)
        self.crowd.do("mod", deed, message=message, seconds=20.0)

    @rule(person=st.sampled_from(PEOPLE), deed=st.sampled_from([Deed.TIME_OUT, Deed.UNDO]))
    def do_to(self, person: str, deed: Deed) -> None:
        self.crowd.do("mod", deed, user=self.crowd.user(person), seconds=20.0)

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def appeal(self, data) -> None:
        person, key = self.draw_from(data, self.said)
        self.crowd.room.appeal(Appeal("room", person, key))

    @staticmethod
    def draw_from(data, things):
        """Draw by order of coming: ids are random, and would not shrink."""
        return list(things)[-1 - data.draw(st.integers(0, len(things) - 1))]

    @rule()
    def clear(self) -> None:
        assert self.crowd.do("mod", Deed.CLEAR) == Done()

    @rule(seconds=st.sampled_from([1.0, 30.0, 120.0]))
    def wait(self, seconds: float) -> None:
        self.crowd.clock.advance(seconds)
        self.crowd.room.expire()

    @rule()
    def rotate(self) -> None:
        for person in (*PEOPLE, "mod"):
            self.crowd.room.join(Join("room", person, None, "x"), None)
        self.crowd.room.rotate()

    @rule()
    def come_or_go(self) -> None:
        self.online = not self.online
        if self.online:
            self.page.catch_up(self.crowd)
            self.heard = len(self.crowd.world.envelopes)

    def shown_ids(self) -> set[str]:
        return {each.id for each in self.crowd.room.floor.history._messages()}

    @invariant()
    def the_page_shows_what_everybody_may_see(self) -> None:
        envelopes = self.crowd.world.envelopes
        for envelope in envelopes[self.heard :] if self.online else ():
            if envelope.epoch == self.page.epoch and envelope.seq <= self.page.seq:
                continue
            if (envelope.epoch, envelope.seq) != (self.page.epoch, self.page.seq + 1):
                self.page.catch_up(self.crowd)
            else:
                self.page.hear(envelope)
        self.heard = len(envelopes)
        if not self.online:
            return
        fresh = Page()
        fresh.catch_up(self.crowd)
        assert set(fresh.shown) <= set(self.page.shown) <= self.shown_ids()
        for message in fresh.shown.values():
            assert self.texts[message.id] == message.text

    @invariant()
    def no_text_is_seen_that_should_not_be(self) -> None:
        history = self.crowd.room.floor.history
        told = str(history.since(None, 0)) + str(list(history._log))
        for envelope in self.crowd.world.envelopes[self.looked_at :]:
            if isinstance(envelope.event, ChatMessage):
                self.public.add(envelope.event.id)
            elif isinstance(envelope.event, ChatRemoved):
                self.public -= set(envelope.event.messages)
        self.looked_at = len(self.crowd.world.envelopes)
        for message, text in self.texts.items():
            assert message in self.public or text not in told

    @invariant()
    def everything_is_bounded(self) -> None:
        floor = self.crowd.room.floor
        assert len(floor.history._shown) <= LIMITS.shown_most
        assert len(floor.history._log) <= LIMITS.log_most
        assert len(floor.cases.waiting()) <= LIMITS.waiting_most
        assert len(floor.cases) <= LIMITS.waiting_most + LIMITS.cases_most
        assert len(floor.members) == 4

    @invariant()
    def the_order_has_no_gaps(self) -> None:
        seqs: dict[str, list[int]] = {}
        for envelope in self.crowd.world.envelopes:
            seqs.setdefault(envelope.epoch, []).append(envelope.seq)
        for counted in seqs.values():
            assert counted == list(range(1, len(counted) + 1))

    def teardown(self) -> None:
        self.crowd.clock.advance(1_000)
        self.crowd.room.expire()
        self.crowd.do("mod", Deed.CLEAR)
        assert len(self.crowd.room.floor.cases) == 0


AnyCourse.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestAnyCourse = AnyCourse.TestCase
