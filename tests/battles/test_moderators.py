from __future__ import annotations

import logging

import pytest
from sqlalchemy import text

from battles import moderators
from battles.database import Database
from battles.keys import KeyStore
from battles.moderators import PASS_FORMAT, ModeratorStore
from core.clock import ManualClock
from core.errors import BadInput, NotAuthorised, NotFound, StorageUnavailable


@pytest.fixture
async def store(database: Database, clock: ManualClock) -> ModeratorStore:
    keys = KeyStore(database, clock)
    await keys.create("Ana")
    await keys.create("Bea")
    return ModeratorStore(database, clock)


async def test_a_pass_says_who_moderates_which_room(store: ModeratorStore, clock: ManualClock):
    secret, made = await store.create("ana", "  Luz \t Marina ")
    assert PASS_FORMAT.fullmatch(secret) and secret.startswith(made.moderator_id)
    assert (made.room, made.name, made.created_unix_seconds) == (
        "ana",
        "Luz Marina",
        clock.wall_seconds(),
    )
    found = await store.authenticate(secret)
    assert (found.moderator_id, found.room, found.name) == (made.moderator_id, "ana", "Luz Marina")


async def test_the_database_does_not_hold_the_pass(store: ModeratorStore, database: Database):
    secret, made = await store.create("ana", "Luz")
    async with database.reading() as session:
        row = (await session.execute(text("SELECT * FROM moderators"))).one()
    unknown = secret.removeprefix(made.moderator_id)
    assert all(unknown.encode() not in bytes(str(value), "utf-8") for value in row)
    assert bytes.fromhex(unknown) not in bytes(row.digest)


async def test_passes_never_appear_in_logs(store: ModeratorStore, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    secret, _ = await store.create("ana", "Luz")
    await store.authenticate(secret)
    await store.revoke("ana", secret)
    with pytest.raises(NotAuthorised) as refused:
        await store.authenticate(secret)
    assert refused.value.slug == "pass_revoked"
    assert secret[20:] not in caplog.text + str(refused.value) + repr(refused.value.details)


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("", "pass_malformed"),
        ("djuv_" + "0" * 64, "pass_malformed"),
        ("djum_" + "0" * 65, "pass_malformed"),
        ("\ud800", "pass_malformed"),
        ("djum_" + "0" * 64, "pass_unknown"),
    ],
)
async def test_other_passes_open_nothing(store: ModeratorStore, secret: str, code: str):
    await store.create("ana", "Luz")
    with pytest.raises(NotAuthorised) as refused:
        await store.authenticate(secret)
    assert refused.value.slug == code


async def test_only_passes_of_the_room_are_listed_and_revoked(
    store: ModeratorStore, clock: ManualClock
):
    _, first = await store.create("ana", "Luz")
    clock.advance(1)
    _, second = await store.create("ana", "Luz")
    _, other = await store.create("bea", "Sol")
    assert [one.moderator_id for one in await store.list("ana")] == [
        second.moderator_id,
        first.moderator_id,
    ]
    with pytest.raises(NotFound) as refused:
        await store.revoke("ana", other.moderator_id)
    assert refused.value.slug == "pass_not_found"
    revoked = await store.revoke("ana", first.moderator_id.removeprefix("djum_"))
    assert revoked.revoked_unix_seconds == clock.wall_seconds()
    with pytest.raises(NotFound):
        await store.revoke("ana", first.moderator_id)
    for beginning, code in (("djum_abc", "pass_prefix_short"), ("%%%%%", "pass_not_found")):
        with pytest.raises(BadInput) as unusable:
            await store.revoke("ana", beginning)
        assert unusable.value.slug == code


async def test_an_ambiguous_beginning_revokes_nothing(store: ModeratorStore, database: Database):
    made = [(await store.create("ana", "Luz"))[1] for _ in range(2)]
    async with database.writing() as session:
        for number, one in enumerate(made):
            await session.execute(
                text("UPDATE moderators SET moderator_id = :new WHERE moderator_id = :old"),
                {"new": f"djum_0000000{number}", "old": one.moderator_id},
            )
    with pytest.raises(BadInput) as refused:
        await store.revoke("ana", "djum_0000")
    assert refused.value.slug == "pass_ambiguous"
    assert all(one.revoked_unix_seconds is None for one in await store.list("ana"))


async def test_rooms_that_nobody_has_get_no_moderators(store: ModeratorStore):
    for asked in (store.create("eva", "Luz"), store.list("eva")):
        with pytest.raises(NotFound) as refused:
            await asked
        assert refused.value.slug == "room_not_found"


@pytest.mark.parametrize("name", ["", " ", "x" * 33, "a\u202eb", "a\x00b"])
async def test_names_that_cannot_be_shown_are_refused(store: ModeratorStore, name: str):
    with pytest.raises(BadInput) as refused:
        await store.create("ana", name)
    assert refused.value.slug == "moderator_name_invalid"


async def test_a_room_has_so_many_moderators_and_no_more(
    store: ModeratorStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(moderators, "MOST_MODERATORS", 2)
    first = (await store.create("ana", "a"))[1]
    await store.create("ana", "b")
    with pytest.raises(BadInput) as refused:
        await store.create("ana", "c")
    assert refused.value.slug == "moderators_full"
    await store.create("bea", "c")
    await store.revoke("ana", first.moderator_id)
    await store.create("ana", "c")


async def test_the_date_of_use_is_noted_but_keeps_nobody_out(
    store: ModeratorStore,
    database: Database,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
):
    secret, _ = await store.create("ana", "Luz")
    await store.authenticate(secret)
    first_use = clock.wall_seconds()
    clock.advance(59)
    await store.authenticate(secret)
    assert (await store.list("ana"))[0].last_used_unix_seconds == first_use
    clock.advance(2)

    def read_only() -> None:
        raise StorageUnavailable("read-only")

    monkeypatch.setattr(database, "writing", read_only)
    assert (await store.authenticate(secret)).name == "Luz"
