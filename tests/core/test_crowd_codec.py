"""What crowds are asked and tell survives the way between processes exactly."""

from dataclasses import replace

import pytest

from core import crowd_codec
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
    Moments,
    MomentStatus,
    Queue,
    QueuedMessage,
    Quote,
    ReadMoments,
    Refused,
    Role,
    Said,
    Say,
)
from core.crowd_codec import decode, encode
from core.errors import BadInput
from core.plain import to_plain

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
        ReadMoments("room"),
        Moments((MOMENT,)),
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


def test_an_envelope_becomes_bytes_once_however_many_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[object] = []

    def counted(value: object) -> dict[str, object]:
        made.append(type(value))
        return to_plain(value)

    monkeypatch.setattr(crowd_codec, "to_plain", counted)
    envelope = CrowdEnvelope("room", "e", 1, 0, MESSAGE)
    told = encode(envelope)
    answers = [
        encode(Joined("e", 2, 1, (envelope,), ChatRules(), user)) for user in ("u1", "u2", "u3")
    ]
    assert made == [CrowdEnvelope, Joined, Joined, Joined]
    assert decode(told, CrowdEnvelope) == envelope
    for answer in answers:
        assert decode(answer, Joined).events == (envelope,)


def test_bytes_of_an_envelope_go_with_it() -> None:
    before = len(crowd_codec._ENCODED)
    envelope = CrowdEnvelope("room", "e", 1, 0, replace(MESSAGE, text="secreto"))
    again = replace(envelope, event=replace(MESSAGE, text=""))
    assert b"secreto" in encode(envelope) and b"secreto" not in encode(again)
    assert len(crowd_codec._ENCODED) == before + 2
    del envelope, again
    assert len(crowd_codec._ENCODED) == before
