"""One set's audio: from RTP packets, by whichever connection, to the feed and to the hops."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from core.clock import Clock
from core.feed import HopSink, SessionFeed
from core.media import SAMPLE_RATE_HZ
from core.messages import AudioHop, EncodedAudio, Reception
from core.metrics import Metrics
from stream.decoding import HopDecoder
from stream.opus import packet_duration_samples
from stream.reception import ReceptionMeter
from stream.reorder import OrderedPacket, ReorderBuffer
from stream.rtp import RtpPacket
from stream.timeline import Timeline

SOURCE_SILENT_SECONDS: Final = 0.2
"""After this long without a packet another source (SSRC) of the same client takes over."""

logger = logging.getLogger(__name__)


class Intake:
    """Orders, places, publishes and decodes the packets of one set.

    Parameters
    ----------
    feed
        Where `EncodedAudio` goes.
    hop_sink
        Where the hops go; already open for this session.
    clock
        Says when waiting for a packet is over.
    metrics
        Counts packets, losses and made-up sound.
    reorder_seconds
        Longest wait for a packet that others have overtaken.
    """

    def __init__(
        self,
        feed: SessionFeed,
        hop_sink: HopSink,
        *,
        clock: Clock,
        metrics: Metrics,
        reorder_seconds: float,
    ) -> None:
        self._feed = feed
        self._hop_sink = hop_sink
        self._clock = clock
        self._metrics = metrics
        self._reorder_seconds = reorder_seconds
        self._session = feed.info.session
        self._decoder = HopDecoder(self._session)
        self._timeline = Timeline()
        self._meter = ReceptionMeter(metrics)
        self._reorder = ReorderBuffer(wait_seconds=reorder_seconds)
        self._ssrc: int | None = None
        self._is_broken = False  # whether a packet was discarded right before the next one
        self._wake: asyncio.TimerHandle | None = None
        self.arrived_seconds: float | None = None  # of the latest packet of all

    @property
    def end_sample(self) -> int:
        """Position of the set on the media clock."""
        return self._timeline.end_sample

    def packet(self, packet: RtpPacket, arrived_seconds: float) -> None:
        """Take a packet that arrived now."""
        if packet.ssrc != self._ssrc and not self._change_source(packet.ssrc, arrived_seconds):
            self._metrics.packets_discarded.labels("other_source").inc()
            return
        self.arrived_seconds = arrived_seconds
        self._meter.received(packet)
        self._process(self._reorder.push(packet, arrived_seconds))
        if self._wake is not None or self._reorder.deadline_seconds is not None:
            # A loop that is behind may run the timer late; what did come in time was taken first.
            self._process(self._reorder.expire(arrived_seconds))
            self._arrange_to_wake()

    def interrupt(self) -> None:
        """Give up waiting: what comes next comes by another connection."""
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        self._process(self._reorder.flush(self._clock.monotonic_seconds()))
        self._meter.discarded(self._reorder)
        self._reorder = ReorderBuffer(wait_seconds=self._reorder_seconds)
        self._timeline.interrupt()
        self._ssrc = None

    def close(self) -> None:
        """Bring in what still waits, and end the decoder."""
        self.interrupt()
        self._decoder.close()

    def reception(
        self, elapsed_seconds: float, jitter_seconds: float, round_trip_seconds: float | None
    ) -> Reception:
        """Return what was received since the last call."""
        self._meter.discarded(self._reorder)
        return self._meter.report(
            elapsed_seconds,
            jitter_seconds=jitter_seconds,
            round_trip_seconds=round_trip_seconds,
            concealed_samples=self._decoder.concealed_samples,
        )

    def _change_source(self, ssrc: int, arrived_seconds: float) -> bool:
        """Follow a client that goes on with another SSRC; return False while the old one sends."""
        if self._ssrc is not None and self.arrived_seconds is not None:
            if arrived_seconds - self.arrived_seconds < SOURCE_SILENT_SECONDS:
                return False
            self.interrupt()
        self._ssrc = ssrc
        return True

    def _arrange_to_wake(self) -> None:
        """See to it that a gap is given up in time even if no further packet comes."""
        deadline = self._reorder.deadline_seconds
        if deadline is None:
            if self._wake is not None:
                self._wake.cancel()
                self._wake = None
        elif self._wake is None:
            delay = max(0.0, deadline - self._clock.monotonic_seconds())
            self._wake = asyncio.get_running_loop().call_later(delay, self._expire)

    def _expire(self) -> None:
        self._wake = None
        self._process(self._reorder.expire(self._clock.monotonic_seconds()))
        self._arrange_to_wake()

    def _process(self, packets: list[OrderedPacket]) -> None:
        for packet in packets:
            self._metrics.hold_back_seconds.observe(packet.held_seconds)
            self._meter.ordered(packet)
            duration = packet_duration_samples(packet.payload)
            if packet.restarted:
                self._timeline.interrupt()
            if duration == 0:  # an empty payload probes the network; anything else is damaged
                reason = "malformed" if packet.payload else "empty"
                self._metrics.packets_discarded.labels(reason).inc()
                continue
            self._place(packet, duration)

    def _place(self, packet: OrderedPacket, duration: int) -> None:
        end = self._timeline.end_sample
        start = self._timeline.place(packet.timestamp, duration, packet.arrived_seconds)
        if start is None:  # a sender that runs away from time must not take the set's clock along
            self._metrics.packets_discarded.labels("ahead").inc()
            self._is_broken = True
            return
        encoded = EncodedAudio(
            session=self._session,
            start_sample=start,
            duration_samples=duration,
            payload=packet.payload,
            discontinuity=start > end or packet.lost_before > 0 or self._is_broken,
            arrived_seconds=packet.arrived_seconds,
        )
        self._is_broken = False
        self._feed.publish(encoded, start)
        concealed = self._decoder.concealed_samples
        for hop in self._decoder.packet(encoded):
            self._push(hop)
        made_up = self._decoder.concealed_samples - concealed
        if made_up:
            self._metrics.concealed_seconds.inc(made_up / SAMPLE_RATE_HZ)

    def _push(self, hop: AudioHop) -> None:
        self._meter.decoded(hop.samples)
        try:
            self._hop_sink.push(hop)
        except Exception:
            # The judge's trouble must not stop the sound; the judge announces its own gaps.
            logger.exception(
                "a hop was not taken", extra={"session": self._session, "window": hop.index}
            )
