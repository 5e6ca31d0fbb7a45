"""One WebRTC connection with one client: from its offer to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDtlsTransport,
    RTCIceCandidate,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)

from core.clock import Clock
from core.metrics import Metrics
from stream.answer import LocalTransport, build_answer
from stream.config import IngestConfig
from stream.gathering import IceAgent
from stream.offer import MOST_CANDIDATES, Candidate, Offer
from stream.receiver import AudioReceiver
from stream.rtp import RtpPacket

logger = logging.getLogger(__name__)


class Peer:
    """A client's connection.

    Parameters
    ----------
    config, clock, metrics
        As given to `Ingest`.
    on_packet
        Called with each RTP packet of the audio track and its time of arrival.
    on_lost
        Called once when the connection breaks; not when `close` ends it.
    """

    def __init__(
        self,
        config: IngestConfig,
        *,
        clock: Clock,
        metrics: Metrics,
        on_packet: Callable[[Peer, RtpPacket, float], None],
        on_lost: Callable[[Peer], None],
    ) -> None:
        self._config = config
        self._clock = clock
        self._metrics = metrics
        self._on_packet = on_packet
        self._on_lost = on_lost
        self._agent: IceAgent | None = None
        self._receiver: AudioReceiver | None = None
        self._dtls: RTCDtlsTransport | None = None
        self._closing: asyncio.Task[None] | None = None
        self._candidates = 0
        self._trouble: str | None = None
        self._handshake_error: str | None = None
        # An omitted list of servers would mean Google's STUN and up to five seconds of waiting.
        servers = [
            RTCIceServer(urls=one.url, username=one.username, credential=one.credential)
            for one in config.ice_servers
        ]
        self._connection = RTCPeerConnection(
            RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._connection.on("connectionstatechange", self._state_changed)

    @property
    def is_closed(self) -> bool:
        """Whether its end has begun."""
        return self._closing is not None

    @property
    def round_trip_seconds(self) -> float | None:
        """To the client and back, by the latest connectivity check."""
        return None if self._agent is None else self._agent.round_trip_seconds

    @property
    def jitter_seconds(self) -> float:
        """Interarrival jitter of its packets."""
        return 0.0 if self._receiver is None else self._receiver.jitter_seconds

    @property
    def progress(self) -> str:
        """How far the connection came, for a log."""
        ice = self._connection.iceConnectionState
        if self._dtls is None or ice not in ("connected", "completed"):
            return f"ICE is {ice}"
        error = "" if self._handshake_error is None else f" ({self._handshake_error})"
        return f"ICE is {ice}, DTLS is {self._dtls.state}{error}"

    @property
    def trouble(self) -> str | None:
        """What made it fail; None unless ICE or DTLS gave up."""
        return self._trouble

    async def answer(self, offer: Offer, client_address: str) -> str:
        """Prepare to receive `offer`'s audio and return the SDP answer.

        Raises
        ------
        LimitReached
            If no UDP port is free.
        """
        transceiver = self._connection.addTransceiver("audio", direction="recvonly")
        ice: Any = transceiver.receiver.transport.transport
        self._dtls = transceiver.receiver.transport
        self._dtls.on("statechange", self._listen_to_handshake)
        self._agent = IceAgent(ice._connection, self._config, self._clock)
        self._receiver = AudioReceiver(
            transceiver.receiver,
            agent=self._agent,
            payload_type=offer.opus_payload_type,
            clock=self._clock,
            metrics=self._metrics,
            on_packet=partial(self._on_packet, self),
        )
        self._receiver.take_place_in(transceiver)
        candidates = await self._agent.gather(client_address)
        self._candidates = len(offer.candidates)
        remote = RTCSessionDescription(sdp=offer.audio_only_sdp(), type="offer")
        await self._connection.setRemoteDescription(remote)
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        parameters = ice.iceGatherer.getLocalParameters()
        local = LocalTransport(
            ice_username=parameters.usernameFragment,
            ice_password=parameters.password,
            fingerprints=tuple(
                (fingerprint.algorithm, fingerprint.value)
                for fingerprint in self._dtls.getLocalParameters().fingerprints
                if fingerprint.algorithm == "sha-256"
            ),
            candidates=candidates,
        )
        return build_answer(offer, local, session_version=int(self._clock.wall_seconds()))

    async def add_candidates(self, candidates: tuple[Candidate, ...]) -> None:
        """Try further addresses of the client, up to a bound in all.

        The end of candidates is never passed on: clients such as OBS name none at all, and aioice
        would give up before their checks arrive. The time-out to connect is ingest's own.
        """
        for one in candidates[: max(0, MOST_CANDIDATES - self._candidates)]:
            self._candidates += 1
            await self._connection.addIceCandidate(
                RTCIceCandidate(
                    component=1,
                    foundation=one.foundation,
                    ip=one.address,
                    port=one.port,
                    priority=one.priority,
                    protocol="udp",
                    type=one.kind,
                    sdpMid="0",
                )
            )

    async def close(self) -> None:
        """End the connection; comes back after `close_seconds` at the latest."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="peer-close")
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(self._config.close_seconds):
                await self._connection.close()
        except TimeoutError:
            logger.warning("a peer connection did not close in time and was left behind")

    def _listen_to_handshake(self) -> None:
        """Note why the handshake fails, which aiortc keeps to itself, from its first step on."""
        ssl: Any = None if self._dtls is None else self._dtls._ssl
        if ssl is None or self._dtls is None or self._dtls.state != "connecting":
            return
        for step in ("do_handshake", "recv"):  # reading takes part in the handshake too
            setattr(ssl, step, self._noting_errors_of(getattr(ssl, step)))

    def _noting_errors_of(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: object) -> object:
            try:
                return step(*arguments)
            except Exception as error:  # one that only wants to read on has nothing to say
                self._handshake_error = _openssl_reason(error) or self._handshake_error
                raise

        return noted

    def _state_changed(self) -> None:
        if self._closing is None and self._connection.connectionState == "failed":
            self._trouble = self.progress
        if self._closing is None and self._connection.connectionState in ("failed", "closed"):
            self._on_lost(self)


def _openssl_reason(error: Exception) -> str | None:
    """Return what OpenSSL said: pyOpenSSL gives its queue as `[(library, function, reason)]`."""
    match error.args:
        case ([*queue],):
            return ", ".join(str(entry[-1]) for entry in queue) or None
        case _:
            return None
