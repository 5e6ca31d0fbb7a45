"""Hands out packets in real time, without drift."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import av
from aiortc import MediaStreamTrack

from training.opus import OPUS_FRAME_SAMPLES, TIME_BASE

PACKET_SECONDS: Final = OPUS_FRAME_SAMPLES * float(TIME_BASE)
LATEST_SECONDS: Final = 0.25
"""Later than this (a suspended machine, a starved renderer) the schedule begins anew: to catch up
would send a burst."""


class PacketTrack(MediaStreamTrack):
    """An audio track of ready-made Opus packets, which aiortc sends as they are.

    Parameters
    ----------
    next_packet
        Returns the next packet, or None while there is none.
    """

    kind = "audio"

    def __init__(self, next_packet: Callable[[], bytes | None]) -> None:
        super().__init__()
        self._next_packet = next_packet
        self._index = 0
        self._due: float | None = None

    async def recv(self) -> av.Packet[Any]:
        """Return the next packet when its time has come."""
        loop = asyncio.get_running_loop()
        if self._due is None:
            self._due = loop.time()
        await asyncio.sleep(max(0.0, self._due - loop.time()))
        payload = self._next_packet()
        while payload is None:
            await asyncio.sleep(PACKET_SECONDS)
            payload = self._next_packet()
        if loop.time() - self._due > LATEST_SECONDS:
            self._due = loop.time()
        self._due += PACKET_SECONDS  # from when it was due, not from when it came: no drift
        packet = av.Packet(payload)
        packet.pts = self._index * OPUS_FRAME_SAMPLES
        packet.time_base = TIME_BASE
        self._index += 1
        return packet
