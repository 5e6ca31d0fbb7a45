"""The whole server, as it runs for users, with the clients that tests send to its door."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import websockets

from battles.database import Database
from battles.keys import KeyStore
from core.metrics import Metrics
from web.app import Addresses, running
from web.settings import Settings, load_settings


@dataclass(slots=True)
class House:
    """A running server; `url`, `http` and `post` are what `tests.stream.publishing.Client` uses."""

    addresses: Addresses
    settings: Settings
    metrics: Metrics
    http: httpx.AsyncClient

    @property
    def url(self) -> str:
        return self.addresses.whip

    def at(self, path: str) -> str:
        return self.addresses.home.rstrip("/") + path

    async def post(self, sdp: str, key: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/sdp"}
        return await self.http.post(self.url, content=sdp, headers=headers, **options)

    async def key(self, name: str) -> str:
        database = Database(self.settings.database_address)
        await database.open()
        try:
            shown, _ = await KeyStore(database).create(name)
        finally:
            await database.close()
        return shown

    def watch(self, room: str, query: str = "") -> websockets.connect:
        address = self.at(f"/rooms/{room}/live{query}").replace("http", "ws", 1)
        return websockets.connect(address, subprotocols=["djuv.v1"], compression=None)

    def count(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels or None) or 0.0


@contextlib.asynccontextmanager
async def house(data_dir: Path, **settings: Any) -> AsyncIterator[House]:
    given = load_settings(port=0, data_dir=data_dir, **settings)
    metrics = Metrics()
    async with running(given, metrics=metrics) as addresses, httpx.AsyncClient(timeout=10) as http:
        yield House(addresses, given, metrics, http)


async def events(viewer: Any) -> AsyncIterator[dict[str, Any]]:
    """The text events that a viewer gets; media in between is skipped."""
    async for message in viewer:
        if isinstance(message, str):
            yield orjson.loads(message)
