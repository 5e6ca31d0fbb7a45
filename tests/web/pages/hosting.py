"""The real host of a crowd behind the real hub: with word lists, without model and database."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Final

from core.bus import MemoryBus
from core.clock import SystemClock
from core.crowd import CrowdPulse, Moment
from core.metrics import Metrics
from sentiment.live import LiveCrowd
from sentiment.moderation import Lexicon, Moderator
from sentiment.moderation.lexicon import Heard
from sentiment.moderation.names import Names
from sentiment.opinion import Opinion
from sentiment.text import FoldedText
from tests.sentiment.hosting.stage import MemoryStores, StagedSenses
from tests.web.pages.crowding import DJ_KEY, MODERATOR, ROLES
from tests.web.pages.serving import Crowds, Site, serve
from web.crowd.desk import Desk
from web.crowd.listings import listings_router
from web.crowd.moderation import moderation_router

NEUTRAL: Final = Opinion(0.1, "neutral", 0.0, 0.0, 0.0, 0.0, 0.0, "es")
PULSE: Final = CrowdPulse(
    64.0, None, 0.4, 5, 6, 12.0, 0.3, ("fire", "hands"),
    {"fire": 2, "heart": 0, "hands": 1, "wow": 0, "boo": 0},
)  # fmt: skip


class NeutralReader:
    """Has no opinion on anything."""

    def read(
        self, texts: Sequence[FoldedText], heard: Sequence[Heard] | None = None
    ) -> list[Opinion]:
        return [NEUTRAL] * len(texts)


def _senses(_room: str) -> StagedSenses:
    senses = StagedSenses()
    senses.pulse = PULSE
    return senses


@contextlib.asynccontextmanager
async def serve_crowds() -> AsyncIterator[tuple[Site, MemoryStores]]:
    """Serve the pages with a room's real crowd; the DJ's key and a pass are those of the fake."""
    bus, stores, lexicon = MemoryBus(), MemoryStores(), Lexicon.shipped()
    stores.credentials = {DJ_KEY: ROLES[DJ_KEY], MODERATOR: ROLES[MODERATOR]}
    host = LiveCrowd(
        NeutralReader(),
        lambda: Moderator(lexicon),
        _senses,
        names=Names(),
        clock=SystemClock(),
        metrics=Metrics(),
        bus=bus,
        authenticate=stores.authenticate,
        audit=stores,
        rules_store=stores,
    )

    async def moments_of(room: str) -> Sequence[Moment]:
        return host.recent_moments(room)

    crowds = Crowds(
        host,
        lambda hub: [
            moderation_router(Desk(host, hub.address_digest)),
            listings_router(moments_of, None, "/static/emotes"),
        ],
    )
    host.start()
    try:
        async with serve(bus=bus, crowds=crowds) as site:
            yield site, stores
    finally:
        await host.stop()
