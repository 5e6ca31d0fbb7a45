"""What becomes of messages."""

from dataclasses import replace

import pytest

from core.crowd import Action, Axis, ChatRules, EmoteSpan, Role
from sentiment.moderation import ALLOWED, Member, Moderator
from sentiment.moderation.moderator import FLOOD_COUNTED_EVERY_SECONDS, HYPE_MOMENT
from sentiment.text import fold
from tests.sentiment.moderation.conversation import NEUTRAL, Room, at_level, opinion, verdict_on

PASTA = "they asked me to leave the booth but i only came here to dance with my grandmother"


def actions(text: str, axis: Axis) -> list[Action]:
    """What becomes of a first message at each level of one axis."""
    return [verdict_on(text, at_level(level, axis)).action for level in range(5)]


A, H, D, T = Action.ALLOW, Action.HOLD, Action.DELETE, Action.TIME_OUT


@pytest.mark.parametrize(
    ("text", "axis", "expected"),
    [
        ("clown dj", Axis.INSULT, [A, A, A, H, D]),
        ("you idiot", Axis.INSULT, [A, A, H, D, D]),
        ("dj you are a piece of shit", Axis.INSULT, [A, H, D, D, D]),
        ("te voy a matar", Axis.THREAT, [A, A, H, D, D]),
        ("kys", Axis.THREAT, [A, T, T, T, T]),
        ("death to all immigrants", Axis.HATE, [A, T, T, T, T]),
        ("send nudes", Axis.SEXUAL, [A, H, D, D, D]),
        ("what the fuck was that", Axis.SWEARING, [A, A, H, D, D]),
        ("subscribe to my channel", Axis.SPAM, [A, A, A, H, D]),
        ("free followers", Axis.SPAM, [A, H, D, D, D]),
        ("free followers at example.com", Axis.SPAM, [A, H, T, T, T]),
        ("soundcloud.com/x", Axis.LINKS, [A, A, A, H, D]),
        ("example.com/x", Axis.LINKS, [A, A, H, D, D]),
        ("bit.ly/x", Axis.LINKS, [A, D, D, D, D]),
    ],
)
def test_levels(text: str, axis: Axis, expected: list[Action]) -> None:
    assert actions(text, axis) == expected


def test_a_message_that_nothing_speaks_against() -> None:
    assert verdict_on("what a set") is ALLOWED


def test_reasons_name_the_axis_and_what_spoke() -> None:
    verdict = verdict_on("kys")
    assert verdict.reasons == ("threat", "word_list")
    assert verdict.code == "threat"
    assert verdict.timeout_seconds == 10.0
    assert dict(verdict.scores)[Axis.THREAT] == 0.95


def test_the_strictest_axis_comes_first() -> None:
    verdict = verdict_on("you idiot, kill yourself")
    assert verdict.reasons == ("threat", "word_list", "insult")


def test_an_allowed_site_passes() -> None:
    rules = replace(at_level(4, Axis.LINKS), allowed_sites=("example.com",))
    assert verdict_on("see shop.example.com", rules).action is A
    assert verdict_on("see example.net", rules).action is D


# The model


@pytest.mark.parametrize(
    ("parts", "axis"),
    [
        ({"toxicity": 0.99, "target_person": 0.99}, Axis.INSULT),
        ({"toxicity": 0.99, "target_group": 0.99}, Axis.HATE),
        ({"explicit": 0.99}, Axis.SEXUAL),
        ({"spam": 0.99}, Axis.SPAM),
    ],
)
def test_the_model_alone_asks_a_human(parts: dict[str, float], axis: Axis) -> None:
    verdicts = [
        Room(at_level(level, axis)).say("clean words", thought=opinion(**parts))
        for level in range(5)
    ]
    assert [verdict.action for verdict in verdicts] == [A, H, H, H, D]
    assert all(verdict.reasons == (axis.value, "model") for verdict in verdicts[1:])


def test_the_model_alone_never_times_out_however_often() -> None:
    room = Room(at_level(4, Axis.INSULT))
    for _ in range(30):
        verdict = room.say("clean words", thought=opinion(toxicity=1.0, target_person=1.0))
        assert (verdict.action, verdict.weight, verdict.timeout_seconds) == (D, 0, 0.0)
    assert room.member.offences.points == 0.0


def test_the_model_alone_says_nothing_of_threats() -> None:
    verdict = Room(at_level(4, Axis.THREAT)).say("clean words", thought=opinion(toxicity=1.0))
    assert verdict.action is A


def test_list_and_model_together_are_enough_for_a_time_out() -> None:
    thought = opinion(toxicity=0.95, target_person=0.9)
    room = Room(at_level(3, Axis.THREAT))
    assert room.say("te voy a matar").action is D
    assert Room(at_level(3, Axis.THREAT)).say("te voy a matar", thought=thought).action is T


def test_without_a_model_the_rules_decide_alone() -> None:
    room = Room()
    assert room.say("what a set", thought=None).action is A
    assert room.say("kys", thought=None).action is T


# Offences


def test_offences_escalate_and_fade() -> None:
    room = Room()
    seconds = []
    for _ in range(4):
        seconds.append(room.say("you piece of shit dj").timeout_seconds)
        room.wait(60.0)
    assert seconds == [0.0, 10.0, 60.0, 300.0]
    room.wait(24 * 3600.0)
    assert room.say("you piece of shit dj").action is D


def test_what_is_held_is_no_offence() -> None:
    room = Room()
    for _ in range(5):
        assert room.say("you idiot").action is H
        room.wait(10.0)
    assert room.member.offences.count == 0


def test_an_offence_can_be_given_back() -> None:
    room = Room()
    verdict = room.say("kys")
    room.member.offences.forgive(verdict.weight, room.now_seconds)
    assert room.say("you piece of shit dj").action is D


def test_one_users_offences_are_not_anothers() -> None:
    room = Room()
    room.say("kys")
    assert room.say("you piece of shit dj", by=Member()).action is D


def test_appeals() -> None:
    assert verdict_on("kys").may_appeal
    assert verdict_on("you piece of shit dj").may_appeal
    assert not verdict_on("what a set").may_appeal
    assert not verdict_on("you idiot").may_appeal  # it waits for a moderator already
    assert not verdict_on("").may_appeal
    assert not verdict_on("child porn").may_appeal


# Hype


@pytest.mark.parametrize("level", range(5))
@pytest.mark.parametrize(
    "text",
    [
        "TEMAZOOOOOOOOOOOOO", "LETS GOOOOOOOOOO", "JAJAJAJAJAJAJAJA", "🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥",
        ":fire::fire::fire::fire::fire::fire:", "DROP DROP DROP DROP DROP", "AAAAAAAAAAAAAAAA",
    ],
)  # fmt: skip
def test_hype_is_no_offence_at_any_level(text: str, level: int) -> None:
    room = Room(at_level(level, Axis.FLOOD, Axis.SPAM))
    for _ in range(12):
        assert room.say(text) is ALLOWED
        room.wait(3.0)


def test_copypasta_is_the_crowds_voice_in_a_moment_of_hype() -> None:
    room = Room()
    room.hype = HYPE_MOMENT
    for _ in range(40):
        assert room.say(PASTA, by=Member(), thought=opinion(spam=0.99)) is ALLOWED
        assert room.say(PASTA, thought=opinion(spam=0.99)) is ALLOWED
        room.wait(1.0)


def test_without_hype_a_user_repeating_a_text_is_stopped() -> None:
    room = Room()
    verdicts = []
    for _ in range(5):
        verdicts.append(room.say(PASTA))
        room.wait(5.0)
    assert [verdict.action for verdict in verdicts] == [A, A, A, D, D]
    assert verdicts[3].reasons == ("flood", "repeated")


def test_without_hype_a_text_that_all_paste_is_held() -> None:
    room = Room()
    verdicts = [room.say(PASTA, by=Member()) for _ in range(12)]
    assert [verdict.action for verdict in verdicts] == [A] * 10 + [H] * 2
    assert verdicts[-1].reasons == ("flood", "copied")
    assert verdicts[-1].weight == 0


def test_the_rate_counts_even_in_a_moment_of_hype() -> None:
    room = Room()
    room.hype = 100.0
    verdicts = [room.say("temazo") for _ in range(25)]
    assert [verdict.action for verdict in verdicts[:20]] == [A] * 20
    assert verdicts[20].reasons == ("flood", "rate")
    assert verdicts[20].retry_after_seconds == pytest.approx(0.5)
    assert not verdicts[20].may_appeal


def test_a_burst_is_one_offence() -> None:
    room = Room()
    for _ in range(30):
        room.say("temazo")
    assert room.member.offences.count == 1
    room.wait(FLOOD_COUNTED_EVERY_SECONDS)
    for _ in range(30):
        room.say("temazo")
    assert room.member.offences.count == 2


def test_a_burst_does_not_hide_what_it_says() -> None:
    room = Room()
    for _ in range(30):
        room.say("temazo")
    verdict = room.say("kys")
    assert verdict.action is T
    assert set(verdict.reasons) == {"flood", "rate", "threat", "word_list"}


def test_hype_is_no_licence() -> None:
    room = Room()
    room.hype = 100.0
    assert room.say("kys").action is T
    assert room.say("free followers at example.com", by=Member()).action is T


# What a room wants


def test_blocked_words() -> None:
    rules = ChatRules(blocked_words=("pineapple", "end of the set"))
    verdict = verdict_on("P1NEAPPLE pizza", rules)
    assert (verdict.action, verdict.code, verdict.reasons) == (D, "blocked_word", ("blocked_word",))
    assert verdict_on("is this the End of the Set?", rules).action is D
    assert verdict_on("pizza", rules).action is A


def test_emotes_only() -> None:
    rules = ChatRules(emotes_only=True)
    for text in (":fire: :drop:", "🔥 🙌🏽 👨‍👩‍👧 🇲🇽 ❤️", ":fire:🔥"):
        assert verdict_on(text, rules).action is A, text
    verdict = verdict_on("temazo :fire:", rules)
    assert (verdict.action, verdict.code, verdict.weight) == (D, "emotes_only", 0)


def test_emotes_only_knows_which_emotes_there_are() -> None:
    rules = ChatRules(emotes_only=True)
    text = fold(":fire::hello:")
    spans = (EmoteSpan("fire", 0, 6),)
    judge = Moderator().judge
    assert judge(text, NEUTRAL, Member(), rules, 0.0).action is A
    assert judge(text, NEUTRAL, Member(), rules, 0.0, emotes=spans).action is D


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty"), ("\u200b \u202e", "empty"), ("la " * 200, "too_long")]
)
def test_what_cannot_be_shown(text: str, code: str) -> None:
    verdict = verdict_on(text)
    assert (verdict.action, verdict.code, verdict.weight) == (D, code, 0)


# Who


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.DJ])
def test_the_house_is_exempt(role: Role) -> None:
    member = Member(role)
    room = Room(at_level(4, *Axis))
    for text in ("you idiot", "fuck yes", "bit.ly/x", PASTA, "subscribe to my channel") * 10:
        assert (
            room.say(text, by=member, thought=opinion(toxicity=1.0, target_person=1.0)) is ALLOWED
        )


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.DJ])
def test_the_house_may_not_threaten(role: Role) -> None:
    verdict = verdict_on("kys", role=role)
    assert (verdict.action, verdict.timeout_seconds, verdict.code) == (D, 0.0, "threat")


@pytest.mark.parametrize("role", Role)
def test_what_is_unlawful_is_deleted_at_every_level(role: Role) -> None:
    verdict = verdict_on("child porn", at_level(0), role)
    assert verdict.action is (T if role is Role.VIEWER else D)
    assert verdict.reasons == ("sexual", "unlawful")
