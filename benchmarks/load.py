"""Starts processes that load a server, and ends exactly those."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import Final

START_SECONDS: Final = 180.0
END_SECONDS: Final = 30.0


@contextlib.asynccontextmanager
async def load_process(module: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `python -m module arguments` until the block ends; enters once it says that it is ready.

    Raises
    ------
    RuntimeError
        If it ends before it is ready.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError(f"{module} has no pipes")
        ready = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
        if not ready:
            raise RuntimeError(f"{module} ended before it was ready")
        yield process
        process.stdin.close()
        await asyncio.wait_for(process.wait(), END_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
