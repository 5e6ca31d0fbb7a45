"""The worker's life as a process: its pipes and its end.

Messages come by standard input and go by standard output (`visuals.worker.wire`); what is written
to standard error is logged at the other end. The worker ends when its input does, however the other
end died.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from typing import Final, NoReturn

from core.clock import SystemClock
from visuals.worker.pace import Pace, ladder_below
from visuals.worker.parts import MakeParts
from visuals.worker.performance import Performance
from visuals.worker.wire import Begin, FromWorker, Inbox, Message, Ready, encode

READ_BYTES: Final = 1 << 20


def run(make_parts: MakeParts) -> NoReturn:
    """Play one show until the input ends, then end the process.

    Parameters
    ----------
    make_parts
        Makes what hears and draws, once it is known what is wanted.
    """
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    try:
        _play(make_parts)
        code = 0
    except BrokenPipeError:  # nobody is there any more
        code = 0
    except Exception:
        logging.getLogger(__name__).exception("the show failed")
        code = 1
    sys.stderr.flush()
    os._exit(code)  # nothing is to be saved, and native threads need not be waited for


def _play(make_parts: MakeParts) -> None:
    speak = _Speaker(_take_standard_output())
    messages = _batches()
    first = next(messages, [])
    if not first:
        return
    begin, *rest = first
    if not isinstance(begin, Begin):
        raise ValueError(f"a show begins with Begin, not {type(begin).__name__}")
    rungs = ladder_below(begin.height, begin.frames_per_second)
    best = rungs[0]
    parts = make_parts(
        begin.seed,
        best.size,
        best.frames_per_second,
        begin.kilobits_per_second,
        begin.provider,
        begin.device,
    )
    performance = Performance(
        begin.session,
        parts,
        Pace(rungs),
        say=speak,
        clock=SystemClock(),
        cpu_seconds=time.process_time,
    )
    speak(Ready())
    performance.take(rest)
    for batch in messages:
        performance.take(batch)
        time.sleep(performance.rest_seconds())  # what comes meanwhile waits in the pipe


class _Speaker:
    """Writes messages; blocks while nobody reads, and the show skips pictures then."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __call__(self, message: FromWorker) -> None:
        rest = memoryview(encode(message))
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


def _batches() -> Iterator[list[Message]]:
    """Yield what has come, all of it at once, until the input ends."""
    inbox = Inbox()
    while data := os.read(sys.stdin.fileno(), READ_BYTES):
        batch = list(inbox.feed(data))
        if batch:
            yield batch


def _take_standard_output() -> int:
    """Return where messages go; what a library prints goes to standard error from now on."""
    descriptor = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return descriptor
