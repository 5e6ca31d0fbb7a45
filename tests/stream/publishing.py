"""Real clients and a real server for them: uvicorn on loopback, aiortc sending Opus with losses."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass, field, replace
from fractions import Fraction

import av
import httpx
import uvicorn
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from fastapi import FastAPI

from core.bus.memory import MemoryBus
from core.clock import SystemClock
from core.errors import NotAuthorised
from core.feed import SessionFeed
from core.messages import EncodedAudio, Phase, Publisher, Reception, SessionState
from core.metrics import Metrics
from stream.config import IngestConfig
from stream.sessions import Ingest
from tests.stream.sound import PACKET_SAMPLES, tone_payloads
from web.whip import whip_router

KEYS = {
    "key-ana": Publisher("k1", "ana", "Ana"),
    "key-ben": Publisher("k2", "ben", "Ben"),
    "key-ana-new": Publisher("k3", "ana", "Ana"),
}
QUICK = IngestConfig(
    connect_seconds=5.0,
    stalled_seconds=0.4,
    broken_seconds=0.8,
    grace_seconds=5.0,
    tick_seconds=0.05,
    report_seconds=0.25,
)


async def authenticate(key):
    try:
        return KEYS[key]
    except KeyError:
        raise NotAuthorised("No such stream key.", code="key_unknown") from None


class CollectingSink:
    """Keeps the hops instead of judging them."""

    def __init__(self):
        self.opened, self.closed, self.hops = [], [], []

    def open(self, feed):
        self.opened.append(feed.info.session)

    def push(self, hop):
        self.hops.append(hop)

    async def close(self, session):
        self.closed.append(session)


@dataclass
class Station:
    """A server with ingest alone, and all it has published."""

    config: IngestConfig = QUICK
    ice_servers: tuple = ()
    sink: CollectingSink = field(default_factory=CollectingSink)
    metrics: Metrics = field(default_factory=Metrics)
    envelopes: list = field(default_factory=list)
    closed_feeds: list = field(default_factory=list)
    revoked: object = frozenset()  # key ids, or what asking for them raises
    url: str = ""

    async def __aenter__(self):
        self.bus = MemoryBus()
        self.ingest = Ingest(
            self.config,
            clock=SystemClock(),
            metrics=self.metrics,
            open_feed=lambda info: SessionFeed(info, self.bus, [self]),
            close_feed=self._close_feed,
            hop_sink=self.sink,
            revoked_keys=self._revoked_keys,
        )
        app = FastAPI()
        router = whip_router(
            self.ingest,
            authenticate,
            metrics=self.metrics,
            allowed_origins=["https://dj.example"],
            ice_servers=self.ice_servers,
        )
        app.include_router(router)
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}/whip"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        self._server.capture_signals = contextlib.nullcontext
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))
        self.http = httpx.AsyncClient(timeout=10.0)
        return self

    async def __aexit__(self, *_):
        await self.http.aclose()
        await asyncio.wait_for(self.ingest.close(), 10)
        self._server.should_exit = True
        await asyncio.wait_for(self._serving, 10)

    def envelope(self, envelope):
        self.envelopes.append(envelope)

    async def _revoked_keys(self, _keys):
        if isinstance(self.revoked, Exception):
            raise self.revoked
        return self.revoked

    async def _close_feed(self, feed):
        self.closed_feeds.append(feed.info.session)

    def said(self, kind):
        return [one.message for one in self.envelopes if isinstance(one.message, kind)]

    @property
    def packets(self):
        return self.said(EncodedAudio)

    @property
    def phases(self):
        return [state.phase for state in self.said(SessionState)]

    @property
    def receptions(self):
        return self.said(Reception)

    def count(self, name, **labels):
        return self.metrics.registry.get_sample_value(name, labels or None) or 0.0

    async def until(self, condition, seconds=10.0):
        """Wait for something to become true, and fail where it does not."""
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.01)

    async def until_phase(self, phase, seconds=10.0):
        await self.until(lambda: bool(self.phases) and self.phases[-1] is phase, seconds)

    async def post(self, sdp, key="key-ana", **options):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/sdp"}
        return await self.http.post(self.url, content=sdp, headers=headers, **options)


class OpusTrack(MediaStreamTrack):
    """Plays ready-made Opus packets, over and over."""

    kind = "audio"

    def __init__(self, payloads, pace_seconds=0.02):
        super().__init__()
        self._payloads = payloads
        self._pace_seconds = pace_seconds
        self._index = 0
        self._started = None

    async def recv(self):
        now = asyncio.get_running_loop().time()
        self._started = self._started or now
        await asyncio.sleep(max(0.0, self._started + self._index * self._pace_seconds - now))
        packet = av.Packet(self._payloads[self._index % len(self._payloads)])
        packet.pts, packet.time_base = self._index * PACKET_SAMPLES, Fraction(1, 48_000)
        self._index += 1
        return packet


class Client:
    """An aiortc publisher.

    `meddle(index, datagram)` returns the RTP datagrams to send in place of the one given. Packets
    go out at twice the pace of their sound unless told otherwise, which nothing but time notices.
    """

    def __init__(self, station, key="key-ana", *, meddle=None, pace_seconds=0.01, payloads=None):
        self.station, self.key = station, key
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.track = OpusTrack(payloads or tone_payloads(100), pace_seconds)
        self.sender = self.connection.addTransceiver(self.track, direction="sendonly").sender
        self._meddle = meddle
        self._sent = 0
        self.silent = False

    async def offer(self):
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def start(self, **options):
        offer = await self.offer()
        response = await self.station.post(offer, self.key, **options)
        assert response.status_code == 201, response.text
        self.location = response.headers["Location"]
        self._listen_in()
        answer = RTCSessionDescription(sdp=response.text, type="answer")
        await self.connection.setRemoteDescription(answer)
        return response

    def _listen_in(self):
        send = self.sender.transport._send_rtp

        async def meddled(datagram):
            if 63 < datagram[1] & 0x7F < 96:  # RTCP
                if not self.silent:
                    await send(datagram)
                return
            index, self._sent = self._sent, self._sent + 1
            replaced = [datagram] if self._meddle is None else self._meddle(index, datagram)
            for one in [] if self.silent else replaced:
                await send(one)

        self.sender.transport._send_rtp = meddled

    async def resource(self, method, **options):
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        url = self.station.url.removesuffix("/whip") + self.location
        return await self.station.http.request(method, url, headers=headers, **options)

    async def close(self):
        self.track.stop()
        await asyncio.wait_for(self.connection.close(), 10)

    def kill(self):
        """Fall silent at once, with nothing said: no BYE, no DTLS close, no consent."""
        for receiver in self.connection.getReceivers():
            for protocol in receiver.transport.transport._connection._protocols:
                protocol.transport.abort()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.close()


def config(**changes):
    return replace(QUICK, **changes)


__all__ = ["KEYS", "QUICK", "Client", "CollectingSink", "OpusTrack", "Phase", "Station", "config"]
