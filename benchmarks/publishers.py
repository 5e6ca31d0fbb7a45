"""DJs for benchmarks: aiortc clients in a process of their own, sending ready-made Opus packets.

`python -m benchmarks.publishers URL KEYFILE` goes live with each key in the file and plays until
its standard input is closed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Final

import av
import httpx
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from core.media import SAMPLE_RATE_HZ
from training.simulator import BLOCK_SAMPLES, SetRenderer

PACKET_SAMPLES: Final = 960
BIT_RATE_BPS: Final = 256_000
CLIP_SECONDS: Final = 60.0


class OpusTrack(MediaStreamTrack):
    """Plays packets in real time, over and over."""

    kind = "audio"

    def __init__(self, payloads: Sequence[bytes]) -> None:
        super().__init__()
        self._payloads = payloads
        self._index = 0
        self._began: float | None = None

    async def recv(self) -> av.Packet:
        """Return the next packet when its time has come."""
        now = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = now
        due = self._began + self._index * PACKET_SAMPLES / SAMPLE_RATE_HZ
        await asyncio.sleep(max(0.0, due - now))
        packet = av.Packet(self._payloads[self._index % len(self._payloads)])
        packet.pts, packet.time_base = self._index * PACKET_SAMPLES, Fraction(1, SAMPLE_RATE_HZ)
        self._index += 1
        return packet


def encode(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[bytes]:
    """Return `samples`, shape (n, 2) at 48 kHz, as Opus packets of 20 ms at 256 kbit/s."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE_HZ, "stereo", "flt"
    encoder.bit_rate = BIT_RATE_BPS
    payloads = []
    for begin in range(0, len(samples) - PACKET_SAMPLES + 1, PACKET_SAMPLES):
        block = np.ascontiguousarray(samples[begin : begin + PACKET_SAMPLES]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout="stereo")
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, begin
        payloads += [bytes(packet) for packet in encoder.encode(frame)]
    return payloads


async def go_live(
    http: httpx.AsyncClient, url: str, key: str, payloads: Sequence[bytes]
) -> RTCPeerConnection:
    """Publish `payloads` under `key` until the connection is closed."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver(OpusTrack(payloads), direction="sendonly")
    await connection.setLocalDescription(await connection.createOffer())
    response = await http.post(
        url,
        content=connection.localDescription.sdp,
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/sdp"},
    )
    response.raise_for_status()
    await connection.setRemoteDescription(RTCSessionDescription(response.text, "answer"))
    return connection


async def publish(url: str, keys: Sequence[str]) -> None:
    """Go live with every key, in steps that spread their hops over time, until stdin closes."""
    blocks = islice(
        SetRenderer(seed=1).blocks(), int(CLIP_SECONDS * SAMPLE_RATE_HZ / BLOCK_SAMPLES)
    )
    payloads = encode(np.concatenate(list(blocks)))
    async with httpx.AsyncClient(timeout=30) as http:
        connections = []
        for key in keys:
            connections.append(await go_live(http, url, key, payloads))
            await asyncio.sleep(0.5 / len(keys))
        print("live", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await asyncio.gather(*(connection.close() for connection in connections))


if __name__ == "__main__":
    # Keys come through a file, for a command line can be read by everyone on the machine.
    asyncio.run(publish(sys.argv[1], Path(sys.argv[2]).read_text().split()))
