"""The composition root: every part is made here, handed to those that need it, and closed again.

Parts are started from the floor up and closed from the roof down: the door first, so that nothing
new comes in; then the judge, which drains; then recordings, bus and database.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError

from battles.database import Database
from battles.keys import KeyStore
from battles.moderators import ModeratorStore
from battles.sets import SetStore
from core.bus import Bus, MemoryBus
from core.clock import Clock, SystemClock
from core.crowd import CrowdDoor
from core.errors import DjUniverseError
from core.features import FeatureCache, MemoryFeatureCache
from core.feed import FeedListener
from core.metrics import Metrics
from inference.placement import Placement
from judge.engine import Engine
from judge.live import LiveJudge
from judge.scoring import GENRE_WEIGHTS
from stream.recording.facts import JudgingFacts
from stream.recording.recorder import Recorder
from stream.sessions import Ingest
from visuals.hosting.surroundings import Publish
from web.clips import ClipMaker, ClipStore, clips_router
from web.clips.elsewhere import clips_elsewhere
from web.crowd.composition import Crowd, crowd_elsewhere, crowd_here
from web.demonstration import demonstration
from web.live_sets import LiveSets
from web.missing import missing_page, upgrade_router
from web.operations import (
    Health,
    LoopLagMonitor,
    PartCheck,
    PartHealth,
    bus_part,
    database_part,
    disk_part,
    operations_router,
)
from web.pages import StaticLibrary, pages_router
from web.problems import answer_error, answer_invalid
from web.redirects import ingest_redirects
from web.report.provenance import judging_facts
from web.retention import Retention
from web.rooms import LastOfRooms, rooms_router
from web.security import security_middleware
from web.server import HttpServer, listen_on
from web.settings import Settings
from web.settings_sections import Role
from web.shows.composition import Shows, hands_elsewhere, hands_here, shows_here
from web.version import software_version
from web.viewers.connection import viewer_protocol_class
from web.viewers.hub import ViewerHub
from web.whip import whip_router

COLLECTION_THRESHOLDS: Final = (50_000, 20, 100)
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where people find the server once it runs."""

    home: str
    studio: str
    whip: str
    audience: str | None  # the demonstration's room, where there is one


async def serve(
    settings: Settings, *, announce: Callable[[Addresses], None] = lambda _: None
) -> None:
    """Run the server until it is told to stop by SIGINT or SIGTERM; a second one hurries it.

    Parameters
    ----------
    settings
        What the operator has set.
    announce
        Called once the server takes connections.

    Raises
    ------
    ConfigurationInvalid, ModelInvalid, BusUnavailable, StorageUnavailable
        If it cannot start; the message says what to do.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.set)
    async with running(settings) as addresses:
        spare_the_loop_long_collections()
        announce(addresses)
        await stop.wait()
        logger.info("stopping")
        for number in SIGNALS:  # whoever asks twice does not want to wait
            loop.remove_signal_handler(number)


def spare_the_loop_long_collections() -> None:
    """Keep Python's cyclic garbage collector from stopping every set for a tenth of a second.

    What is loaded now stays for good, and what a set leaves behind is freed by reference counts: a
    full collection finds next to nothing, and was measured at 160 ms with 20 sets on air.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTION_THRESHOLDS)


@asynccontextmanager
async def running(
    settings: Settings, *, clock: Clock | None = None, metrics: Metrics | None = None
) -> AsyncIterator[Addresses]:
    """Run the server for as long as the block lasts.

    Raises
    ------
    ConfigurationInvalid, ModelInvalid, BusUnavailable, StorageUnavailable
        If it cannot start; whatever was started is closed again.
    """
    async with AsyncExitStack() as stack:
        composition = _Composition(settings, clock or SystemClock(), metrics or Metrics(), stack)
        yield await composition.start()


class _Composition:
    """Makes the parts for one role, each pushed on the stack that will close it."""

    def __init__(
        self, settings: Settings, clock: Clock, metrics: Metrics, stack: AsyncExitStack
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._stack = stack
        self._routers: list[APIRouter] = []
        self._checks: dict[str, PartCheck] = {}
        self._door: Callable[[], Awaitable[None]] | None = None
        self._library = StaticLibrary()
        self._finished: LastOfRooms | None = None  # an edge has no database to ask

    async def start(self) -> Addresses:
        """Start everything that the role has."""
        settings = self._settings
        # First of all: on a port in use nothing of another server's is touched.
        listening = self._stack.enter_context(listen_on(settings.host, settings.port))
        bus = await self._bus()
        keys = None
        if settings.role is Role.EDGE:
            self._routers.append(ingest_redirects(settings.ingest_url))
            if settings.ingest_url is not None:
                self._routers.append(clips_elsewhere(settings.ingest_url))
            self._routers.append(hands_elsewhere(settings))
            crowd = await crowd_elsewhere(settings, self._metrics, self._stack)
        else:
            keys, crowd = await self._ingest(bus)
        hub = ViewerHub(
            bus,
            clock=self._clock,
            metrics=self._metrics,
            config=settings.viewer_config(),
            weights=GENRE_WEIGHTS,
            same_host=settings.redis_address is None,
            crowd=crowd.door,
        )
        static_folder = f"/static/~{self._library.release}"
        self._routers += [
            rooms_router(bus, hub, self._finished),
            *crowd.routers(hub.address_digest, static_folder),
            upgrade_router(),
            pages_router(self._library),
        ]
        server = self._http(hub, listening)
        self._stack.push_async_callback(server.stop)
        self._stack.push_async_callback(hub.close)
        await server.start()
        if self._door is not None:  # closed first: viewers still see how the sets end
            self._stack.push_async_callback(self._door)
        audience = None
        if keys is not None and settings.demonstration:
            room = await self._stack.enter_async_context(
                demonstration(keys, f"{server.origin}/whip")
            )
            audience = f"{server.origin}/live/{room}"
        origin = server.origin
        return Addresses(f"{origin}/", f"{origin}/studio", f"{origin}/whip", audience)

    async def _bus(self) -> Bus:
        address = self._settings.redis_address
        if address is None:
            bus: Bus = MemoryBus(self._metrics)
        else:
            # Imported only where it is asked for: the default needs no Redis client.
            from core.bus.redis_streams import RedisBus  # noqa: PLC0415

            remote = RedisBus(address, clock=self._clock, metrics=self._metrics)
            self._stack.push_async_callback(remote.close)
            await remote.check()
            bus = remote
        if address is None:
            self._stack.push_async_callback(bus.close)
        self._checks["bus"] = bus_part(bus)
        return bus

    def _features(self) -> FeatureCache:
        address = self._settings.redis_address
        if address is None:
            return MemoryFeatureCache(self._clock)
        from core.bus.redis_features import RedisFeatureCache  # noqa: PLC0415

        return RedisFeatureCache(address, self._metrics)

    async def _ingest(self, bus: Bus) -> tuple[KeyStore, Crowd]:
        """Make the half that takes DJs in, judges them and hosts the crowds.

        Returns
        -------
        keys : KeyStore
            Who may come in.
        crowd : Crowd
            What viewers talk to.
        """
        settings = self._settings
        database = Database(settings.database_address)
        self._stack.push_async_callback(database.close)
        await database.open()
        self._checks["database"] = database_part(database)
        keys = KeyStore(database, self._clock)
        # The shows hear the sets, the judge and the crowd, and speak through the sets: closed after
        # all of these, and made before them.
        shows = self._shows(
            bus,
            lambda session, message, at: sets.publish(session, message, at),  # noqa: PLW0108
            lambda: crowd.door,
        )
        judge, judging = await self._judge(shows)
        clips = self._clips(keys, judging)
        listeners = [listener for listener in (clips, shows.host) if listener is not None]
        sets = await self._sets(bus, database, judging, listeners)
        crowd = await self._crowd(bus, database, keys, clips)
        moderators = ModeratorStore(database, self._clock)
        self._routers.append(
            await hands_here(
                shows, database=database, keys=keys, moderators=moderators, clock=self._clock
            )
        )
        ingest = Ingest(
            settings.ingest_config(),
            clock=self._clock,
            metrics=self._metrics,
            open_feed=sets.open,
            close_feed=sets.close,
            hop_sink=judge,
            revoked_keys=keys.revoked,
        )
        self._door = ingest.close
        self._routers.append(
            whip_router(
                ingest,
                keys.authenticate,
                metrics=self._metrics,
                allowed_origins=settings.allowed_origins,
                ice_servers=settings.ingest_config().ice_servers,
            )
        )
        return keys, crowd

    def _clips(self, keys: KeyStore, judging: JudgingFacts) -> ClipMaker | None:
        """Serve the clips there are; return what makes new ones, if any are wanted."""
        settings = self._settings
        store = ClipStore(
            settings.clips_dir,
            self._clock,
            self._metrics,
            judging,
            keep_days=settings.clips.keep_days,
            most_bytes=settings.clips.most_bytes,
            least_free_bytes=settings.recordings.least_free_bytes,
        )
        store.start()
        self._stack.push_async_callback(store.stop)
        self._routers.append(clips_router(store, keys.authenticate, self._library))
        return ClipMaker(store) if settings.clips.enabled else None

    async def _crowd(
        self, bus: Bus, database: Database, keys: KeyStore, clips: ClipMaker | None
    ) -> Crowd:
        crowd = await crowd_here(
            self._settings,
            database=database,
            keys=keys,
            bus=bus,
            clips=clips,
            clock=self._clock,
            metrics=self._metrics,
            stack=self._stack,
        )
        if crowd.check is not None:
            self._checks["crowd"] = crowd.check
        return crowd

    def _shows(self, bus: Bus, publish: Publish, crowd: Callable[[], CrowdDoor]) -> Shows:
        shows = shows_here(
            self._settings,
            bus=bus,
            publish=publish,
            crowd=crowd,
            clock=self._clock,
            metrics=self._metrics,
            stack=self._stack,
        )
        if shows.check is not None:
            self._checks["visuals"] = shows.check
        return shows

    async def _judge(self, shows: Shows) -> tuple[LiveJudge, JudgingFacts]:
        settings = self._settings
        placement = Placement(
            device=settings.inference.device,
            graphs=settings.inference.cuda_graphs,
            cache=settings.data_dir / "tensorrt",
        )
        engine = await asyncio.to_thread(
            Engine.load,
            settings.inference.models_dir,
            settings.onnx_providers,
            placement=placement,
            calibration=settings.inference.calibration,
        )
        features = self._features()
        self._stack.push_async_callback(features.close)
        judge = LiveJudge(
            engine,
            clock=self._clock,
            metrics=self._metrics,
            features=features,
            embeddings=shows.host,
        )
        judge.start()
        self._stack.push_async_callback(judge.stop)
        identity = engine.identity

        async def check() -> PartHealth:
            return PartHealth(Health.OK, None, {"version": identity.version})

        self._checks["models"] = check
        return judge, judging_facts(identity)

    async def _sets(
        self,
        bus: Bus,
        database: Database,
        judging: JudgingFacts,
        listeners: Sequence[FeedListener],
    ) -> LiveSets:
        settings = self._settings
        store = SetStore(database, settings.node, self._clock)
        await store.start()
        self._stack.push_async_callback(store.stop)
        self._finished = store.last_of_rooms
        recorder = None
        if settings.recordings.enabled:
            recorder = Recorder(
                settings.recordings_dir,
                self._metrics,
                least_free_bytes=settings.recordings.least_free_bytes,
                # The sets need the recorder first, and the recorder tells the sets of its faults.
                announce=lambda session, fault: sets.announce(session, fault),  # noqa: PLW0108
                clock=self._clock,
            )
            self._stack.push_async_callback(recorder.stop)
            retention = Retention(
                settings.recordings_dir, settings.recordings.keep_days, recorder, self._clock
            )
            retention.start()
            self._stack.push_async_callback(retention.stop)
            self._checks["recordings"] = disk_part(
                settings.recordings_dir, settings.recordings.least_free_bytes
            )
        recordings = settings.recordings_dir.relative_to(settings.data_dir)
        sets = LiveSets(bus, store, recorder, judging, recordings, listeners=listeners)
        return sets

    def _http(self, hub: ViewerHub, listening: socket.socket) -> HttpServer:
        settings = self._settings
        app = FastAPI(
            title="DJ UNIVERSE Live",
            version=software_version(),
            docs_url=None,  # its page loads scripts from elsewhere
            redoc_url=None,
            openapi_url="/api/openapi.json",
            middleware=security_middleware(
                body_bytes=settings.limits.body_bytes,
                body_seconds=settings.timers.body_seconds,
                allowed_origins=settings.allowed_origins,
                trusted_hosts=settings.trusted_hosts,
                connect_origins=[] if settings.ingest_url is None else [str(settings.ingest_url)],
            ),
        )
        app.add_exception_handler(DjUniverseError, answer_error)
        app.add_exception_handler(RequestValidationError, answer_invalid)
        app.add_exception_handler(HTTPStatus.NOT_FOUND, missing_page(self._library))
        for router in (
            *self._routers,
            operations_router(self._checks, self._metrics, self._clock),
        ):
            app.include_router(router)
        lag = LoopLagMonitor(self._metrics, self._clock)
        lag.start()
        self._stack.push_async_callback(lag.stop)
        certificate, key = settings.tls_certificate, settings.tls_key
        return HttpServer(
            app,
            viewer_protocol_class(hub),
            listening=listening,
            tls=None if certificate is None or key is None else (certificate, key),
            shutdown_seconds=settings.timers.shutdown_seconds,
            trusted_proxies=settings.trusted_proxies,
        )
