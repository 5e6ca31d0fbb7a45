"""`python -m sentiment` reads one message a line and writes what it is as JSON lines.

    $ echo "qué temazo :fire:" | python -m sentiment
    {"text":"qué temazo :fire:","sentiment":0.99,"label":"positive",...}

Each message is read by itself, as the first of somebody in an empty room: repetition and rate do
not count here.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from core.crowd import LEVEL_MOST, Axis, ChatRules
from core.errors import DjUniverseError
from sentiment.classifier import BATCH_MOST, Classifier
from sentiment.reading import MessageReader

LINE_MOST_BYTES: Final = 65_536
"""Longer lines are read as several messages, so that no input can fill the memory."""

UNUSABLE: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Read messages; return the exit code."""
    asked = _parser().parse_args(arguments)
    rules = ChatRules()
    if asked.level is not None:
        rules = ChatRules(levels={axis.value: asked.level for axis in Axis})
    try:
        reader = MessageReader(Classifier.load(asked.models), rules)
        if asked.file is None:
            _answer(reader, sys.stdin.buffer, together=not _is_awaited(sys.stdin.buffer))
        else:
            with asked.file.open("rb") as file:
                _answer(reader, file, together=True)
    except DjUniverseError as error:
        return _complain(str(error))
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            # Whoever read the answers has seen enough; Python must not complain at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return _complain(f"{error.filename or 'The input'} cannot be read: {error.strerror}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sentiment",
        description="Read one message a line; write what it is as JSON lines.",
    )
    parser.add_argument("file", type=Path, nargs="?", help="messages; standard input without it")
    parser.add_argument(
        "--level",
        type=int,
        choices=range(LEVEL_MOST + 1),
        help="how strict, on every axis; a room's usual levels without it",
    )
    parser.add_argument("--models", type=Path, help="folder of the model; the shipped one without")
    return parser


def _answer(reader: MessageReader, lines: BinaryIO, *, together: bool) -> None:
    """Write an answer to each line; `together` reads several at once, which is faster."""
    messages = _messages(lines)
    while batch := list(islice(messages, BATCH_MOST if together else 1)):
        for message in reader.read(batch):
            line = json.dumps(message.plain(), ensure_ascii=False, separators=(",", ":"))
            # Lone surrogates cannot be written as UTF-8; they were no text to begin with.
            sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
        sys.stdout.buffer.flush()


def _messages(lines: BinaryIO) -> Iterator[str]:
    while line := lines.readline(LINE_MOST_BYTES):
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def _is_awaited(stream: BinaryIO) -> bool:
    """Whether someone may wait for each answer, as at a terminal or the end of a pipe."""
    try:
        return not Path(f"/dev/fd/{stream.fileno()}").is_file()
    except (OSError, io.UnsupportedOperation):
        return True


def _complain(message: str) -> int:
    sys.stderr.write(message + "\n")
    return UNUSABLE


if __name__ == "__main__":
    sys.exit(main())
