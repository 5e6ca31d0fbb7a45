"""Labelled messages out of every set that may be trained on, in one form.

Each set labels what it labels: what is not known stays None and teaches nothing. Licences and
origins are in the model card.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Final

from core.errors import BadInput

CHAT_VARIABLE: Final = "DJUV_CHAT"
"""Names the folder of public chat data, with `train` and `dev` inside."""

OWN: Final = Path(__file__).parent.parent / "chat" / "messages.tsv"

_USER: Final = re.compile(r"@[A-Za-z0-9_]+")
_RETWEET: Final = re.compile(r"^[!\s\"'“.:]*(?:RT\s+)?(?:@\w+:\s*)?")
_ADDRESS: Final = re.compile(r"https?://\S+")
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Sample:
    """One message and what is known of it."""

    text: str
    source: str
    sentiment: int | None = None  # -1, 0, 1
    toxic: float | None = None  # 0-1: where two people disagree, between
    target: str | None = None  # "none", "person", "group"
    explicit: int | None = None
    spam: int | None = None
    language: str | None = None


def chat_folder() -> Path:
    """Return the folder of public chat data.

    Raises
    ------
    BadInput
        If `DJUV_CHAT` names none.
    """
    folder = Path(os.environ.get(CHAT_VARIABLE, ""))
    if not os.environ.get(CHAT_VARIABLE) or not (folder / "train").is_dir():
        raise BadInput(
            f"Set {CHAT_VARIABLE} to the folder of chat data that holds train/ and dev/.",
            code="chat_data_absent",
        )
    return folder


def own_samples(path: Path = OWN) -> Iterator[Sample]:
    """Yield the project's own labelled messages (`training/chat`)."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield Sample(
                text=row["text"],
                source="own",
                sentiment=int(row["sentiment"]),
                toxic=float(row["toxic"]),
                target=row["target"],
                explicit=int(row["explicit"]),
                spam=int(row["spam"]),
                language=row["language"],
            )


def training_samples(folder: Path) -> Iterator[Sample]:
    """Yield every public message that may be trained on."""
    train = folder / "train"
    for language, code in (("english", "en"), ("spanish", "es")):
        for part in ("train", "val"):
            yield from _tweets(train / "umsab-sentiment" / language, part, code)
    yield from _davidson(train / "davidson-hate-offensive" / "data" / "labeled_data.csv")
    yield from _surge(train / "surge-toxicity" / "toxicity_en.csv")
    for name in ("goldstd_Convention.csv", "goldstd_protests.csv"):
        yield from _gold_standard(train / "gold-standard-toxicity-es" / "data" / "tidy" / name)


def offensive_samples(folder: Path, part: str) -> Iterator[Sample]:
    """Yield OLID's messages (`part` is "train" or "val"): to measure with, never to learn from."""
    base = folder / "dev" / "olid-offensive"
    for text, label in _pairs(base / f"{part}_text.txt", base / f"{part}_labels.txt"):
        yield Sample(_tidy(text), "olid", toxic=float(label), language="en")


def _tweets(base: Path, part: str, language: str) -> Iterator[Sample]:
    pairs = _pairs(base / f"{part}_text.txt", base / f"{part}_labels.txt")
    for text, label in pairs:
        source = f"umsab-{language}-{part}"
        yield Sample(_tidy(text), source, sentiment=int(label) - 1, language=language)


def _pairs(texts: Path, labels: Path) -> Iterator[tuple[str, str]]:
    lines = texts.read_text(encoding="utf-8").split("\n")
    marks = labels.read_text(encoding="utf-8").split()
    yield from zip(lines, marks, strict=False)  # the texts end with an empty line


def _davidson(path: Path) -> Iterator[Sample]:
    for row in _rows(path):
        label = int(row["class"])  # 0 hate, 1 offensive language, 2 neither
        text = _RETWEET.sub("", row["tweet"])
        target = "group" if label == 0 else "none" if label == 2 else None
        yield Sample(_tidy(text), "davidson", toxic=float(label < 2), target=target, language="en")


def _surge(path: Path) -> Iterator[Sample]:
    for row in _rows(path):
        toxic = float(row["is_toxic"] == "Toxic")
        target = None if toxic else "none"
        yield Sample(_tidy(row["text"]), "surge", toxic=toxic, target=target, language="en")


def _gold_standard(path: Path) -> Iterator[Sample]:
    for row in _rows(path):
        if row["coder_1"] in "01" and row["coder_2"] in "01":
            toxic = (int(row["coder_1"]) + int(row["coder_2"])) / 2
            target = None if toxic else "none"
            yield Sample(_tidy(row["text"]), "gold-es", toxic=toxic, target=target, language="es")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        yield from csv.DictReader(file)


def _tidy(text: str) -> str:
    """Return a tweet as a chat message would be: no escapes, no addresses, no names."""
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), unescape(text))
    text = text.replace('""', '"').replace("&amp;", "&")
    text = _ADDRESS.sub("", _USER.sub("@user", text)).replace("URL", "")
    return re.sub(r"(?:@user\s*){2,}", "@user ", text).strip()


def without_repeats(samples: list[Sample]) -> list[Sample]:
    """Return `samples` without messages whose bare text came before, whatever their set."""
    seen: dict[str, Sample] = {}
    for sample in samples:
        key = re.sub(r"\W+", " ", sample.text.casefold()).strip() or sample.text
        known = seen.get(key)
        seen[key] = sample if known is None else _merged(known, sample)
    return list(seen.values())


def _merged(first: Sample, second: Sample) -> Sample:
    """Return `first` with what only `second` knows."""
    news = {
        name: getattr(second, name)
        for name in ("sentiment", "toxic", "target", "explicit", "spam", "language")
        if getattr(first, name) is None
    }
    return replace(first, **news)
