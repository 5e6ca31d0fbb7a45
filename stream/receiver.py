"""Receives one audio track without aiortc's jitter buffer, decoder thread and queues.

aiortc's own receiver holds every packet for 80 ms, loses 320 ms of sound to one lost packet, runs a
thread a stream and queues without bounds. `AudioReceiver` takes its place in the transceiver. Once
the connection stands it reads RTP where the datagram arrives, decrypts it and hands it on within
that one call; STUN, DTLS and RTCP go on through aiortc, and receiver reports go out as before.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any, Final

import pylibsrtp
from aioice.ice import StunProtocol
from aiortc import RTCRtpReceiver, RTCRtpTransceiver
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from aiortc.rtp import AnyRtcpPacket, RtcpReceiverInfo, RtcpRrPacket, RtcpSrPacket
from aiortc.rtp import RtpPacket as AiortcPacket

from core.clock import Clock
from core.metrics import Metrics
from stream.gathering import IceAgent
from stream.rtp import RtpPacket, is_rtp, parse_rtp
from stream.statistics import SourceStatistics

REPORT_SECONDS: Final = 2.5
"""Mean time between receiver reports: half of RFC 3550's five seconds, for encoders that adapt to
loss. aiortc sends one a second, which costs as much as a tenth of all reception."""

MOST_SOURCES: Final = 8
"""Sources (SSRC) remembered of one client: one is in use, the rest are past."""

PacketListener = Callable[[RtpPacket, float], None]


class AudioReceiver(RTCRtpReceiver):
    """Hands on each RTP packet as it arrives.

    Parameters
    ----------
    original
        The receiver that aiortc made, whose place this one takes.
    agent
        Where the datagrams come in.
    payload_type
        What was negotiated for Opus.
    clock
        Dates the packets.
    metrics
        Counts what is thrown away.
    on_packet
        Called with each packet and its time of arrival.
    """

    def __init__(
        self,
        original: RTCRtpReceiver,
        *,
        agent: IceAgent,
        payload_type: int,
        clock: Clock,
        metrics: Metrics,
        on_packet: PacketListener,
    ) -> None:
        super().__init__("audio", original.transport)
        self._agent = agent
        self._payload_type = payload_type
        self._clock = clock
        self._metrics = metrics
        self._on_packet = on_packet
        self._sources: dict[int, SourceStatistics] = {}
        self._sender_reports: dict[int, tuple[int, float]] = {}
        self._reports: asyncio.Task[None] | None = None
        self._report_ssrc = 0

    def take_place_in(self, transceiver: RTCRtpTransceiver) -> None:
        """Become `transceiver`'s receiver.

        Raises
        ------
        RuntimeError
            If this version of aiortc keeps its receiver elsewhere.
        """
        self._report_ssrc = transceiver.sender._ssrc
        inside: Any = transceiver
        inside._RTCRtpTransceiver__receiver = self
        if transceiver.receiver is not self:
            raise RuntimeError("This version of aiortc is not supported; see constraints.txt.")

    @property
    def jitter_seconds(self) -> float:
        """Interarrival jitter of the latest source."""
        return next(reversed(self._sources.values())).jitter_seconds if self._sources else 0.0

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """Begin: aiortc calls this once DTLS is through."""
        if self._reports is None:
            self.transport._register_rtp_receiver(self, parameters)
            self._reports = asyncio.create_task(self._report(), name="rtcp-reports")
            for protocol in self._agent.protocols:
                self._shorten(protocol)

    async def stop(self) -> None:
        """End: no packet is handed on after."""
        self._on_packet = _ignore
        if self._reports is not None:
            self.transport._unregister_rtp_receiver(self)
            self._reports.cancel()
            await asyncio.gather(self._reports, return_exceptions=True)

    def _shorten(self, protocol: StunProtocol) -> None:
        """Let RTP bypass aioice's queue and aiortc's task, from this socket on."""
        inside: Any = protocol
        received = protocol.datagram_received
        session = self.transport._rx_srtp

        def datagram_received(data: bytes, address: tuple[Any, ...]) -> None:
            if not is_rtp(data):
                received(data, address)
                return
            try:
                plain = session.unprotect(data)
            except pylibsrtp.Error as error:  # a repetition, or not from the client
                reason = "duplicate" if "replay" in str(error) else "srtp"
                self._metrics.packets_discarded.labels(reason).inc()
                return
            self._take(parse_rtp(plain))

        inside.datagram_received = datagram_received

    def _take(self, packet: RtpPacket | None) -> None:
        if packet is None:
            self._metrics.packets_discarded.labels("malformed").inc()
        elif packet.payload_type != self._payload_type:
            self._metrics.packets_discarded.labels("payload_type").inc()
        else:
            arrived = self._clock.monotonic_seconds()
            source = self._sources.get(packet.ssrc)
            if source is None:
                source = self._begin_source(packet.ssrc)
            source.add(packet, arrived)
            self._on_packet(packet, arrived)

    def _begin_source(self, ssrc: int) -> SourceStatistics:
        """Remember a new source, and route its sender reports to this receiver."""
        routes = self.transport._rtp_router.ssrc_table
        while len(self._sources) >= MOST_SOURCES:
            past = next(iter(self._sources))
            del self._sources[past]
            self._sender_reports.pop(past, None)
            routes.pop(past, None)
        routes[ssrc] = self
        return self._sources.setdefault(ssrc, SourceStatistics())

    async def _handle_rtp_packet(self, packet: AiortcPacket, arrival_time_ms: int) -> None:
        """Take a packet that was on its way through aiortc when the shortcut was laid."""
        self._take(
            RtpPacket(
                packet.sequence_number,
                packet.timestamp,
                packet.ssrc,
                packet.payload_type,
                packet.payload,
            )
        )

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpSrPacket):
            middle = (packet.sender_info.ntp_timestamp >> 16) & 0xFFFFFFFF
            self._sender_reports[packet.ssrc] = (middle, self._clock.monotonic_seconds())

    def _handle_disconnect(self) -> None:
        """There is no decoder to stop."""

    async def _report(self) -> None:
        """Send receiver reports, at the random intervals of RFC 3550, section 6.3.1."""
        while True:
            spread = 0.5 + random.random()  # noqa: S311 - spreads load, hides nothing
            await asyncio.sleep(REPORT_SECONDS * spread)
            if self._sources:
                ssrc, source = next(reversed(self._sources.items()))
                packet = RtcpRrPacket(ssrc=self._report_ssrc, reports=[self._block(ssrc, source)])
                await self._send_rtcp(packet)

    def _block(self, ssrc: int, source: SourceStatistics) -> RtcpReceiverInfo:
        block = source.report()
        middle, arrived = self._sender_reports.get(ssrc, (0, 0.0))
        delay = int((self._clock.monotonic_seconds() - arrived) * 65_536) if middle else 0
        return RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=block.fraction_lost,
            packets_lost=block.packets_lost,
            highest_sequence=block.highest_sequence,
            jitter=block.jitter_samples,
            lsr=middle,
            dlsr=min(max(delay, 0), 0xFFFFFFFF),
        )


def _ignore(packet: RtpPacket, arrived_seconds: float) -> None:
    """Take a packet that comes after the end."""
