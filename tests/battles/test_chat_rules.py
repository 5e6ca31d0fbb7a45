from __future__ import annotations

import pytest

from battles.chat_rules import ChatRulesStore
from battles.database import Database
from battles.keys import KeyStore
from battles.tables import ChatRulesRow
from core.clock import ManualClock
from core.crowd import ChatRules
from core.errors import NotFound

STRICT = ChatRules(
    levels={"insult": 4, "swearing": 1},
    slow_seconds=2.5,
    allowed_sites=("soundcloud.com",),
    blocked_words=("ñu", "🤡"),
    emotes_only=True,
)


@pytest.fixture
async def store(database: Database, clock: ManualClock) -> ChatRulesStore:
    await KeyStore(database, clock).create("Ana")
    return ChatRulesStore(database, clock)


async def test_rules_come_back_as_they_went(store: ChatRulesStore):
    assert await store.load("ana") is None
    await store.save("ana", STRICT)
    assert await store.load("ana") == STRICT
    await store.save("ana", ChatRules())
    assert await store.load("ana") == ChatRules()


async def test_a_room_that_nobody_has_gets_no_rules(store: ChatRulesStore):
    with pytest.raises(NotFound) as refused:
        await store.save("eva", STRICT)
    assert refused.value.slug == "room_not_found"
    assert await store.load("eva") is None


async def test_rules_of_another_version_are_not_used(store: ChatRulesStore, database: Database):
    async with database.writing() as session:
        session.add(ChatRulesRow(room="ana", rules={"levels": {}}, changed_unix_seconds=0.0))
    assert await store.load("ana") is None
