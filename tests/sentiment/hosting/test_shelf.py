from __future__ import annotations

from dataclasses import replace

from core.crowd import Moment, MomentStatus
from sentiment.hosting.shelf import MomentShelf


def moment(name: str) -> Moment:
    return Moment(name, MomentStatus.PROVISIONAL, 1.0, 2.0, "drop", "set", 0.5, None)


def test_each_moment_stands_once_as_it_last_was() -> None:
    shelf = MomentShelf(rooms_most=2, moments_most=3)
    shelf.put("room", moment("a"))
    shelf.put("room", moment("b"))
    stronger = replace(moment("a"), strength=0.9)
    shelf.put("room", stronger)
    assert shelf.newest("room") == [moment("b"), stronger]
    assert shelf.get("room", "a") == stronger
    assert shelf.get("room", "z") is None
    assert shelf.get("nowhere", "a") is None


def test_a_clip_is_not_lost_when_the_moment_comes_again() -> None:
    shelf = MomentShelf(rooms_most=2, moments_most=3)
    shelf.put("room", replace(moment("a"), clip="c"))
    assert shelf.put("room", moment("a")).clip == "c"
    shelf.put("room", replace(moment("b"), clip_reason="clip_failed"))
    assert shelf.put("room", moment("b")).clip_reason == "clip_failed"
    assert shelf.put("room", replace(moment("b"), clip="d")) == replace(moment("b"), clip="d")


def test_moments_and_rooms_are_bounded() -> None:
    shelf = MomentShelf(rooms_most=2, moments_most=3)
    for n in range(5):
        shelf.put("first", moment(str(n)))
    assert [m.id for m in shelf.newest("first")] == ["4", "3", "2"]
    shelf.put("second", moment("x"))
    shelf.put("first", moment("5"))
    shelf.put("third", moment("y"))
    assert shelf.newest("second") == []
    assert len(shelf.newest("first")) == 3
