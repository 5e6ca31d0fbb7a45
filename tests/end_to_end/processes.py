"""The server as users start it: `djuniverse serve` in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import websockets

from tests.conftest import unused_port

DJUNIVERSE = str(Path(sys.executable).with_name("djuniverse"))
START_SECONDS = 60.0


@dataclass(slots=True)
class ServerProcess:
    """A running `djuniverse serve`; `url`, `http` and `post` serve `tests.stream`'s `Client`."""

    process: asyncio.subprocess.Process
    origin: str
    http: httpx.AsyncClient

    @property
    def url(self) -> str:
        return f"{self.origin}/whip"

    async def post(self, sdp: str, key: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/sdp"}
        return await self.http.post(self.url, content=sdp, headers=headers, **options)

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(self.origin + path)

    def watch(self, room: str, query: str = "") -> websockets.connect:
        address = f"{self.origin}/rooms/{room}/live{query}".replace("http", "ws", 1)
        return websockets.connect(address, subprotocols=["djuv.v1"], compression=None)


async def command(*arguments: str, data_dir: Path, **environment: str) -> str:
    """Run a `djuniverse` command to its end and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        DJUNIVERSE,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"DJUV_DATA_DIR": str(data_dir), "DJUV_LANG": "en"} | environment,
    )
    out, errors = await asyncio.wait_for(process.communicate(), START_SECONDS)
    assert process.returncode == 0, errors.decode()
    return out.decode()


@contextlib.asynccontextmanager
async def server_process(
    *arguments: str, data_dir: Path, **environment: str
) -> AsyncIterator[ServerProcess]:
    port = unused_port()
    log_path = _log_in(data_dir)
    with log_path.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            DJUNIVERSE,
            "serve",
            "--port",
            str(port),
            *arguments,
            stdout=log,
            stderr=log,
            env=os.environ | {"DJUV_DATA_DIR": str(data_dir)} | environment,
        )
    async with httpx.AsyncClient(timeout=10) as http:
        server = ServerProcess(process, f"http://127.0.0.1:{port}", http)
        try:
            await _until_it_answers(server, log_path)
            yield server
        finally:
            if process.returncode is None:
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 20)
            except TimeoutError:
                process.kill()
                await process.wait()
                raise


async def _until_it_answers(server: ServerProcess, log: Path) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            assert server.process.returncode is None, f"see {log}"
            with contextlib.suppress(httpx.TransportError):
                if (await server.get("/health")).status_code == 200:
                    return
            await asyncio.sleep(0.1)


def _log_in(data_dir: Path) -> Path:
    data_dir.mkdir(parents=True, exist_ok=True)
    return data_dir / "server.log"
