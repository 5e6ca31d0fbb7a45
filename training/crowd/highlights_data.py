"""Chats of broadcasts with seconds labelled as highlights: to measure with, never to learn from.

`dev/highlights` of the chat data: `chat.tsv.gz` with a line a message (game, second, text) and
`labels_per_second.json` with a digit a second of each game. Who wrote a message is not in it.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput


@dataclass(frozen=True, slots=True)
class Game:
    """One broadcast.

    Attributes
    ----------
    labels
        Shape (seconds,): whether a second is part of a highlight.
    messages
        When, in seconds, and what; in order of time.
    """

    name: str
    labels: NDArray[np.bool_]
    messages: tuple[tuple[float, str], ...]

    @property
    def seconds(self) -> int:
        """How long it is."""
        return len(self.labels)


def read_games(folder: Path) -> list[Game]:
    """Return the games of `dev/highlights`, in order of their names.

    Parameters
    ----------
    folder
        Of chat data, with `dev` inside.

    Raises
    ------
    BadInput
        If they are not there.
    """
    base = folder / "dev" / "highlights"
    try:
        labels = json.loads((base / "labels_per_second.json").read_text(encoding="utf-8"))
        messages = _messages(base / "chat.tsv.gz")
    except FileNotFoundError as error:
        raise BadInput(f"There are no chats with highlights: {error}.") from error
    return [
        Game(name, np.array([digit == "1" for digit in labels[name]]), tuple(messages[name]))
        for name in sorted(labels)
    ]


def _messages(path: Path) -> dict[str, list[tuple[float, str]]]:
    messages: dict[str, list[tuple[float, str]]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        next(file)
        for line in file:
            game, second, text = line.rstrip("\n").split("\t", 2)
            messages[game].append((float(second), text))
    for each in messages.values():
        each.sort(key=lambda message: message[0])
    return messages
