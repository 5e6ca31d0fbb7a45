"""What the server really receives of a set, second by second.

Packets and made-up samples are counted from the beginning of the set, so that a page that missed a
report misses nothing; loss, bitrate and levels speak of the time since the last report.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from core.messages import Reception
from core.metrics import Metrics
from stream.levels import Levels, measure_levels
from stream.reorder import OrderedPacket, ReorderBuffer
from stream.rtp import RtpPacket


class ReceptionMeter:
    """Gathers the figures of one set.

    Parameters
    ----------
    metrics
        Gets the same counts, summed over all sets.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._packets = 0
        self._lost = 0
        self._levels = measure_levels([])
        self._new_packets = 0
        self._new_lost = 0
        self._new_bytes = 0
        self._held_seconds: list[float] = []  # of the packets since the last report
        self._hops: list[NDArray[np.float32]] = []

    def received(self, packet: RtpPacket) -> None:
        """Count a packet as it arrives."""
        self._new_packets += 1
        self._new_bytes += len(packet.payload)

    def ordered(self, packet: OrderedPacket) -> None:
        """Count a packet once it is in order, and those given up on before it."""
        self._new_lost += packet.lost_before
        self._held_seconds.append(packet.held_seconds)

    def decoded(self, samples: NDArray[np.float32]) -> None:
        """Keep a hop until its levels are reported."""
        self._hops = [*self._hops[-3:], samples]

    def discarded(self, reorder: ReorderBuffer) -> None:
        """Take over what the reorder buffer threw away."""
        self._metrics.packets_discarded.labels("late").inc(reorder.late)
        self._metrics.packets_discarded.labels("duplicate").inc(reorder.duplicates)
        reorder.late = reorder.duplicates = 0

    def report(
        self,
        elapsed_seconds: float,
        *,
        jitter_seconds: float,
        round_trip_seconds: float | None,
        concealed_samples: int,
    ) -> Reception:
        """Return the figures since the last report, and begin again."""
        levels = self._measure()
        ordered = len(self._held_seconds) + self._new_lost
        self._packets += self._new_packets
        self._lost += self._new_lost
        self._metrics.packets_received.inc(self._new_packets)
        self._metrics.packets_lost.inc(self._new_lost)
        reception = Reception(
            channels=levels.channels,
            bitrate_bps=8.0 * self._new_bytes / max(elapsed_seconds, 1e-3),
            packets_received=self._packets,
            packets_lost=self._lost,
            loss_ratio=self._new_lost / ordered if ordered else 0.0,
            concealed_samples=concealed_samples,
            jitter_ms=1000.0 * jitter_seconds,
            hold_back_ms=1000.0 * median(self._held_seconds) if self._held_seconds else 0.0,
            round_trip_ms=None if round_trip_seconds is None else 1000.0 * round_trip_seconds,
            level_left_dbfs=levels.left_dbfs,
            level_right_dbfs=levels.right_dbfs,
            peak_dbfs=levels.peak_dbfs,
            clipped_samples=levels.clipped_samples,
        )
        self._new_packets = self._new_lost = self._new_bytes = 0
        self._held_seconds.clear()
        self._hops = []
        return reception

    def _measure(self) -> Levels:
        """Measure the new hops; while one is under way the last levels still hold."""
        if self._hops or not self._new_packets:
            channels = self._levels.channels
            self._levels = measure_levels(self._hops)
            if not self._hops:  # silence does not make a stereo set mono
                self._levels = replace(self._levels, channels=channels)
        return self._levels
