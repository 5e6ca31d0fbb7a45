"""The suites of `training/crowd/suites`, run through all that a message has to pass."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.crowd import Action
from sentiment.classifier import Classifier
from sentiment.reading import MessageReader, ReadMessage

SUITES: Final = Path(__file__).parent / "suites"

IDENTITY_AIM: Final = 0.98
EVASIONS_AIM: Final = 0.90
TOXIC: Final = 0.5


def suite_figures(classifier: Classifier) -> Iterator[tuple[str, float, float, int, str]]:
    """Yield name, value, aim, messages and note of each suite's figure."""
    reader = MessageReader(classifier)
    identity = list(reader.read([row["text"] for row in _rows("identity.tsv")]))
    passed = [each.action is Action.ALLOW for each in identity]
    calm = [each.opinion.toxicity <= TOXIC for each in identity]
    count = len(identity)
    yield (
        "identity terms, allowed", sum(passed) / count, IDENTITY_AIM, count,
        f"false positives {1 - sum(passed) / count:.3f}",
    )  # fmt: skip
    yield (
        "identity terms, model below .5", sum(calm) / count, IDENTITY_AIM, count,
        f"false positives {1 - sum(calm) / count:.3f}",
    )  # fmt: skip
    evasions = _rows("evasions.tsv")
    plain = list(reader.read([row["plain"] for row in evasions]))
    variants = list(reader.read([row["variant"] for row in evasions]))
    pairs = list(zip(plain, variants, strict=True))
    same = [one.action is other.action for one, other in pairs]
    yield (
        "evasions, same action as the plain form", sum(same) / len(same), EVASIONS_AIM, len(same),
        _worst(evasions, same),
    )  # fmt: skip
    sided = [_toxic(one) == _toxic(other) for one, other in pairs]
    yield (
        "evasions, same side of the model's .5", sum(sided) / len(sided), EVASIONS_AIM, len(sided),
        _worst(evasions, sided),
    )  # fmt: skip


def _toxic(message: ReadMessage) -> bool:
    return message.opinion.toxicity > TOXIC


def _worst(rows: list[dict[str, str]], right: list[bool]) -> str:
    """Return which technique gets past most often."""
    by_technique: dict[str, list[bool]] = {}
    for row, each in zip(rows, right, strict=True):
        by_technique.setdefault(row["technique"], []).append(each)
    shares = {name: sum(each) / len(each) for name, each in by_technique.items()}
    worst = min(shares, key=shares.__getitem__)
    return f"worst: {worst} {shares[worst]:.2f}"


def _rows(name: str) -> list[dict[str, str]]:
    with (SUITES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
