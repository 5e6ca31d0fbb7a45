"""What crowds are asked and tell survives the way between processes exactly."""

import pytest

from core.crowd import (
    Action,
    ChatMessage,
    ChatRemoved,
    ChatRules,
    ChatRulesChanged,
    ChatTimedOut,
    CrowdEnvelope,
    CrowdEvent,
    CrowdPulse,
    Deed,
    EmoteSpan,
    Join,
    Joined,
    Moderate,
    Moment,
    MomentStatus,
    Queue,
    QueuedMessage,
    Quote,
    Refused,
    Role,
    Said,
    Say,
)
from core.crowd_codec import decode, encode
from core.errors import BadInput

MESSAGE = ChatMessage(
    "m1", "u1", "Ana", Role.DJ, "qué temazo :fire:", (EmoteSpan("fire", 11, 17),),
    Quote("m0", "Leo", "hola"), 1_764_000_000_000,
)  # fmt: skip
PULSE = CrowdPulse(61.5, None, 0.4, 3, 5, 12.0, None, ("fire",), {"fire": 3})
MOMENT = Moment(
    "x", MomentStatus.CONFIRMED, 61.0, 70.0, "drop", "set1", 0.8, 77.0, None, "clip_busy"
)


@pytest.mark.parametrize(
    "event",
    [
        MESSAGE,
        ChatRemoved(("m1",), "deleted"),
        ChatTimedOut("u1", 60.0),
        ChatRulesChanged(ChatRules(slow_seconds=5.0, blocked_words=("x",))),
        PULSE,
        MOMENT,
    ],
)
def test_every_event_comes_back_as_it_went(event: CrowdEvent) -> None:
    envelope = CrowdEnvelope("room", "epoch", 7, 12_000_000, event)
    assert decode(encode(envelope), CrowdEnvelope) == envelope


@pytest.mark.parametrize(
    "value",
    [
        Join("room", "p", "Ana", "a", None, "e", 4),
        Joined("e", 1, 2, (CrowdEnvelope("room", "e", 1, 0, MESSAGE),), ChatRules(), "u", "Ana"),
        Say("room", "p", "k", "hola", "m1"),
        Said("k", Action.HOLD, "m2", "insult", None, True),
        Moderate("room", "p", Deed.TIME_OUT, None, "u1", 60.0),
        Queue(
            (QueuedMessage("m", "u", "n", "t", Action.HOLD, ("insult",), False, 1, 2),),
            (),
            ChatRules(),
        ),
        Refused("busy", 1.0),
    ],
)
def test_every_question_and_answer_comes_back_as_it_went(value: object) -> None:
    assert decode(encode(value), type(value)) == value


def test_what_was_not_expected_is_refused() -> None:
    with pytest.raises(BadInput):
        decode(encode(Refused("busy")), Joined)
    for damaged in (b"", b"{}", b"[1]", b'[9,"Refused",{}]', b'[1,"Refused",{"code":3}]', b"\xff"):
        with pytest.raises(BadInput):
            decode(damaged, Refused)
    with pytest.raises(ValueError, match="str"):
        encode("text")
