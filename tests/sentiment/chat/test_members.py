from __future__ import annotations

import pytest

from core.crowd import Join, Joined, Refused, Role
from sentiment.chat import Appointment, ChatLimits
from tests.sentiment.chat.crowded import ALLOW, TIME_OUT, Crowded


@pytest.fixture
def crowd() -> Crowded:
    return Crowded()


def test_somebody_without_a_secret_only_reads(crowd: Crowded) -> None:
    joined = crowd.room.join(Join("room", None, "Ana", "here"), None)
    assert isinstance(joined, Joined)
    assert (joined.user, joined.name) == (None, None)
    assert len(crowd.room.floor.members) == 0


def test_the_user_id_says_nothing_of_the_person_and_differs_by_room(crowd: Crowded) -> None:
    joined = crowd.join("ana")
    assert joined.user is not None
    assert "ana" not in joined.user
    assert len(joined.user) == 16
    assert Crowded().join("ana").user != joined.user


def test_who_comes_back_is_known(crowd: Crowded) -> None:
    first = crowd.join("ana", "Ana")
    again = crowd.room.join(Join("room", "ana", None, "elsewhere"), None)
    assert (again.user, again.name) == (first.user, "Ana")


def test_a_name_is_taken_once_however_it_is_written(crowd: Crowded) -> None:
    crowd.join("ana", "Ana")
    assert crowd.join("bob", "ANA") == Refused("name_taken")
    assert crowd.room.member("bob") is None
    assert crowd.join("ana", "aNa").name == "aNa"


def test_an_unfit_name_is_refused(crowd: Crowded) -> None:
    assert crowd.join("ana", "so bad") == Refused("name_unfit")
    assert crowd.join("ana", "") == Refused("name_unfit")


def test_a_new_name_frees_the_old_one(crowd: Crowded) -> None:
    crowd.join("ana", "Ana")
    crowd.join("ana", "Anita")
    assert crowd.join("bob", "Ana").name == "Ana"
    assert crowd.room.member("ana").name == "Anita"


def test_the_djs_name_is_for_the_dj(crowd: Crowded) -> None:
    crowd.room.floor.members.reserve("DJ Rosa")
    assert crowd.join("ana", "dj rosa") == Refused("name_taken")
    assert crowd.join("mod", "dj rosa", Role.MODERATOR) == Refused("name_taken")
    assert crowd.join("rosa", "DJ Rosa", Role.DJ).name == "DJ Rosa"
    phone = crowd.room.join(Join("room", "phone", None, "x"), Appointment(Role.DJ))
    assert phone.name == "DJ Rosa"
    assert crowd.room.member("rosa").name == "DJ Rosa"


def test_the_dj_is_called_as_they_go_live(crowd: Crowded) -> None:
    crowd.room.floor.members.reserve("Too bad")
    assert crowd.join("ana", "too bad") == Refused("name_unfit")
    assert crowd.join("rosa", "too bad", Role.DJ).name == "Too bad"


def test_whoever_had_the_djs_name_before_loses_it(crowd: Crowded) -> None:
    crowd.join("ana", "DJ Rosa")
    crowd.room.join(Join("room", "rosa", None, "x"), Appointment(Role.DJ))
    crowd.room.floor.members.reserve("DJ Rosa")
    assert crowd.room.member("ana").name is None
    assert crowd.room.member("rosa").name == "DJ Rosa"
    assert crowd.say("ana", "hi") == Refused("not_joined")
    assert crowd.join("ana", "Ana").name == "Ana"


def test_a_role_stays_until_it_is_taken(crowd: Crowded) -> None:
    crowd.room.floor.members.reserve("Rosa")
    crowd.join("rosa", "Rosa", Role.DJ, credential="key")
    assert crowd.join("rosa").role is Role.DJ
    member = crowd.room.member("rosa")
    crowd.room.floor.members.demote(member)
    assert (member.role, member.name, member.credential) == (Role.VIEWER, None, None)
    assert "key" not in repr(member)


def test_an_address_brings_so_many_an_hour() -> None:
    crowd = Crowded(ChatLimits(newcomers_an_hour=2))
    crowd.join("a", address="club")
    crowd.clock.advance(600)
    crowd.join("b", address="club")
    assert crowd.join("c", address="club") == Refused("address_full", 3_000.0)
    assert crowd.join("d", address="home").name == "D"
    reader = crowd.room.join(Join("room", "c", None, "club"), None)
    assert isinstance(reader, Joined)
    assert reader.user is None
    assert crowd.join("m", role=Role.MODERATOR, address="club").role is Role.MODERATOR
    assert crowd.join("a", address="club").name == "A"  # who is known is no newcomer
    crowd.clock.advance(3_000)
    assert crowd.join("c", address="club").name == "C"


def test_names_of_one_address_are_counted_too() -> None:
    crowd = Crowded(ChatLimits(newcomers_an_hour=2))
    crowd.join("a", "One", address="club")
    crowd.join("a", "Two", address="club")
    refused = crowd.join("a", "Three", address="club")
    assert isinstance(refused, Refused)
    assert refused.code == "address_full"
    assert crowd.room.member("a").name == "Two"


def test_addresses_and_members_are_bounded() -> None:
    crowd = Crowded(ChatLimits(members_most=3, addresses_most=2))
    for person in "abcdefg":
        assert crowd.join(person).user is not None
    assert len(crowd.room.floor.members) == 3
    assert len(crowd.room.floor.members._arrivals) == 2
    assert len(crowd.room.floor.members._by_user) == 3
    assert len(crowd.room.floor.members._holders) == 3
    assert crowd.room.member("a") is None
    assert crowd.room.member("g") is not None


def test_who_serves_a_time_out_or_has_a_role_is_not_forgotten() -> None:
    crowd = Crowded(ChatLimits(members_most=3))
    crowd.join("troll")
    crowd.say("troll", "x", TIME_OUT)
    crowd.join("mod", role=Role.MODERATOR)
    for person in "abc":
        crowd.join(person)
    assert crowd.room.member("troll") is not None
    assert crowd.room.member("mod") is not None


def test_a_full_room_says_so_rather_than_forget_a_time_out() -> None:
    crowd = Crowded(ChatLimits(members_most=1))
    crowd.join("troll")
    crowd.say("troll", "x", TIME_OUT)
    assert crowd.join("ana") == Refused("busy", 60.0)
    crowd.clock.advance(61)
    assert crowd.join("ana").name == "Ana"


def test_a_new_salt_changes_every_id_and_keeps_who_is_there(crowd: Crowded) -> None:
    crowd.join("gone")
    before = crowd.join("troll").user
    crowd.say("troll", "x", TIME_OUT)
    crowd.clock.advance(700)
    crowd.join("ana")
    said = crowd.say("ana", "hello", ALLOW, key="once")
    old = crowd.user("ana")
    crowd.room.member("troll").silent_until_seconds = crowd.clock.monotonic_seconds() + 50
    crowd.room.rotate()
    assert crowd.room.member("gone") is None
    assert crowd.user("ana") != old
    assert crowd.room.floor.members.of_user(old) is None
    assert crowd.room.floor.members.of_user(before) is None
    assert crowd.room.member("troll").silent_seconds(crowd.clock.monotonic_seconds()) == 50
    assert crowd.say("ana", "hello", key="once") == said
    assert crowd.join("bob", "Gone").name == "Gone"


def test_a_name_that_is_shown_otherwise_than_typed_makes_no_newcomer_at_each_return() -> None:
    crowd = Crowded(ChatLimits(newcomers_an_hour=2, full_joins_most=100))
    for _ in range(5):
        joined = crowd.join("ana", "  Ana ", address="one")
        assert isinstance(joined, Joined) and joined.name == "Ana"
    assert isinstance(crowd.join("leo", "Leo", address="one"), Joined)
    refused = crowd.join("sol", "Sol", address="one")
    assert isinstance(refused, Refused) and refused.code == "address_full"
