"""Made-up broadcasts whose crowd answers what happens, as files like the real ones."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from pathlib import Path

from sentiment.moderation.lexicon import Heard
from sentiment.opinion import Opinion
from sentiment.text import FoldedText
from tests.sentiment.pulse.crowds import JOY, TALK

SECONDS = 700
LAG_SECONDS = 21
HIGHLIGHTS = ((150, 170), (300, 325), (480, 500), (600, 615))


class PlainReader:
    """Takes everything for a friendly word."""

    def read(
        self, texts: Sequence[FoldedText], heard: Sequence[Heard] | None = None
    ) -> list[Opinion]:
        del heard
        return [Opinion(0.1, "neutral", 0.01, 0.0, 0.0, 0.0, 0.0, "en")] * len(texts)


def write(folder: Path, games: int) -> None:
    """Write so many games, which differ by their seed."""
    base = folder / "dev" / "highlights"
    base.mkdir(parents=True)
    (folder / "train").mkdir()
    labels = {}
    with gzip.open(base / "chat.tsv.gz", "wt", encoding="utf-8", newline="\n") as file:
        file.write("game\tsecond\tmessage\n")
        for game in range(games):
            name = f"game{game}"
            labels[name] = _labels(7 * game)
            for second, text in _chat(game, labels[name]):
                file.write(f"{name}\t{second:.2f}\t{text}\n")
    (base / "labels_per_second.json").write_text(json.dumps(labels), encoding="utf-8")


def _labels(shift: int) -> str:
    spans = [(start + shift % 40, end + shift % 40) for start, end in HIGHLIGHTS]
    marked = {second for start, end in spans for second in range(start, end)}
    return "".join("1" if second in marked else "0" for second in range(SECONDS))


def _chat(seed: int, labels: str) -> list[tuple[float, str]]:
    draw, said = random.Random(seed), []
    for second in range(SECONDS + 30):
        about = second - LAG_SECONDS + 6
        reacting = 0 <= about < SECONDS and labels[about] == "1"
        for _ in range(draw.randrange(3)):
            said.append((second + draw.random(), draw.choice(TALK)))
        for _ in range(5 if reacting else 0):
            said.append((second + draw.random(), draw.choice(JOY)))
    return sorted(said)
