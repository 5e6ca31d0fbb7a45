"""What is written to a viewer and not yet sent: little, where sound must not wait behind pictures.

A transport tells only when its own buffer is full, and it is empty as long as the kernel takes
everything. `TCP_NOTSENT_LOWAT` does not stop the kernel: Linux looks at it when it begins a new
buffer, and goes on filling the last one up to 64 KB, which is two seconds of a slow line.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from typing import Final

if sys.platform == "linux":
    import fcntl

FIRST_LOOK_SECONDS: Final = 0.001
LAST_LOOK_SECONDS: Final = 0.016
"""How soon it is looked again whether what was written has gone, as nothing tells: at once, as most
lines have room again by then, then each time twice as late."""

_SIOCOUTQNSD: Final = 0x894B  # linux/sockios.h: bytes of a TCP socket that were never sent


class WriteAhead:
    """Writes to a transport until too much is unsent, and again when that has gone.

    Parameters
    ----------
    transport
        Where to write.
    loop
        That of the transport.
    high_bytes, low_bytes
        Of what is unsent: more than the first pauses, no more than the second resumes.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        *,
        high_bytes: int,
        low_bytes: int,
    ) -> None:
        self._transport = transport
        self._peer = transport.get_extra_info("socket")
        self._loop = loop
        self._high_bytes = high_bytes
        self._low_bytes = low_bytes
        self._pause: Callable[[], None] | None = None
        self._resume: Callable[[], None] | None = None
        self._look: asyncio.TimerHandle | None = None

    @property
    def is_full(self) -> bool:
        """Whether it has paused its writer and will let it go on by itself."""
        return self._look is not None

    def tell(self, pause: Callable[[], None], resume: Callable[[], None]) -> None:
        """Say who is to be paused and resumed."""
        self._pause, self._resume = pause, resume

    def write(self, data: bytes) -> None:
        """Write, and pause the writer where that is enough for now."""
        self._transport.write(data)
        if self._look is None and self._pause is not None and self._unsent() > self._high_bytes:
            self._pause()
            self._look_in(FIRST_LOOK_SECONDS)

    def close(self) -> None:
        """Look no more: the connection is closing."""
        self._pause = self._resume = None
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _look_in(self, seconds: float) -> None:
        self._look = self._loop.call_later(seconds, self._look_again, seconds)

    def _look_again(self, waited_seconds: float) -> None:
        if self._unsent() > self._low_bytes:
            self._look_in(min(2.0 * waited_seconds, LAST_LOOK_SECONDS))
            return
        self._look = None
        if self._resume is not None:
            self._resume()

    def _unsent(self) -> int:
        """Return the bytes that wait in the transport and, where the platform tells, the kernel."""
        return self._transport.get_write_buffer_size() + _unsent_in_kernel(self._peer)


def _unsent_in_kernel(peer: socket.socket | None) -> int:
    if sys.platform != "linux" or peer is None:
        return 0
    try:
        answer = fcntl.ioctl(peer.fileno(), _SIOCOUTQNSD, bytes(4))
    except (OSError, ValueError):  # no TCP, or closed already
        return 0
    return int(struct.unpack("i", answer)[0])
