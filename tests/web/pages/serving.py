"""A real server with pages, rooms and hub on a memory bus, for browsers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response

from core.bus import MemoryBus
from core.clock import SystemClock
from core.crowd import CrowdDoor
from core.errors import NotFound
from core.metrics import Metrics
from web.pages import pages_router
from web.rooms import rooms_router
from web.security import SecurityHeaders
from web.viewers import ViewerConfig, ViewerHub, viewer_protocol_class


@dataclass
class Site:
    """A running server and who plays on it."""

    bus: MemoryBus
    hub: ViewerHub
    port: int
    players: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def keep(self, playing: asyncio.Task[None]) -> asyncio.Task[None]:
        """Own a task until the site is closed."""
        self.players.add(playing)
        return playing


@dataclass(frozen=True, slots=True)
class Crowds:
    """What the server has of the rooms' crowds: nothing, unless told."""

    door: CrowdDoor | None = None
    routers: Callable[[ViewerHub], Sequence[APIRouter]] = lambda _hub: [quiet_crowd_router()]


def quiet_crowd_router() -> APIRouter:
    """What a server says of a crowd of which there is nothing to say.

    Tests of the crowd itself put `tests.web.pages.crowding.FakeCrowd` before the page.
    """
    router = APIRouter()

    @router.get("/api/rooms/{room}/moments")
    async def moments(room: str) -> dict[str, list[str]]:
        return {"moments": []}

    @router.get("/api/rooms/{room}/emotes")
    async def emotes(room: str) -> dict[str, list[str]]:
        return {"emotes": []}

    return router


@contextlib.asynccontextmanager
async def serve(
    port: int = 0, bus: MemoryBus | None = None, crowds: Crowds | None = None
) -> AsyncIterator[Site]:
    """Serve the pages on loopback."""
    bus = bus or MemoryBus()
    crowds = crowds or Crowds()
    config = ViewerConfig(quiet_seconds=0.01, close_seconds=0.5, edge_stats_seconds=1.0)
    hub = ViewerHub(bus, clock=SystemClock(), metrics=Metrics(), config=config, crowd=crowds.door)
    app = FastAPI()
    app.add_middleware(SecurityHeaders)
    app.include_router(pages_router())
    app.include_router(rooms_router(bus, hub))
    for router in crowds.routers(hub):
        app.include_router(router)

    @app.exception_handler(NotFound)
    async def not_found(request: Request, error: Exception) -> Response:
        return Response(status_code=404)

    listener = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            ws=viewer_protocol_class(hub),
            lifespan="off",
            log_level="warning",
            timeout_graceful_shutdown=2,
        )
    )
    # Not `serve`, which would take over this process's signal handlers.
    task = asyncio.create_task(server._serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    site = Site(bus, hub, listener.getsockname()[1])
    try:
        yield site
    finally:
        for playing in site.players:
            playing.cancel()
        await asyncio.gather(*site.players, return_exceptions=True)
        server.should_exit = True
        await asyncio.wait_for(task, 10)
        await hub.close()
        await bus.close()
