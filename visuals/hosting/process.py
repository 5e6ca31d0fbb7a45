"""A worker's process as the event loop sees it: told without waiting, heard as it speaks.

While the worker takes what it is told, that goes straight into the pipe. When it is behind, sound
waits in a bounded queue whose oldest is dropped, and everything else in another that goes first.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Iterable
from typing import Final, cast

import structlog

from core.clock import Clock
from core.media import samples_to_seconds
from core.metrics import Metrics
from visuals.hosting.surroundings import Audience
from visuals.worker.wire import FromWorker, Garbled, Inbox, Ready, Sound, ToWorker, encode

MODULE: Final = "visuals.worker"

SOUND_PACKETS: Final = 50
"""A second of sound: older than that it makes no picture in time. The oldest is dropped."""

CONTROL_MESSAGES: Final = 256
"""Half a minute of what the judge says. A worker that leaves more lying is broken, and ended."""

PIPE_BYTES: Final = 16 * 1024
"""What may wait in the process's own write buffer, beyond the pipe's."""

SILENT_SECONDS: Final = 5.0
"""A worker that is told sound for so long and says nothing hangs; it has to speak each second."""

START_SECONDS: Final = 30.0
"""Longest time from its start to its first word: a machine may be busy."""

CLOSE_SECONDS: Final = 2.0
LONGEST_LINE_BYTES: Final = 2_000
LINES_MOST: Final = 100
"""Of what one worker writes to standard error; the rest is dropped, which is said once."""

QUEUE: Final = "visuals_sound"

VARIABLES: Final = frozenset({"PATH", "HOME", "LANG", "TMPDIR", "TEMP", "TMP", "TZ", "SYSTEMROOT"})
VARIABLES_THAT_BEGIN: Final = (
    *("LC_", "LD_", "DYLD_", "PYTHON"),
    *("CUDA_", "NVIDIA_", "ORT_", "OMP_", "OPENBLAS_", "MKL_"),
)
"""What a worker is handed of the environment, and how the rest of that begins.

Who decodes strangers' sound need not know addresses, keys and passwords, whatever they are called.
"""

_log = structlog.get_logger(__name__)


class WorkerProcess(asyncio.SubprocessProtocol):
    """One worker. Make it with `launch`.

    Parameters
    ----------
    session
        Whose show it draws, for the log.
    audience
        Who hears what it says.
    clock, metrics
        Time and figures.
    """

    def __init__(self, session: str, audience: Audience, clock: Clock, metrics: Metrics) -> None:
        self.ready = False
        self.ended = asyncio.get_running_loop().create_future()  # of its exit code
        self._audience = audience
        self._clock = clock
        self._dropped = metrics.queue_dropped.labels(QUEUE)
        self._log = _log.bind(session=session)
        self._transport: asyncio.SubprocessTransport | None = None
        self._input: asyncio.WriteTransport | None = None
        self._inbox = Inbox()
        self._held_up = False
        self._closing = False
        self._control: deque[bytes] = deque()
        self._sound: deque[bytes] = deque()
        self._started_seconds = clock.monotonic_seconds()
        self._owes_since: float | None = None  # when it was told sound and said nothing since
        self._owed_samples = 0  # of sound that it was told since then
        self._errors = _Lines(self._log)

    @classmethod
    async def launch(
        cls, session: str, audience: Audience, clock: Clock, metrics: Metrics
    ) -> WorkerProcess:
        """Start a process; returns before it is ready.

        Raises
        ------
        OSError
            If no process can be started.
        """
        loop = asyncio.get_running_loop()
        _, protocol = await loop.subprocess_exec(
            lambda: cls(session, audience, clock, metrics),
            sys.executable,
            "-m",
            MODULE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_environment(),
        )
        return protocol

    @property
    def pid(self) -> int:
        """The process's number."""
        return 0 if self._transport is None else self._transport.get_pid()

    def tell(self, message: ToWorker) -> None:
        """Tell it something that it must not miss; never waits."""
        self._put(encode(message), self._control)

    def tell_sound(self, sound: Sound) -> None:
        """Tell it sound; dropped, the oldest first, where it is too far behind."""
        if self._owes_since is None and self.ready:
            self._owes_since = self._clock.monotonic_seconds()
            self._owed_samples = 0
        self._owed_samples += sound.duration_samples
        self._put(encode(sound), self._sound)

    def tell_past(self, messages: Iterable[ToWorker]) -> None:
        """Tell it at once what it missed, before anything else is told: its ear warms up on it."""
        if self._input is not None and not self._input.is_closing():
            self._input.write(b"".join(map(encode, messages)))

    def hangs(self, now_seconds: float) -> bool:
        """Whether it should have spoken long ago."""
        if not self.ready:
            return now_seconds - self._started_seconds > START_SECONDS
        if self._owes_since is None:
            return False
        # Either alone is not its fault: a DJ may pause, and packets may come in bursts.
        told_enough = samples_to_seconds(self._owed_samples) > SILENT_SECONDS
        return told_enough and now_seconds - self._owes_since > SILENT_SECONDS

    def kill(self) -> None:
        """End it at once."""
        if self._transport is not None and self._transport.get_returncode() is None:
            self._transport.kill()

    async def close(self) -> None:
        """Let it end by itself, and kill it if it does not at once; bounded."""
        self._closing = True
        if self._input is not None and not self._input.is_closing():
            self._input.abort()  # what waits there is of no use to anybody
        try:
            await asyncio.wait_for(asyncio.shield(self.ended), CLOSE_SECONDS)
        except TimeoutError:
            self._log.warning("visuals_worker_killed", reason="did not end")
        finally:
            self.kill()
        await asyncio.shield(self.ended)
        if self._transport is not None:
            self._transport.close()

    def _put(self, data: bytes, queue: deque[bytes]) -> None:
        if self._input is None or self._input.is_closing() or self.ended.done():
            return
        if not self._held_up:
            self._input.write(data)
            return
        if queue is self._sound and len(queue) >= SOUND_PACKETS:
            queue.popleft()
            self._dropped.inc()
        elif queue is self._control and len(queue) >= CONTROL_MESSAGES:
            self.kill()
            return
        queue.append(data)

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take hold of the process."""
        self._transport = cast(asyncio.SubprocessTransport, transport)
        self._input = cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0))
        self._input.set_write_buffer_limits(high=PIPE_BYTES)

    def pause_writing(self) -> None:
        """Let what is told wait: the worker is behind."""
        self._held_up = True

    def resume_writing(self) -> None:
        """Tell what waits, the most important first."""
        self._held_up = False
        for queue in (self._control, self._sound):
            while queue and not self._held_up and self._input is not None:
                self._input.write(queue.popleft())

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        """Take what it says, or what is to be logged."""
        received = data if isinstance(data, bytes) else data.encode()
        if fd != 1:
            self._errors.feed(received)
            return
        if self._closing:
            return
        try:
            for message in self._inbox.feed(received):
                self._owes_since = None
                self.ready = self.ready or isinstance(message, Ready)
                self._audience.said(cast(FromWorker, message))
        except Garbled as error:
            self._log.error("visuals_worker_garbled", problem=str(error))
            self.kill()
        except Exception:  # a show's failure is nobody else's
            self._log.exception("visuals_message_failed")

    def process_exited(self) -> None:
        """Take note of its end."""
        code = None if self._transport is None else self._transport.get_returncode()
        self._control.clear()
        self._sound.clear()
        if not self.ended.done():
            self.ended.set_result(code)


class _Lines:
    """Logs what comes on standard error line by line, within bounds."""

    def __init__(self, log: structlog.stdlib.BoundLogger) -> None:
        self._log = log
        self._held = b""
        self._logged = 0

    def feed(self, data: bytes) -> None:
        *lines, self._held = (self._held + data).split(b"\n")
        if len(self._held) > LONGEST_LINE_BYTES:
            lines.append(self._held)
            self._held = b""
        for line in lines:
            self._logged += 1
            if self._logged <= LINES_MOST:
                text = line[:LONGEST_LINE_BYTES].decode(errors="replace").rstrip()
                self._log.warning("visuals_worker_says", line=text)
            elif self._logged == LINES_MOST + 1:
                self._log.warning("visuals_worker_says_too_much", lines=LINES_MOST)


def _environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in VARIABLES or name.upper().startswith(VARIABLES_THAT_BEGIN)
    }
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
