"""Keeps a set on air: connects, notices when the connection is gone, and comes back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InvalidStateError

from core.errors import LimitReached
from training.demonstration.track import PacketTrack
from training.demonstration.whip import ServerAway, WhipClient, WhipSession

CONNECT_SECONDS: Final = 15.0
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0
GONE: Final = ("failed", "closed")

logger = logging.getLogger(__name__)


class Publisher:
    """Publishes packets until it is told to stop.

    Parameters
    ----------
    whip
        The server.
    next_packet
        Returns the next Opus packet, or None while there is none.
    first_pause_seconds
        How long it waits before it tries again; each further try waits twice as long.
    """

    def __init__(
        self,
        whip: WhipClient,
        next_packet: Callable[[], bytes | None],
        *,
        first_pause_seconds: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        self._whip = whip
        self._next_packet = next_packet
        self._first_pause_seconds = first_pause_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Stay on air until `stop`.

        Raises
        ------
        NotAuthorised, BadInput
            If the server will never let this set in.
        """
        pause = self._first_pause_seconds
        while not stop.is_set():
            wanted = pause
            try:
                await self._stay(stop)
                pause = wanted = self._first_pause_seconds
            except LimitReached as error:
                wanted = max(pause, float(error.retry_after_seconds))
                logger.warning("%s Trying again in %.0f s.", error, wanted)
            except ServerAway as error:
                logger.warning("%s Trying again in %.0f s.", error, wanted)
            await _wait(stop, wanted)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _stay(self, stop: asyncio.Event) -> None:
        """Connect, and return when the connection is over or `stop` is set."""
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        states = _States(connection)
        session: WhipSession | None = None
        try:
            connection.addTransceiver(PacketTrack(self._next_packet), direction="sendonly")
            await connection.setLocalDescription(await connection.createOffer())
            session = await self._whip.publish(connection.localDescription.sdp)
            await self._accept(connection, session.answer_sdp)
            await states.until_connected(stop)
            logger.info("on air")
            await states.until_gone(stop)
            logger.info("off air")
        finally:
            if session is not None:
                await self._whip.end(session)
            await connection.close()

    async def _accept(self, connection: RTCPeerConnection, answer_sdp: str) -> None:
        try:
            answer = RTCSessionDescription(sdp=answer_sdp, type="answer")
            await connection.setRemoteDescription(answer)
        except (ValueError, InvalidStateError) as error:
            raise ServerAway(f"The server's answer cannot be used: {error}.") from error


class _States:
    """Waits for states of a connection."""

    def __init__(self, connection: RTCPeerConnection) -> None:
        self._connection = connection
        self._changed = asyncio.Event()
        connection.on("connectionstatechange", self._changed.set)

    async def until_connected(self, stop: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._until(("connected", *GONE), stop)
        except TimeoutError:
            raise ServerAway("No media path to the server was found in time.") from None
        if self._connection.connectionState in GONE:
            raise ServerAway("The media connection to the server failed.")

    async def until_gone(self, stop: asyncio.Event) -> None:
        await self._until(GONE, stop)

    async def _until(self, states: tuple[str, ...], stop: asyncio.Event) -> None:
        while self._connection.connectionState not in states and not stop.is_set():
            self._changed.clear()
            await _first(stop, self._changed)


async def _first(*events: asyncio.Event) -> None:
    """Wait until one of several events is set."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until `stop`."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
