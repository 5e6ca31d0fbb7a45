"""`docs/protocol.md` is the specification: this holds the code to the page, and the page to it."""

import re
from pathlib import Path

import orjson
import pytest

from battles.logos import MOST_BYTES, MOST_PIXELS
from battles.moderators import Moderator
from core.bus import MemoryBus
from core.clock import SystemClock
from core.crowd import AuditEntry, ChatRules, Joined, Queue, Reaction, Refused, Said
from core.messages import Component, Genre, Phase, Track
from core.metrics import Metrics
from core.show import BLACKOUT_SECONDS, LONGEST_TEXT, ShowMode
from tests.web.shows.conftest import FakeShows
from tests.web.viewers.crowd import all_crowd_events, queued
from tests.web.viewers.material import Set, all_events, session_info, state
from web import rooms
from web.crowd.models import DeedBody, ModeratorBody, RulesBody
from web.crowd.moderation import queue_data
from web.crowd.moderators import moderator_data
from web.shows.models import BlackoutBody, ShowChange
from web.shows.routes import show_page
from web.viewers import ViewerConfig, ViewerHub, crowd_protocol, protocol, speaking
from web.viewers.reel import STALE_MICROSECONDS
from web.viewers.wants import OF_FORMAT

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
WEIGHTS = {Genre.HOUSE: {Component.TECHNICAL: 1.0}}


def section(title):
    """The text below a heading, up to the next of the same or a higher level."""
    match = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,3}} |\Z)", PAGE, re.M | re.S)
    assert match, f"no section {title}"
    return match[2]


class Shape:
    """Reads the page's notation of an object: names, with nested objects where they are spelled."""

    TOKEN = re.compile(r'"(?P<name>\w+)"|(?P<sign>[{}\[\]:,])')

    def __init__(self, text):
        self._tokens = [match.group() for match in self.TOKEN.finditer(text)]
        self.members = self._object()

    def _object(self):
        assert self._tokens.pop(0) == "{"
        members = {}
        while self._tokens[0] != "}":
            name = self._tokens.pop(0).strip('"')
            members[name] = self._value()
            if self._tokens[0] == ",":
                self._tokens.pop(0)
        self._tokens.pop(0)
        return members

    def _value(self):
        """A nested object, or None for a value that the notation does not spell out."""
        if self._tokens[0] != ":":
            return None
        self._tokens.pop(0)
        nested = None
        while self._tokens and self._tokens[0] not in {",", "}"}:
            if self._tokens[0] == "{":
                inner = self._object()
                nested = inner or None
            else:
                self._tokens.pop(0)
        return nested


def shapes(title):
    """Every object spelled in a section, as nested names."""
    return [Shape(code).members for code in re.findall(r"`(\{.*?\})`", section(title), re.S)]


def agrees(shape, data):
    """Whether `data` has exactly the members that the page names, as deep as it names them."""
    if isinstance(data, list):
        return all(agrees(shape, each) for each in data)
    if data is None or shape is None:
        return True
    return set(shape) == set(data) and all(agrees(shape[name], data[name]) for name in shape)


def crowd_samples():
    """The `d` of each event of the crowd and of each answer to a client, as the code makes them."""
    payloads = [
        crowd_protocol.joined_payload(Joined("e", 1, 0, (), ChatRules()), 0),
        crowd_protocol.said_payload(Said("k", "allow", "m1"), 0),
        crowd_protocol.refused_payload(Refused("busy", 1.0), "say", "k", 0),
        crowd_protocol.queue_payload([queued()], 0),
    ]
    told = [orjson.loads(payload) for payload in payloads]
    samples = {each["t"]: [each["d"]] for each in told}
    for event in all_crowd_events():
        kind, data = crowd_protocol.event_data(event)
        samples.setdefault(kind, []).append(orjson.loads(orjson.dumps(data)))
    return samples


def sample(kind):
    """The `d` of each event of a type, as the code makes it."""
    payloads = {
        "hello": protocol.hello_payload(
            room="nova",
            state=state(session_info()),
            from_seq=1,
            last_seq=0,
            pts_microseconds=0,
            wall_seconds=0.0,
            weights=WEIGHTS,
        ),
        "pong": protocol.pong_payload(1.0, 0),
    }
    if kind in payloads:
        return orjson.loads(payloads[kind])["d"]
    for message in all_events():
        name, data = protocol.message_data(message)
        if name == kind:
            return orjson.loads(orjson.dumps(data))
    raise AssertionError(f"no sample of {kind}")


def test_the_types_are_those_of_the_page():
    types, reserved = section("Events").split("reserved: ")
    assert set(re.findall(r"`(\w+)`", types.split("Types:")[1])) == protocol.EVENT_TYPES
    assert set(re.findall(r"`(\w+)`", reserved.split(".")[0])) == protocol.RESERVED_TYPES
    headings = set(re.findall(r"^### (\w+)$", PAGE, re.M))
    assert headings == protocol.EVENT_TYPES - {
        "pong"
    }  # pong stands under "Joining and coming back"


@pytest.mark.parametrize(
    "kind", ["hello", "state", "score", "beat", "finding", "transition", "stats", "error", "show"]
)
def test_the_members_of_each_event_are_those_of_the_page(kind):
    (shape, *others) = shapes(kind)
    data = sample(kind)
    assert agrees(shape, data), f"{kind}: {shape} is not {data}"
    if kind == "hello":
        assert agrees(others[0], protocol.info_data(session_info()))
        for track in (Track.VIDEO, Track.STILLS):
            assert agrees(others[1], protocol.TRACKS[track])


def test_everything_that_the_crowd_says_is_on_the_page():
    samples = crowd_samples()
    assert set(samples) == protocol.CROWD_TYPES
    for kind, told in samples.items():
        spelled = shapes(kind)
        assert len(spelled) == len(told), kind
        for shape, data in zip(spelled, told, strict=True):
            assert agrees(shape, data), f"{kind}: {shape} is not {data}"


def test_the_kinds_and_codes_of_the_crowd_are_those_of_the_page():
    kinds = re.findall(r'"kind":"(\w+)"', section("chat"))
    assert kinds == [data["kind"] for data in crowd_samples()["chat"]]
    of = re.search(r'"of":((?:"\w+"\|?)+)', section("refused"))[1]
    assert set(re.findall(r"\w+", of)) == speaking.MESSAGE_TYPES - {"ping"}
    codes = section("refused").split("of the host:")[0].split("Codes of ours:")[1]
    assert set(re.findall(r"`(\w+)`", codes)) == {
        "malformed", "too_long", "busy", "not_joined", "chat_disabled", "crowd_elsewhere",
    }  # fmt: skip


def test_what_a_client_may_say_is_on_the_page():
    text = section("The crowd")
    rows = dict(re.findall(r"^\| `(\w+)` \| `(\{.*?\})` \|$", text, re.M))
    assert set(rows) == speaking.MESSAGE_TYPES - {"ping"}
    messages = {
        "join": speaking.Joining(None, None, None, None, 0),
        "say": speaking.Saying("k", "x", None),
        "cheer": speaking.Cheering(Reaction.FIRE),
        "appeal": speaking.Appealing("k"),
    }
    for kind, message in messages.items():
        assert set(Shape(rows[kind]).members) == set(message.__slots__)
    for phrase in (
        "32 hexadecimal digits",
        f"`name` ({speaking.LONGEST_NAME} characters at most",
        f"`credential` ({speaking.LONGEST_CREDENTIAL} at most)",
        f"`key` ({speaking.LONGEST_KEY} characters at most)",
        f"`text` has {speaking.LONGEST_TEXT} characters at most",
        f"up to {ViewerConfig().max_asks} may wait",
        f"takes {ViewerConfig().ask_seconds:.0f} seconds at most",
    ):
        assert phrase in text, phrase
    reactions = re.search(r"- `reaction` is (.*?)\.", text)[1]
    assert re.findall(r"`(\w+)`", reactions) == [reaction.value for reaction in Reaction]


def test_what_the_crowd_answers_over_http_is_on_the_page():
    moments, emotes, emote, *desk = shapes("The crowd over HTTP")
    queue, deed, rules, moderators, name, made = desk
    assert (set(moments), set(emotes["emotes"])) == ({"moments"}, {"name", "src", "label_key"})
    assert set(emote) == set(emotes["emotes"])
    entry = AuditEntry(0.0, "nova", "machine", "hold", "u", "Luz", None, ("insult",), "m1")
    assert agrees(queue, queue_data(Queue((queued(),), (entry,), ChatRules())))
    assert set(deed) == set(DeedBody.model_fields)
    assert set(rules) == set(RulesBody.model_fields)
    assert set(name) == set(ModeratorBody.model_fields)
    moderator = moderator_data(Moderator("djum_1", "nova", "Luz", 0.0, None, None))
    assert agrees(moderators, {"moderators": [moderator]})
    assert agrees(made, {"pass": "djum_1", "moderator": moderator})


def test_what_a_vj_reads_and_sends_is_on_the_page():
    page, change, held, logo = shapes("The show over HTTP")
    assert agrees(page, show_page("nova", FakeShows()))
    assert set(change) == set(ShowChange.model_fields) == set(page["settings"])
    assert set(held) == set(BlackoutBody.model_fields)
    assert set(logo) == {"logo"}
    text = section("The show over HTTP")
    for phrase in (
        f"for {BLACKOUT_SECONDS:.0f} seconds",
        f"`text` has {LONGEST_TEXT} characters at most",
        f"{MOST_BYTES // 1024} KiB and {MOST_PIXELS:,} x {MOST_PIXELS:,} pixels at most",
    ):
        assert phrase in text, phrase
    assert f"`text` has {LONGEST_TEXT} characters at most" in section("show")


def test_what_the_edge_says_of_its_audience_is_on_the_page():
    data = orjson.loads(protocol.edge_stats_payload(3, 0, 0))["d"]
    assert agrees(shapes("stats")[1], data)


def test_estimates_and_readings_are_those_of_the_page():
    estimate, reading = shapes("Events")
    score = sample("score")
    assert agrees(estimate, score["overall"])
    assert agrees(reading, score["bpm"])


def test_the_binary_header_is_the_page_s():
    text = section("Binary header")
    assert f"`{protocol.HEADER.format}`" in text
    assert protocol.HEADER.size == 16
    kinds = re.search(r"`kind` \| u8 \| (.*?) \|", text)[1]
    assert {int(each) for each in re.findall(r"(\d) ", kinds)} == set(protocol.MediaKind)
    flags = re.search(r"`flags` \| u8 \| (.*?) \|", text)[1]
    named = {int(number) for number in re.findall(r"(?:^|, )(\d) ", flags)}
    assert named == {int(flag) for flag in protocol.MediaFlag if flag}


def test_the_phases_and_close_codes_are_those_of_the_page():
    phases = re.search(r'"phase":((?:"\w+"\|?)+)', section("state"))[1]
    assert re.findall(r'"(\w+)"', phases) == [phase.value for phase in Phase]
    codes = re.findall(r"\b(1\d{3}) ", section("Close codes"))
    assert [int(code) for code in codes] == [code.value for code in protocol.CloseCode]


def test_the_limits_are_those_of_the_page():
    config = ViewerConfig()
    joining = section("Joining and coming back")
    assert f"last {config.fresh_seconds:.0f} seconds" in joining
    assert f"last {config.history_events:,} events" in joining
    assert f"more than {config.max_message_bytes // 1024} KiB" in joining
    assert (
        f"more than {config.max_messages} frames in {config.messages_seconds:.0f} seconds"
        in joining
    )
    assert f"ping every {config.ping_seconds:.0f} seconds" in joining
    assert f"silent for {config.silence_seconds:.0f}" in joining
    assert f"tick of {config.audio_tick_seconds * 1000:.0f} ms" in section("Slow viewers")


def test_the_pictures_are_those_of_the_page():
    text = section("Pictures")
    rows = re.findall(r"^\| `video=(\w+)` \| (\d) \| (\d) \| `(.*?)` \|$", text, re.M)
    told = {
        name: {"track": int(track), "kind": int(kind), "codec": codec}
        for name, track, kind, codec in rows
    }
    assert told == {
        "vp9": protocol.TRACKS[Track.VIDEO],
        "jpeg": protocol.TRACKS[Track.STILLS],
    }
    assert set(told) == set(OF_FORMAT)
    assert f"{STALE_MICROSECONDS / 1e6:.0f} seconds behind the sound" in text


def test_the_modes_of_a_show_are_those_of_the_page():
    modes = re.search(r'"mode":((?:"\w+"\|?)+)', section("show"))[1]
    assert re.findall(r'"(\w+)"', modes) == [mode.value for mode in ShowMode]


async def test_what_the_http_api_answers_is_on_the_page():
    listing, room, timeline = shapes("Over HTTP")
    assert set(listing) == {"rooms"}
    assert set(room) == set(rooms.RoomModel.model_fields)
    assert f"first {rooms.MOST_LOOKED_INTO} have" in section("Over HTTP")
    bus = MemoryBus()
    Set(bus).start()
    hub = ViewerHub(bus, clock=SystemClock(), metrics=Metrics())
    viewed = await hub.room("nova")
    assert agrees(room, await rooms.Lobby(bus, hub).room("nova"))
    assert agrees(timeline, orjson.loads(rooms.Timelines().body(viewed, 1_000)))
    await hub.close()
