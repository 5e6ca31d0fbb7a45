"""A host of crowds for each test that wants one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sentiment.hosting.stage import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage() as stage:
        yield stage
