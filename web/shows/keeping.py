"""Keeps what VJs set in the database, and brings it back after a restart."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Final

from battles.show_settings import ShowSettingsStore
from core.errors import StorageUnavailable
from core.show import ShowDoor, ShowSettings
from visuals.catalogue import PALETTES, SCENES

ROOMS_RESTORED: Final = 1_000
STORE_SECONDS: Final = 2.0

logger = logging.getLogger(__name__)


async def restore_settings(door: ShowDoor, store: ShowSettingsStore) -> None:
    """Set again what was set for each room before this process began.

    A database that is away costs the rooms their settings, and nothing else.
    """
    try:
        stored = await store.latest(ROOMS_RESTORED)
    except StorageUnavailable as error:
        logger.warning("the rooms' shows begin with the defaults: %s", error)
        return
    for room, settings in stored.items():
        door.change(room, _known(settings))


def _known(settings: ShowSettings) -> ShowSettings:
    """Return `settings` without scenes and palettes that this version does not have."""
    return replace(
        settings,
        scene=settings.scene if settings.scene in SCENES else None,
        palette=settings.palette if settings.palette in PALETTES else None,
    )


async def keep_settings(room: str, door: ShowDoor, store: ShowSettingsStore) -> None:
    """Store what is set for `room`; a show goes on where that cannot be done just now."""
    try:
        async with asyncio.timeout(STORE_SECONDS):
            await store.save(room, lambda: door.settings(room))
    except (StorageUnavailable, TimeoutError) as error:
        logger.warning("what room %s set for its show is not stored: %r", room, error)
