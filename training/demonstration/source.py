"""Renders and encodes a set on a thread of its own, some seconds ahead of the playing."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
import threading
from typing import Final

from training.opus import opus_encoder, opus_frames
from training.simulator import SetRenderer, SetStyle

BITRATE_BPS: Final = 256_000
AHEAD_PACKETS: Final = 750
"""15 s of 20 ms packets wait at most: more than the rendering of a new track takes."""

NICENESS: Final = 10
LOOK_UP_SECONDS: Final = 0.5
JOIN_SECONDS: Final = 10.0

logger = logging.getLogger(__name__)


class PacketSource:
    """An endless set as Opus packets of 20 ms.

    The queue is bounded; when it is full, rendering waits.

    Parameters
    ----------
    seed, style
        Which set.
    ahead_packets
        How far it is rendered ahead.
    """

    def __init__(
        self, seed: int, style: SetStyle | None = None, ahead_packets: int = AHEAD_PACKETS
    ) -> None:
        self._seed = seed
        self._style = style
        self._packets: queue.Queue[bytes] = queue.Queue(ahead_packets)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="renderer", daemon=True)
        self.failure: Exception | None = None

    def start(self) -> None:
        """Begin to render."""
        self._thread.start()

    def next(self) -> bytes | None:
        """Return the next packet, or None while none is ready; never waits.

        Raises
        ------
        RuntimeError
            If rendering has failed.
        """
        try:
            return self._packets.get_nowait()
        except queue.Empty:
            if self.failure is not None:
                raise RuntimeError("the demonstration could not be rendered") from self.failure
            return None

    @property
    def ready_packets(self) -> int:
        """How many packets wait."""
        return self._packets.qsize()

    def stop(self) -> None:
        """Stop rendering; waits for the block that is being made."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(JOIN_SECONDS)

    def _run(self) -> None:
        _be_nice()
        try:
            self._render()
        except Exception as error:  # handed to whoever asks for packets
            logger.exception("rendering failed")
            self.failure = error

    def _render(self) -> None:
        encoder = opus_encoder(BITRATE_BPS)
        position = 0
        for block in SetRenderer(self._seed, self._style, keep_stems=False).blocks():
            for frame in opus_frames(block, position):
                for packet in encoder.encode(frame):
                    if not self._put(bytes(packet)):
                        return
            position += len(block)

    def _put(self, payload: bytes) -> bool:
        while not self._stopping.is_set():
            with contextlib.suppress(queue.Full):
                self._packets.put(payload, timeout=LOOK_UP_SECONDS)
                return True
        return False


def _be_nice() -> None:
    """Let everything else go first; on Linux a thread has a niceness of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
