from sentiment.pulse import latest
from sentiment.pulse.latest import Latest


def test_each_user_shows_the_latest() -> None:
    shown: Latest[str] = Latest(10.0)
    shown.hear("a", 0.0, "fire")
    shown.hear("b", 1.0, "heart")
    shown.hear("a", 2.0, "wow")
    assert len(shown) == 2
    assert sorted(shown) == ["heart", "wow"]


def test_who_showed_nothing_lately_is_gone() -> None:
    shown: Latest[None] = Latest(10.0)
    shown.hear("a", 0.0, None)
    shown.hear("b", 1.0, None)
    shown.hear("a", 5.0, None)
    shown.forget(11.0)
    assert len(shown) == 1
    shown.forget(15.0)
    assert len(shown) == 0


def test_the_one_heard_longest_ago_gives_way(monkeypatch) -> None:
    monkeypatch.setattr(latest, "USERS_MOST", 2)
    shown: Latest[str] = Latest(10.0)
    for place, user in enumerate("abc"):
        shown.hear(user, float(place), user)
    assert list(shown) == ["b", "c"]
    assert shown.dropped == 1
