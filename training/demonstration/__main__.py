"""`python -m training.demonstration`: puts the demonstration DJ on air."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import secrets
import signal
import sys
import threading
from typing import Final

from core.errors import DjUniverseError
from core.messages import Genre
from training.demonstration.publisher import Publisher
from training.demonstration.source import PacketSource
from training.demonstration.whip import WhipClient
from training.simulator import SetStyle
from training.simulator.flaws import SEASONED

KEY_VARIABLE: Final = "DJUV_STREAM_KEY"
READY_PACKETS: Final = 100
"""Two seconds are rendered before the set goes on air."""

EXIT_UNUSABLE: Final = 2

logger = logging.getLogger("training.demonstration")


def main(arguments: list[str] | None = None) -> int:
    """Play until told to stop; return the exit code."""
    options = _options(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("aioice").setLevel(logging.WARNING)
    key = os.environ.pop(KEY_VARIABLE, "")
    if not key:
        logger.error(
            "Set %s to the stream key; it is not taken from the command line.", KEY_VARIABLE
        )
        return EXIT_UNUSABLE
    try:
        asyncio.run(_play(options, key))
    except DjUniverseError as error:
        logger.error("%s", error)
        return EXIT_UNUSABLE
    return 0


async def _play(options: argparse.Namespace, key: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if options.end_with_stdin:
        _watch_stdin(loop, stop)
    seed = secrets.randbits(31) if options.seed is None else options.seed
    genre = None if options.genre is None else Genre(options.genre)
    source = PacketSource(seed, SetStyle(genre=genre, skill=SEASONED, genre_changes=0.12))
    client = WhipClient(options.url, key, options.title)
    logger.info("playing set %d", seed)
    source.start()
    try:
        while source.ready_packets < READY_PACKETS and source.failure is None:
            if stop.is_set():
                return
            await asyncio.sleep(0.05)
        await Publisher(client, source.next).run(stop)
    finally:
        source.stop()


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Stop when standard input ends, which it does however its other end came to die."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, name="stdin", daemon=True).start()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.demonstration",
        description=f"Plays an endless DJ set to a server. {KEY_VARIABLE} holds the stream key.",
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000/whip", help="the WHIP endpoint")
    parser.add_argument("--seed", type=int, help="the same set each time; a new one by default")
    parser.add_argument("--genre", choices=[g.value for g in Genre if g is not Genre.OTHER])
    parser.add_argument("--title", help="title of the set")
    parser.add_argument(
        "--end-with-stdin", action="store_true", help="stop when standard input is closed"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
