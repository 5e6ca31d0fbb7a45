"""A site with clips on it: for programs in memory, for browsers on a port."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus

import uvicorn
from fastapi import FastAPI

from core.errors import DjUniverseError, NotAuthorised
from core.messages import Publisher
from web.clips import ClipStore, clips_router
from web.clips.routes import Authenticate
from web.missing import missing_page
from web.pages import StaticLibrary, pages_router
from web.problems import answer_error
from web.security import SecurityHeaders


async def nobody(_key: str) -> Publisher:
    """An `authenticate` of a server without keys."""
    raise NotAuthorised("This stream key is not known here.", code="key_unknown")


def site_of(store: ClipStore, authenticate: Authenticate = nobody) -> FastAPI:
    """The application as `web.app` puts it together, with clips and pages alone."""
    library = StaticLibrary()
    app = FastAPI()
    app.add_middleware(SecurityHeaders)
    app.add_exception_handler(DjUniverseError, answer_error)
    app.add_exception_handler(HTTPStatus.NOT_FOUND, missing_page(library))
    app.include_router(clips_router(store, authenticate, library))
    app.include_router(pages_router(library))
    return app


@dataclass
class ClipSite:
    """A running server."""

    store: ClipStore
    port: int


@contextlib.asynccontextmanager
async def serve(store: ClipStore) -> AsyncIterator[ClipSite]:
    """Serve `store` on loopback."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        site_of(store), lifespan="off", log_level="warning", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    # Not `serve`, which would take over this process's signal handlers.
    task = asyncio.create_task(server._serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield ClipSite(store, listener.getsockname()[1])
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, 10)
        await store.stop()
