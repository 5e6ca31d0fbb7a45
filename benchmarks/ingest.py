"""What receiving one DJ costs and holds back, against aiortc's default receive path.

Both servers decode to PCM, run on uvloop in a process of their own, and are loaded by the same DJs
in turn. Aims: at most 45 % of aiortc's CPU a stream; at most 5 ms of hold-back without loss.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import uvloop
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from fastapi import FastAPI, Request, Response

from benchmarks.load import load_process
from benchmarks.timing import percentiles
from core.bus import MemoryBus
from core.clock import SystemClock
from core.feed import SessionFeed
from core.messages import AudioHop, EncodedAudio, Envelope, Publisher
from core.metrics import Metrics
from stream.config import IngestConfig
from stream.sessions import Ingest
from web.server import HttpServer, listen_on
from web.whip import whip_router

STREAMS: Final = 20
SECONDS: Final = 20.0
SETTLE_SECONDS: Final = 3.0
ROUNDS: Final = 3
AIM_SHARE: Final = 0.45
AIM_HOLD_BACK_MS: Final = 5.0

Waits = list[float]


class _Unjudged:
    """Takes hops and lets them go."""

    def open(self, feed: SessionFeed) -> None: ...

    def push(self, hop: AudioHop) -> None: ...

    async def close(self, session: str) -> None: ...


class _HoldBack:
    """Notes how long each packet took from its arrival to its place in the feed."""

    def __init__(self) -> None:
        self.seconds: Waits = []

    def envelope(self, envelope: Envelope) -> None:
        if isinstance(envelope.message, EncodedAudio):
            self.seconds.append(time.monotonic() - envelope.message.arrived_seconds)


def _ours(app: FastAPI) -> Waits:
    held = _HoldBack()
    bus, metrics = MemoryBus(), Metrics()

    async def close_feed(feed: SessionFeed) -> None:
        del feed

    async def authenticate(key: str) -> Publisher:
        return Publisher(key, f"room-{key}", key)

    ingest = Ingest(
        IngestConfig(sessions_per_address=1_000),
        clock=SystemClock(),
        metrics=metrics,
        open_feed=lambda info: SessionFeed(info, bus, [held]),
        close_feed=close_feed,
        hop_sink=_Unjudged(),
    )
    app.include_router(whip_router(ingest, authenticate, metrics=metrics))
    return held.seconds


def _aiortc(app: FastAPI) -> Waits:
    """Do what aiortc's examples do: answer, and read decoded frames from the track."""
    held: Waits = []
    kept: set[Any] = set()

    @app.post("/whip", status_code=201)
    async def offer(request: Request) -> Response:
        connection = RTCPeerConnection()

        @connection.on("track")
        def on_track(track: MediaStreamTrack) -> None:
            arrivals = _note_arrivals(connection)
            task = asyncio.create_task(_read(track, arrivals, held))
            kept.add(task)

        kept.add(connection)
        await connection.setRemoteDescription(
            RTCSessionDescription((await request.body()).decode(), "offer")
        )
        await connection.setLocalDescription(await connection.createAnswer())
        return Response(connection.localDescription.sdp, 201, media_type="application/sdp")

    return held


def _note_arrivals(connection: RTCPeerConnection) -> dict[int, float]:
    """Remember when each RTP timestamp arrived."""
    arrivals: dict[int, float] = {}
    receiver: Any = connection.getReceivers()[0]
    handle: Callable[..., Awaitable[None]] = receiver._handle_rtp_packet

    async def noting(packet: Any, arrival_time_ms: int) -> None:  # noqa: ANN401 - aiortc's own
        arrivals[packet.timestamp] = time.monotonic()
        await handle(packet, arrival_time_ms)

    receiver._handle_rtp_packet = noting
    return arrivals


async def _read(track: MediaStreamTrack, arrivals: dict[int, float], held: Waits) -> None:
    origin: int | None = None
    while True:
        try:
            frame = await track.recv()
        except MediaStreamError:
            return
        if origin is None:
            origin = min(arrivals)
        arrived = arrivals.pop(origin + (frame.pts or 0), None)
        if arrived is not None:
            held.append(time.monotonic() - arrived)


CONTENDERS: Final[dict[str, Callable[[FastAPI], Waits]]] = {
    "ours": _ours,
    "aiortc default": _aiortc,
}


async def _serve(contender: str, parent: Connection, seconds: float) -> None:
    app = FastAPI()
    held = CONTENDERS[contender](app)
    server = HttpServer(app, asyncio.Protocol, listening=listen_on("127.0.0.1", 0))
    await server.start()
    parent.send(server.origin)
    await asyncio.to_thread(parent.recv)  # the DJs are live
    await asyncio.sleep(SETTLE_SECONDS)
    held.clear()
    begin, threads = time.process_time(), threading.active_count()
    await asyncio.sleep(seconds)
    parent.send((time.process_time() - begin, list(held), threads))


def _process(contender: str, parent: Connection, seconds: float) -> None:
    uvloop.run(_serve(contender, parent, seconds))


async def _turn(contender: str, streams: int, seconds: float) -> tuple[float, Waits, int]:
    """Let one server receive `streams` DJs for `seconds`; return its CPU seconds and waits."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_process, args=(contender, there, seconds), daemon=True
    )
    process.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            keys = Path(folder) / "keys"
            keys.write_text("\n".join(f"dj{number}" for number in range(streams)))
            origin: str = await asyncio.to_thread(here.recv)
            async with load_process("benchmarks.publishers", f"{origin}/whip", str(keys)):
                here.send(None)
                cpu, held, threads = await asyncio.to_thread(here.recv)
    finally:
        process.kill()
        process.join()
    return cpu, held, threads


def run(quick: bool) -> dict[str, object]:
    """Return CPU a stream and hold-back of both, and the ratio between them."""
    streams, seconds, rounds = (2, 2.0, 1) if quick else (STREAMS, SECONDS, ROUNDS)
    shares: dict[str, Waits] = {name: [] for name in CONTENDERS}
    waits: dict[str, Waits] = {name: [] for name in CONTENDERS}
    threads: dict[str, int] = {}
    for _ in range(rounds):
        for name in CONTENDERS:
            cpu, held, threads[name] = asyncio.run(_turn(name, streams, seconds))
            shares[name].append(100.0 * cpu / seconds / streams)
            waits[name] += [1000.0 * each for each in held]
    ratio = statistics.median(
        ours / theirs for ours, theirs in zip(shares["ours"], shares["aiortc default"], strict=True)
    )
    hold_back = {name: percentiles(each) for name, each in waits.items() if each}
    return {
        "streams": streams,
        "cpu_percent_a_stream": {name: statistics.median(each) for name, each in shares.items()},
        "hold_back_ms": hold_back,
        "threads": threads,
        "ours_over_aiortc": ratio,
        "aims": {
            f"ours / aiortc <= {AIM_SHARE}": ratio <= AIM_SHARE,
            f"p50 of hold-back <= {AIM_HOLD_BACK_MS} ms": hold_back["ours"]["p50"]
            <= AIM_HOLD_BACK_MS,
        },
    }
