"""What an edge remembers of a crowd, and what it must not."""

from __future__ import annotations

from core.crowd import ChatRemoved, CrowdEnvelope, CrowdEvent, Quote
from tests.web.viewers.crowd import message
from web.viewers.crowd_memory import CrowdMemory


def envelope(seq: int, event: CrowdEvent) -> CrowdEnvelope:
    return CrowdEnvelope("nova", "e", seq, 0, event)


def test_an_answer_that_was_on_its_way_brings_no_removed_text_back() -> None:
    """The host answers, the message is removed, the news of it overtakes the answer."""
    memory = CrowdMemory(100)
    said = envelope(1, message(1, "secreto"))
    quoting = envelope(2, message(2, "sí", reply=Quote("m1", "Luz", "secreto")))
    for each in (said, quoting, envelope(3, ChatRemoved(("m1",), "deleted"))):
        memory.add(each)
    for each in (said, quoting):
        assert memory.unit(each).envelope == each  # it is told, and its removal after it
    assert memory.run(1, 1) is None and memory.run(2, 2) is None
    assert len(memory) == 1


def test_what_is_shown_again_is_remembered_again() -> None:
    memory = CrowdMemory(100)
    memory.add(envelope(1, ChatRemoved(("m1",), "deleted")))
    again = envelope(2, message(1, "hola"))
    memory.unit(again)
    assert memory.run(2, 2) is not None


def test_what_is_known_to_be_gone_is_bounded_and_ends_with_the_epoch() -> None:
    memory = CrowdMemory(3)
    for seq in range(2, 12):
        memory.add(envelope(seq, ChatRemoved((f"m{seq}",), "deleted")))
    memory.unit(envelope(1, message(11)))
    assert memory.run(1, 1) is None
    memory.clear()
    memory.unit(envelope(1, message(11)))
    assert memory.run(1, 1) is not None
