"""One viewer's connection: WebSocket over a transport, as uvicorn's `Config(ws=...)` wants it.

The handshake and what little a viewer says go through `websockets`' protocol without I/O. What the
room says does not: its frames are made once and written straight to the transport.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar, Final, cast

from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.exceptions import PayloadTooBig
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from core.errors import DjUniverseError, LimitReached
from web.viewers import protocol
from web.viewers.handshake import HandshakeRefused, LiveRequest, live_request, viewer_address
from web.viewers.hub import ViewerHub
from web.viewers.protocol import CloseCode
from web.viewers.room import ViewedRoom
from web.viewers.speaker import Speaker
from web.viewers.speaking import Ping, read_message
from web.viewers.units import OwnUnit
from web.viewers.viewer import Viewer
from web.viewers.write_ahead import WriteAhead

logger = logging.getLogger(__name__)
websocket_logger = logging.getLogger(f"{__name__}.websocket")
websocket_logger.setLevel(logging.WARNING)  # one line for each viewer who comes or goes is noise

READ_SLICE_BYTES: Final = 1_024
"""Received bytes are parsed in slices, so that a flood of tiny frames ends at its first slice."""

PING: Final = OwnUnit(Frame(Opcode.PING, b"").serialize(mask=False, extensions=[]))

ASKS_QUEUE: Final = "viewer_asks"
"""Label of what viewers asked of the crowd faster than it answered."""

SHUTDOWN_SECONDS: Final = 1.0
"""For a viewer to close once the server goes away; then it is cut off."""


def viewer_protocol_class(hub: ViewerHub) -> type[asyncio.Protocol]:
    """Return the protocol class for uvicorn's `Config(ws=...)` that brings viewers to `hub`."""

    class HubConnection(ViewerConnection):
        """A connection to this hub."""

        _hub = hub

    return HubConnection


class ViewerConnection(asyncio.Protocol):
    """A WebSocket to `/rooms/{room}/live`.

    Parameters
    ----------
    config, app_state
        As uvicorn calls it; unused.
    server_state
        Where uvicorn looks for open connections and running tasks when it shuts down.
    """

    _hub: ClassVar[ViewerHub]

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._loop = _loop or asyncio.get_running_loop()
        self._connections = cast(set[asyncio.Protocol], server_state.connections)
        self._tasks = server_state.tasks
        limits = self._hub.config
        self._websocket = ServerProtocol(
            subprotocols=[Subprotocol(protocol.SUBPROTOCOL)],
            max_size=limits.max_message_bytes,
            logger=websocket_logger,
        )
        self._heard: deque[float] = deque(maxlen=limits.max_messages)
        self._heard_seconds = self._hub.clock.monotonic_seconds()
        self._transport: asyncio.Transport | None = None
        self._ahead: WriteAhead | None = None  # of those who see pictures
        self._viewer: Viewer | None = None
        self._room: ViewedRoom | None = None
        self._speaker: Speaker | None = None  # of those who say anything to the crowd
        self._address = ""  # a digest of it
        self._timer: asyncio.TimerHandle | None = None  # handshake, then heartbeat, then close
        self._reason = "left"

    # What asyncio and uvicorn call

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over a connection whose HTTP request asks for a WebSocket."""
        limits = self._hub.config
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self)
        self._bound_what_is_written(limits.high_water_bytes, limits.low_water_bytes)
        self._arm(limits.handshake_seconds, self._abort, "handshake_timeout")

    def data_received(self, data: bytes) -> None:
        """Take in what the viewer says."""
        self._heard_seconds = self._hub.clock.monotonic_seconds()
        for start in range(0, len(data), READ_SLICE_BYTES):
            self._websocket.receive_data(data[start : start + READ_SLICE_BYTES])
            for event in self._websocket.events_received():
                if isinstance(event, Request):
                    self._shake_hands(event)
                elif isinstance(event, Frame):
                    self._take(event)
            self._answer()

    def eof_received(self) -> None:
        """Close in turn, when what is written has gone or the time is over."""
        self._websocket.receive_eof()
        self._websocket.data_to_send()
        self._leave()
        self._arm(self._hub.config.close_seconds, self._abort, self._reason)

    def pause_writing(self) -> None:
        """Told by the transport that its buffer is full."""
        if self._viewer is not None:
            self._viewer.pause()

    def resume_writing(self) -> None:
        """Told by the transport that its buffer has emptied."""
        if self._viewer is not None and not (self._ahead is not None and self._ahead.is_full):
            self._viewer.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the viewer."""
        self._leave()
        if self._timer is not None:
            self._timer.cancel()
        self._connections.discard(self)
        if self._ahead is not None:
            self._ahead.close()
        if self._viewer is not None:
            self._hub.release(self)
            self._hub.metrics.viewer_disconnects.labels(self._reason).inc()
            self._viewer = None

    def shutdown(self) -> None:
        """Told by uvicorn that the server goes away."""
        if self._websocket.state is State.CONNECTING:
            self._abort("going_away")
        else:
            self.end(CloseCode.GOING_AWAY, "going_away")
            self._arm(SHUTDOWN_SECONDS, self._abort, self._reason)

    # The handshake

    def _shake_hands(self, request: Request) -> None:
        response = self._websocket.accept(request)
        wanted: LiveRequest | None = None
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            wanted, response = self._admit(request, response)
        self._websocket.send_response(response)
        self._answer()
        if wanted is None:
            self._transport_or_fail().close()
            self._arm(self._hub.config.close_seconds, self._abort, "refused")
            return
        self._heartbeat()
        # Only after this call returns does uvicorn make us the transport's protocol: what we
        # wrote before could pause its HTTP protocol instead of us. The task runs later.
        task = self._loop.create_task(self._join(wanted))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _admit(self, request: Request, accepted: Response) -> tuple[LiveRequest | None, Response]:
        """Return what is wanted and the response that grants it, or None and a refusal."""
        limits, transport = self._hub.config, self._transport_or_fail()
        try:
            wanted = live_request(request, limits.allowed_origins, limits.trusted_hosts)
            peer = transport.get_extra_info("peername")
            host = str(peer[0]) if isinstance(peer, tuple) else ""
            address = viewer_address(host, request.headers, limits.trusted_proxies)
            self._hub.admit(self, address, wanted.room)
            self._address = self._hub.address_digest(address)
        except HandshakeRefused as error:
            return None, self._websocket.reject(error.status, f"{error.slug}\n")
        except LimitReached as error:
            response = self._websocket.reject(HTTPStatus.SERVICE_UNAVAILABLE, f"{error.slug}\n")
            response.headers["Retry-After"] = str(error.retry_after_seconds)
            return None, response
        except Exception:
            # Raised into uvicorn, it would leave a transport that nobody tells us the end of.
            logger.exception("a viewer's handshake failed")
            return None, self._websocket.reject(HTTPStatus.INTERNAL_SERVER_ERROR, "internal\n")
        write: Callable[[bytes], None] = transport.write
        if wanted.wants is not wanted.wants.without_pictures:
            self._ahead = self._little_ahead()
            write = self._ahead.write
        self._viewer = Viewer(
            self,
            write,
            limits.outbox_bytes,
            self._hub.metrics,
            wants=wanted.wants,
            picture_bytes=limits.outbox_picture_bytes,
        )
        if self._ahead is not None:
            self._ahead.tell(self._viewer.pause, self._viewer.resume)
        return wanted, accepted

    def _little_ahead(self) -> WriteAhead:
        """Return what keeps sound from waiting behind pictures that nobody can overtake."""
        high_bytes = self._hub.config.picture_high_water_bytes
        low_bytes = self._hub.config.picture_low_water_bytes
        self._bound_what_is_written(high_bytes, low_bytes)
        return WriteAhead(
            self._transport_or_fail(), self._loop, high_bytes=high_bytes, low_bytes=low_bytes
        )

    async def _join(self, wanted: LiveRequest) -> None:
        try:
            room = await self._hub.room(wanted.room)
        except DjUniverseError as error:
            self.end(CloseCode.TRY_AGAIN, error.slug)
            return
        if self._viewer is not None and self._websocket.state is State.OPEN:
            self._room = room
            room.join(self._viewer, wanted.resume)
            if self._speaker is not None:
                self._speaker.begin(room.crowd)

    # What the viewer says

    def _take(self, frame: Frame) -> None:
        now = self._heard_seconds
        limits = self._hub.config
        full = len(self._heard) == limits.max_messages
        if full and now - self._heard[0] < limits.messages_seconds:
            self.end(CloseCode.POLICY, "too_many_messages")
            return
        self._heard.append(now)
        if frame.opcode is Opcode.TEXT and frame.fin:
            self._take_text(bytes(frame.data))

    def _take_text(self, data: bytes) -> None:
        """Answer a ping, bring the rest to the crowd; what is not known is ignored."""
        message = read_message(data)
        if isinstance(message, Ping):
            self._say(protocol.pong_payload(message.sent, self._position_microseconds))
        elif message and self._viewer and self._websocket.state is State.OPEN:
            self._speaker_of(self._viewer).hear(message)

    def _speaker_of(self, viewer: Viewer) -> Speaker:
        if self._speaker is None:
            self._speaker = Speaker(
                viewer,
                self._address,
                config=self._hub.config,
                position=lambda: self._position_microseconds,
                count_drop=self._hub.metrics.queue_dropped.labels(ASKS_QUEUE).inc,
            )
            if self._room is not None:
                self._speaker.begin(self._room.crowd)
        return self._speaker

    @property
    def _position_microseconds(self) -> int:
        return self._room.picture.position_microseconds if self._room else 0

    def _say(self, payload: bytes) -> None:
        if self._viewer is not None and self._room is not None:  # `hello` is the first message
            self._viewer.send(OwnUnit(protocol.text_frame(payload)))

    def _answer(self) -> None:
        """Write what the WebSocket itself has to say: the handshake, pongs and closes."""
        output = self._websocket.data_to_send()
        data = b"".join(output)
        if self._websocket.state is State.OPEN and self._room is not None:
            if data and self._viewer is not None:
                self._viewer.send(OwnUnit(data))  # a pong, within the bounds of a slow viewer
            return
        if self._websocket.state is not State.OPEN:
            self._leave()
        self.write(data)
        if b"" in output:  # the end of the stream
            self._finish()

    def _finish(self) -> None:
        """End our side; the other side's end, or the time, ends the connection."""
        if isinstance(self._websocket.parser_exc, PayloadTooBig):
            self._reason = "too_large"
        elif self._websocket.parser_exc is not None:
            self._reason = "protocol_error"
        transport = self._transport_or_fail()
        if transport.is_closing():
            return
        if transport.can_write_eof():
            transport.write_eof()
        else:
            transport.close()
        self._arm(self._hub.config.close_seconds, self._abort, self._reason)

    # Life and end

    def write(self, data: bytes) -> None:
        """Write whole frames; a transport that is closing takes nothing."""
        transport = self._transport_or_fail()
        if data and not transport.is_closing():
            transport.write(data)

    def end(self, code: CloseCode, reason: str) -> None:
        """Say why, close, and give the viewer a bounded time to close as well."""
        if self._websocket.state is not State.OPEN:
            return
        self._reason = reason
        self._leave()
        if code is not CloseCode.GOING_AWAY:
            payload = protocol.error_payload(reason, {}, self._position_microseconds)
            self.write(protocol.text_frame(payload))
        if code is CloseCode.POLICY:
            self._websocket.fail(code, reason)  # listens no more: what still comes is discarded
        else:
            self._websocket.send_close(code, reason)
        self._arm(self._hub.config.close_seconds, self._abort, reason)
        self._answer()

    def _leave(self) -> None:
        if self._speaker is not None:
            self._speaker.stop()
        if self._room is not None and self._viewer is not None:
            self._room.leave(self._viewer)

    def _heartbeat(self) -> None:
        limits = self._hub.config
        silent_seconds = self._hub.clock.monotonic_seconds() - self._heard_seconds
        if silent_seconds >= limits.silence_seconds:
            self._abort("dead")
            return
        if self._room is not None and self._viewer is not None:
            self._viewer.send(PING)
        self._arm(limits.ping_seconds, self._heartbeat)

    def _abort(self, reason: str) -> None:
        self._reason = reason
        if self._transport is not None:
            self._transport.abort()

    def _arm(self, seconds: float, call: Callable[..., object], *arguments: object) -> None:
        """Set the one timer of this connection, whatever it was set for before."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, call, *arguments)

    def _transport_or_fail(self) -> asyncio.Transport:
        if self._transport is None:
            raise RuntimeError("the connection has not been made yet")
        return self._transport

    def _bound_what_is_written(self, high_bytes: int, low_bytes: int) -> None:
        """Keep what waits in the outbox, where it can be dropped, not in transport and kernel."""
        transport = self._transport_or_fail()
        transport.set_write_buffer_limits(high=high_bytes, low=low_bytes)
        peer = transport.get_extra_info("socket")
        option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
        if option is None or peer is None or peer.family not in (socket.AF_INET, socket.AF_INET6):
            return
        try:
            peer.setsockopt(socket.IPPROTO_TCP, option, high_bytes)
        except OSError as error:
            logger.debug("the kernel keeps its own bound of unsent bytes: %s", error)
