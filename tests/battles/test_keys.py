from __future__ import annotations

import asyncio
import logging

import pytest
from sqlalchemy import text

from battles.database import Database
from battles.keys import KEY_FORMAT, KeyStore
from core.clock import ManualClock
from core.errors import BadInput, NotAuthorised, NotFound, StorageUnavailable
from core.messages import Publisher


@pytest.fixture
def keys(database: Database, clock: ManualClock) -> KeyStore:
    return KeyStore(database, clock)


async def test_a_key_opens_its_djs_room(keys: KeyStore):
    key, record = await keys.create("DJ Ana")
    assert KEY_FORMAT.fullmatch(key)
    assert key.startswith(record.key_id)
    assert await keys.authenticate(key) == Publisher(record.key_id, "dj-ana", "DJ Ana")


async def test_the_database_does_not_hold_the_key(keys: KeyStore, database: Database):
    key, record = await keys.create("Ana")
    async with database.reading() as session:
        row = (await session.execute(text("SELECT * FROM stream_keys"))).one()
    secret = key.removeprefix(record.key_id)
    assert all(secret.encode() not in bytes(str(value), "utf-8") for value in row)
    assert bytes.fromhex(secret) not in bytes(row.digest)


async def test_keys_never_appear_in_logs(keys: KeyStore, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)  # what a server in service logs, the database's layer included
    key, _ = await keys.create("Ana")
    await keys.authenticate(key)
    await keys.revoke(key)
    with pytest.raises(NotAuthorised) as refused:
        await keys.authenticate(key)
    assert key[20:] not in caplog.text + str(refused.value) + repr(refused.value.details)


@pytest.mark.parametrize(
    "key",
    ["", "djuv_", "djuv_" + "0" * 64, "Bearer x", "djuv_" + "0" * 65, "\ud800", "' OR 1=1 --"],
)
async def test_other_keys_open_nothing(keys: KeyStore, key: str):
    await keys.create("Ana")
    with pytest.raises(NotAuthorised):
        await keys.authenticate(key)


async def test_a_revoked_key_opens_nothing_at_once(keys: KeyStore, clock: ManualClock):
    key, record = await keys.create("Ana")
    other, _ = await keys.create("Ana")
    clock.advance(5)
    revoked = await keys.revoke(record.key_id)
    assert revoked.revoked_unix_seconds == clock.wall_seconds()
    with pytest.raises(NotAuthorised) as refused:
        await keys.authenticate(key)
    assert refused.value.slug == "key_revoked"
    assert (await keys.authenticate(other)).room == "ana"
    with pytest.raises(NotFound):
        await keys.revoke(record.key_id)


async def test_a_beginning_must_name_one_key(keys: KeyStore):
    _, record = await keys.create("Ana")
    with pytest.raises(NotFound):
        await keys.revoke("zzzz")
    for short in ("", "djuv_", "%%%", "djuv_abc"):
        with pytest.raises(BadInput) as refused:
            await keys.revoke(short)
        assert refused.value.slug == "key_prefix_short"
    with pytest.raises(NotFound):
        await keys.revoke("____")
    assert (await keys.revoke(record.key_id.removeprefix("djuv_"))).key_id == record.key_id


async def test_an_ambiguous_beginning_revokes_nothing(keys: KeyStore, database: Database):
    await keys.create("Ana")
    await keys.create("Bea")
    async with database.writing() as session:
        for number, row in enumerate(await keys.list()):
            await session.execute(
                text("UPDATE stream_keys SET key_id = :new WHERE key_id = :old"),
                {"new": f"djuv_0000000{number}", "old": row.key_id},
            )
    with pytest.raises(BadInput) as refused:
        await keys.revoke("djuv_0000")
    assert refused.value.slug == "key_ambiguous"
    assert all(key.revoked_unix_seconds is None for key in await keys.list())


async def test_of_some_keys_those_revoked_or_unknown_are_told(keys: KeyStore):
    ids = [(await keys.create(name))[1].key_id for name in ("Ana", "Bea", "Eva")]
    assert await keys.revoked(ids) == frozenset()
    await keys.revoke(ids[1])
    await keys.delete(ids[2])
    assert await keys.revoked([*ids, "djuv_unknown0"]) == {ids[1], ids[2], "djuv_unknown0"}


async def test_a_renewed_key_takes_the_place_of_all_its_dj_had(keys: KeyStore):
    old = [(await keys.create("Ana"))[0] for _ in range(2)]
    _, other = await keys.create("Bea")
    new, record = await keys.renew("ana")
    assert {key.key_id for key in await keys.list()} == {record.key_id, other.key_id}
    assert (await keys.authenticate(new)).room == "ana"
    for key in old:
        with pytest.raises(NotAuthorised):
            await keys.authenticate(key)


async def test_one_name_is_one_room_and_like_names_are_not(keys: KeyStore):
    rooms = [
        (await keys.create(name))[1].room
        for name in ("DJ Ana", "dj ana", "DJ Ana!", "DJ-Ana", "DJ Anastasia", "…", "--")
    ]
    assert rooms == ["dj-ana", "dj-ana", "dj-ana-2", "dj-ana-3", "dj-anastasia", "dj", "dj-2"]


async def test_many_djs_of_one_slug_at_once(keys: KeyStore):
    names = [f"Ana{'!' * number}" for number in range(12)]
    created = await asyncio.gather(*(keys.create(name) for name in names))
    assert len({record.room for _, record in created}) == len(names)


async def test_the_list_tells_when_keys_were_used(keys: KeyStore, clock: ManualClock):
    key, old = await keys.create("Ana")
    clock.advance(10)
    _, new = await keys.create("Bea")
    assert [listed.key_id for listed in await keys.list()] == [new.key_id, old.key_id]
    await keys.authenticate(key)
    first_use = clock.wall_seconds()
    clock.advance(59)
    await keys.authenticate(key)
    assert (await keys.list())[1].last_used_unix_seconds == first_use
    clock.advance(2)
    await keys.authenticate(key)
    assert (await keys.list())[1].last_used_unix_seconds == clock.wall_seconds()


async def test_a_date_that_cannot_be_stored_keeps_nobody_off_the_air(
    keys: KeyStore, database: Database, monkeypatch: pytest.MonkeyPatch
):
    key, _ = await keys.create("Ana")

    def read_only() -> None:
        raise StorageUnavailable("read-only")

    monkeypatch.setattr(database, "writing", read_only)
    assert (await keys.authenticate(key)).room == "ana"


async def test_without_tables_the_storage_is_unavailable(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(StorageUnavailable):
        await KeyStore(database).authenticate("djuv_" + "0" * 64)
    await database.close()
