"""The house that the tests of hosting play in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.visuals.hosting.house import PATIENCE_SECONDS, House
from visuals.hosting.config import VisualsConfig


@pytest.fixture
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """Four rooms on the CPU, unless a test wants other options of `VisualsConfig`."""
    made = House(VisualsConfig(**{"most_rooms": 4} | getattr(request, "param", {})))
    yield made
    await asyncio.wait_for(made.visuals.stop(), PATIENCE_SECONDS)
    assert all(worker.closed for worker in made.workers)
    await made.bus.close()
