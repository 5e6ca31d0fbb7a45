"""A server with the routes of a VJ's hands, on a real database, with a fake show behind it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from PIL import Image

from battles.database import Database
from battles.keys import KeyStore
from battles.logos import LogoStore
from battles.moderators import ModeratorStore
from battles.show_settings import ShowSettingsStore
from core.clock import ManualClock
from core.errors import DjUniverseError
from core.show import ShowSettings, ShowState
from web.crowd.credentials import Credentials
from web.problems import answer_error, answer_invalid
from web.security import security_middleware
from web.shows.routes import shows_router

PATH = "/api/rooms/nova/show"


@dataclass
class FakeShows:
    """A `core.show.ShowDoor` that notes what is asked of it."""

    set: dict[str, ShowSettings] = field(default_factory=dict)
    states: dict[str, ShowState] = field(default_factory=dict)
    blackouts: list[tuple[str, bool, str]] = field(default_factory=list)

    def settings(self, room: str) -> ShowSettings:
        return self.set.get(room, ShowSettings())

    def change(self, room: str, settings: ShowSettings) -> None:
        self.set[room] = settings

    def blackout(self, room: str, *, held: bool, hand: str = "") -> None:
        self.blackouts.append((room, held, hand))

    def state(self, room: str) -> ShowState | None:
        return self.states.get(room)


@dataclass
class Site:
    """What a test of the routes works with."""

    shows: FakeShows
    store: ShowSettingsStore
    database: Database
    clock: ManualClock
    keys: KeyStore
    moderators: ModeratorStore
    http: httpx.AsyncClient
    dj: dict[str, str]  # headers of the DJ of the room nova
    moderator: dict[str, str]
    stranger: dict[str, str]  # of another room's DJ


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def logo(kind: str = "PNG", size: tuple[int, int] = (64, 36), **options: object) -> bytes:
    """A picture as a real encoder writes it."""
    out = io.BytesIO()
    mode = "RGB" if kind == "JPEG" else "RGBA"
    Image.effect_noise(size, 80).convert(mode).save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/x.db")
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    clock = ManualClock()
    keys, moderators = KeyStore(database, clock), ModeratorStore(database, clock)
    dj, _ = await keys.create("Nova")
    stranger, _ = await keys.create("Luz")
    moderator, _ = await moderators.create("nova", "Ana")
    shows, store = FakeShows(), ShowSettingsStore(database, clock)
    app = FastAPI(middleware=security_middleware(body_bytes=65_536))
    app.add_exception_handler(DjUniverseError, answer_error)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    app.include_router(
        shows_router(
            shows,
            logos=LogoStore(database, clock),
            store=store,
            appointed=Credentials(keys, moderators).appointment,
        )
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        yield Site(
            shows, store, database, clock, keys, moderators, http,
            bearer(dj), bearer(moderator), bearer(stranger),
        )  # fmt: skip
