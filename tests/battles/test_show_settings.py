from __future__ import annotations

import pytest
from sqlalchemy import update

from battles.database import Database
from battles.keys import KeyStore
from battles.show_settings import ShowSettingsStore
from battles.tables import ShowSettingsRow
from core.clock import ManualClock
from core.errors import NotFound
from core.show import ShowMode, ShowSettings

MANY = ShowSettings(False, ShowMode.MANUAL, "nebula", "ember", 0.3, True, "¡東京!", "ab" * 32)


@pytest.fixture
async def store(database: Database, clock: ManualClock) -> ShowSettingsStore:
    keys = KeyStore(database, clock)
    for name in ("Ana", "Bea", "Eva"):
        await keys.create(name)
    return ShowSettingsStore(database, clock)


async def test_settings_come_back_as_they_went_the_latest_last(
    store: ShowSettingsStore, clock: ManualClock
):
    assert await store.latest(10) == {}
    for room in ("eva", "ana", "bea", "eva"):
        await store.save(room, ShowSettings)
        clock.advance(1)
    await store.save("ana", lambda: MANY)
    found = await store.latest(10)
    assert list(found) == ["bea", "eva", "ana"]
    assert found["ana"] == MANY
    assert list(await store.latest(2)) == ["eva", "ana"]


async def test_nobody_s_room_has_none(store: ShowSettingsStore):
    with pytest.raises(NotFound):
        await store.save("nobody", ShowSettings)


async def test_settings_of_another_version_are_left_out(
    store: ShowSettingsStore, database: Database
):
    for room in ("ana", "bea"):
        await store.save(room, lambda: MANY)
    async with database.writing() as session:
        where = update(ShowSettingsRow).where(ShowSettingsRow.room == "ana")
        await session.execute(where.values(settings={"enabled": True}))
    assert await store.latest(10) == {"bea": MANY}
