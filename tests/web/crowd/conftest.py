"""A server with pages of its own for the crowd, on a real database, with a fake crowd behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from battles.database import Database
from battles.emotes import EmoteStore
from battles.keys import KeyStore
from battles.moderators import ModeratorStore
from core.clock import ManualClock
from core.errors import DjUniverseError
from sentiment.text.emotes import STARTER_EMOTES
from tests.web.viewers.crowd import FakeDoor
from web.crowd.credentials import Credentials
from web.crowd.desk import Desk
from web.crowd.emotes import emotes_router
from web.crowd.listings import listings_router, moments_through
from web.crowd.moderation import moderation_router
from web.crowd.moderators import moderators_router
from web.problems import answer_error, answer_invalid


@dataclass
class Site:
    """What a test of the routes works with."""

    door: FakeDoor
    keys: KeyStore
    moderators: ModeratorStore
    emotes: EmoteStore
    clock: ManualClock
    http: httpx.AsyncClient
    changed: list[str]  # rooms whose emotes changed
    key: str  # of the DJ Nova, in the room nova


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/x.db")
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    clock = ManualClock()
    door = FakeDoor()
    keys, moderators = KeyStore(database, clock), ModeratorStore(database, clock)
    emotes = EmoteStore(database, STARTER_EMOTES, clock)
    key, _ = await keys.create("Nova")
    changed: list[str] = []
    app = FastAPI()
    app.add_exception_handler(DjUniverseError, answer_error)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    for router in (
        moderation_router(Desk(door, address=lambda host: f"digest of {host}")),
        moderators_router(moderators, keys.authenticate),
        emotes_router(emotes, Credentials(keys, moderators).appointment, changed.append),
        listings_router(moments_through(door), emotes, "/static/emotes"),
    ):
        app.include_router(router)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        yield Site(door, keys, moderators, emotes, clock, http, changed, key)
