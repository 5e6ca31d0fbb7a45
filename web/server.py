"""The HTTP server: uvicorn on a socket that is bound before anything is promised."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from core.errors import ConfigurationInvalid

BACKLOG: Final = 2_048

REQUEST_SECONDS: Final = 10.0
"""For the head of a request to arrive, and for the first one to begin."""


class HttpServer:
    """Serves one ASGI application on one port.

    Parameters
    ----------
    app
        The application.
    viewer_protocol
        What takes WebSocket upgrades.
    listening
        Where to serve, from `listen_on`; closed when the server stops.
    tls
        Certificate and key, None for plain HTTP.
    shutdown_seconds
        Longest wait for requests that are being answered when it stops.
    trusted_proxies
        Whose X-Forwarded headers are believed.
    """

    def __init__(
        self,
        app: Callable[..., Any],
        viewer_protocol: type[asyncio.Protocol],
        *,
        listening: socket.socket,
        tls: tuple[Path, Path] | None = None,
        shutdown_seconds: float = 10.0,
        trusted_proxies: tuple[str, ...] = (),
    ) -> None:
        self._socket = listening
        self._scheme = "http" if tls is None else "https"
        self._shutdown_seconds = shutdown_seconds
        certificate, key = tls or (None, None)
        config = uvicorn.Config(
            app,
            http=_ImpatientProtocol,
            ws=viewer_protocol,
            lifespan="off",  # parts are started and stopped by `web.app`
            log_config=None,  # `web.logs` has joined uvicorn's loggers
            access_log=False,
            server_header=False,
            backlog=BACKLOG,
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=list(trusted_proxies),
            timeout_graceful_shutdown=max(1, round(shutdown_seconds)),
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port under which this machine's own clients reach the server."""
        host, port = self._socket.getsockname()[:2]
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - read, not bound
        return f"{self._scheme}://{f'[{host}]' if ':' in host and host[0] != '[' else host}:{port}"

    async def start(self) -> None:
        """Begin to serve; returns once connections are taken."""
        self._serving = asyncio.create_task(
            self._server.serve(sockets=[self._socket]), name="http server"
        )
        ready = asyncio.create_task(self._server.ready.wait(), name="http server start")
        await asyncio.wait([self._serving, ready], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._serving.done():
            await self._serving

    async def stop(self) -> None:
        """Answer what is being answered, for a bounded time, and stop."""
        self._server.should_exit = True
        if self._serving is not None:
            await asyncio.wait([self._serving], timeout=self._shutdown_seconds)
            self._server.force_exit = True
            await asyncio.wait([self._serving], timeout=1.0)
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
        self._socket.close()


class _ImpatientProtocol(H11Protocol):
    """uvicorn's HTTP, without its endless wait for whoever connects and says nothing."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._expect_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._waits():
            self._expect_nothing()
        elif self._deadline is None:  # a later request on the same connection has begun
            self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        super().connection_lost(exc)

    def _waits(self) -> bool:
        """Whether this connection is still ours and no request is being answered."""
        answered = self.cycle is None or self.cycle.response_complete
        return answered and self.transport.get_protocol() is self

    def _expect_request(self) -> None:
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(REQUEST_SECONDS, self._give_up)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self._waits() and not self.transport.is_closing():
            self.transport.abort()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, which would end the process before parts are closed."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `web.app`."""
        yield


def listen_on(host: str, port: int) -> socket.socket:
    """Listen; who connects waits until an `HttpServer` serves. Port 0 takes any that is free.

    Raises
    ------
    ConfigurationInvalid
        If the address is in use or cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise ConfigurationInvalid(
                f"Port {port} on {host} is in use. Stop what uses it or choose another by --port.",
                code="port_in_use",
                host=host,
                port=port,
            ) from error
        raise ConfigurationInvalid(
            f"{host}:{port} cannot be listened on ({error}). Correct --host and --port.",
            code="address_unusable",
            host=host,
            port=port,
            reason=str(error),
        ) from error
