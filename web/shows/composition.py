"""Puts a process's shows together: their host, the VJs' routes, and the check of how they are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from fastapi import APIRouter

from battles.database import Database
from battles.keys import KeyStore
from battles.logos import LogoStore
from battles.moderators import ModeratorStore
from battles.show_settings import ShowSettingsStore
from core.bus import Bus
from core.clock import Clock
from core.crowd import CrowdDoor
from core.metrics import Metrics
from visuals.hosting.live import LiveVisuals
from visuals.hosting.surroundings import Publish
from web.crowd.credentials import Credentials
from web.operations import Health, PartCheck, PartHealth
from web.settings import Settings
from web.shows.elsewhere import shows_elsewhere
from web.shows.keeping import restore_settings
from web.shows.routes import no_shows_router, shows_router


@dataclass(frozen=True, slots=True)
class Shows:
    """What a process has of the shows."""

    host: LiveVisuals | None = None  # None where the operator wants none
    check: PartCheck | None = None


def shows_here(
    settings: Settings,
    *,
    bus: Bus,
    publish: Publish,
    crowd: Callable[[], CrowdDoor],
    clock: Clock,
    metrics: Metrics,
    stack: AsyncExitStack,
) -> Shows:
    """Host the shows of the sets of this process, unless the operator wants none.

    Parameters
    ----------
    settings
        What the operator has set.
    bus
        Tells who is watched.
    publish
        Puts a message into the feed of a set.
    crowd
        Returns the way to the crowds, which is not made yet; asked once a set is on air.
    clock, metrics
        Time and figures.
    stack
        Closes what is started here.
    """
    if not settings.visuals.enabled:
        return Shows()
    host = LiveVisuals(
        bus,
        publish,
        clock=clock,
        metrics=metrics,
        config=settings.visuals_config(),
        listen=lambda room, accept: crowd().listen(room, accept),
    )
    host.start()
    stack.push_async_callback(host.stop)

    async def check() -> PartHealth:
        figures = {"playing": host.playing, "failing": host.failing}
        if host.failing:  # sets are heard and judged without their shows as well
            return PartHealth(Health.DEGRADED, "show_failed", figures)
        return PartHealth(Health.OK, None, figures)

    return Shows(host, check)


async def hands_here(
    shows: Shows, *, database: Database, keys: KeyStore, moderators: ModeratorStore, clock: Clock
) -> APIRouter:
    """Return the routes by which VJs steer this process's shows; what they set before is set again.

    Parameters
    ----------
    shows
        What this process has of the shows.
    database
        Keeps what VJs set, and logos.
    keys, moderators
        Know the DJs and those whom they let in.
    clock
        Dates the changes.
    """
    if shows.host is None:
        return no_shows_router()
    store = ShowSettingsStore(database, clock)
    await restore_settings(shows.host, store)
    return shows_router(
        shows.host,
        logos=LogoStore(database, clock),
        store=store,
        appointed=Credentials(keys, moderators).appointment,
    )


def hands_elsewhere(settings: Settings) -> APIRouter:
    """Return what an edge answers VJs: where their shows are drawn, if that is known."""
    if settings.ingest_url is None:
        return no_shows_router(elsewhere=settings.visuals.enabled)
    return shows_elsewhere(settings.ingest_url)
