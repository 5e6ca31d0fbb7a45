"""The demonstration DJ: a process of its own that comes in through the same door as everybody.

Nothing of it is imported here. It ends with this process however that dies: the child reads its
standard input, and the pipe's end closes with us.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from battles.keys import KeyStore

DJ_NAME: Final = "DJ Universe"
TITLE: Final = "Demo"
MODULE: Final = "training.demonstration"
STOP_SECONDS: Final = 5.0
RESTART_SECONDS: Final = 5.0
EXIT_UNUSABLE: Final = 2
"""Exit code of a demonstration that no restart would help."""

LONGEST_LINE_BYTES: Final = 64 * 1024

logger = logging.getLogger(__name__)


@asynccontextmanager
async def demonstration(keys: KeyStore, whip_url: str) -> AsyncIterator[str]:
    """Have the demonstration on air for as long as the block lasts; yield its room.

    Its key is made for this run and deleted at the end; what earlier runs left is deleted now.

    Raises
    ------
    StorageUnavailable
        If no key can be made.
    """
    key, record = await keys.renew(DJ_NAME)
    process = DemonstrationProcess(whip_url, key)
    await process.start()
    try:
        yield record.room
    finally:
        await process.stop()
        await keys.delete(record.key_id)


class DemonstrationProcess:
    """Runs the demonstration DJ, and starts it again should it end by itself.

    Parameters
    ----------
    whip_url
        Where it goes live.
    key
        Its stream key; given to it in its environment, where no list of processes shows it.
    restart_seconds
        Pause before it is started again.
    """

    def __init__(
        self, whip_url: str, key: str, *, restart_seconds: float = RESTART_SECONDS
    ) -> None:
        self._whip_url = whip_url
        self._key = key
        self._restart_seconds = restart_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._supervision: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process is not None else None

    async def start(self) -> None:
        """Start it; returns before it is on air.

        Raises
        ------
        OSError
            If no process can be started.
        """
        self._process = await self._launch()
        self._supervision = asyncio.create_task(self._supervise(), name="demonstration")

    async def stop(self) -> None:
        """Have it say goodbye to the server; kill it if it does not within some seconds."""
        if self._supervision is not None:
            self._supervision.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervision
            self._supervision = None
        if self._process is not None:
            await _end(self._process)
            self._process = None

    async def _supervise(self) -> None:
        while self._process is not None:
            await _log_lines(self._process)
            code = await self._process.wait()
            if code == EXIT_UNUSABLE:
                logger.error("the demonstration cannot go on air and is not started again")
                return
            logger.warning("the demonstration ended with code %d and is started again", code)
            await asyncio.sleep(self._restart_seconds)
            try:
                self._process = await self._launch()
            except OSError as error:  # no memory or no process to be had just now
                logger.warning("the demonstration could not be started: %s", error)

    async def _launch(self) -> asyncio.subprocess.Process:
        arguments = ("--url", self._whip_url, "--title", TITLE, "--end-with-stdin")
        environment = os.environ | {
            "DJUV_STREAM_KEY": self._key,
            "OMP_NUM_THREADS": "1",  # it has time: one core's share is enough
            "OPENBLAS_NUM_THREADS": "1",
        }
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            MODULE,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            limit=LONGEST_LINE_BYTES,
        )


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close its standard input, then wait, then kill."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await _log_lines(process)
            await process.wait()
    except TimeoutError:
        logger.warning("the demonstration did not end in time and is killed")
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _log_lines(process: asyncio.subprocess.Process) -> None:
    """Log what it says, line by line, until it says no more."""
    if process.stderr is None:
        return
    while True:
        try:
            line = await process.stderr.readline()
        except ValueError:  # a line beyond the limit; what follows is read again
            continue
        if not line:
            return
        logger.info("demonstration: %s", line.decode(errors="replace").rstrip())
