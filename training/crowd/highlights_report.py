"""Writes what the evaluation on highlights found, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from training.crowd.highlights_events import Found

AIM_F1: Final = 0.60

_HEAD: Final = """\
# Highlights found from chat alone

Made by `DJUV_CHAT=... python -m training.crowd.highlights`. {games} broadcasts of one esports
event, {messages:,} messages, {hours:.1f} hours with {labelled:,} labelled highlights
({share:.0%} of the time). They are of another world than a DJ's room, and the only public chats
with such labels: they show whether the path that ships (text, model, pulse, moments; no sound)
generalises, and tune two thresholds. Nothing that ships has learnt from them."""

_DEFINITIONS: Final = """\
## What is counted

- An **event** is an unbroken stretch of seconds. A labelled one is *found* where a reported
  moment shares a second with it; a moment is *right* where it shares one with a labelled event.
  **F1** is the harmonic mean of the shares found (recall) and right (precision), over all games
  together. A moment lasts 30 to 45 s and the next begins 45 s later at the earliest, as in a
  room; who reported longer ones would find more by chance.
- **Strict F1** matches each event once: of two moments in one highlight one is wrong, of two
  highlights under one moment one is missed.
- **Chance** is as many moments, of the same lengths, thrown at random over each game ({throws}
  throws). It belongs to its row: who reports more touches more.
- **AUC** is per second, within each game, averaged over games: the index a lag after a second
  against that second's label. Seconds of the warm-up have no index and are left out.
- **Tuned** figures: the probability from which a moment is one, and the lag, chosen on the
  other four folds of games ({grid} combinations); **shipped** has the product's probability
  ({sure:g}) everywhere, and the lag of these broadcasts. The interval is 95 %, by drawing games
  anew.
- **Rate** is the peer that reads no words: a robust z-score of ln(1 + messages in 10 s),
  five-minute median and MAD, a gap of 20 s, through the same moments, tuned as the rest."""

_CAVEATS: Final = """\
## What to know

- **Who wrote a message is not in the data**: each is taken for a voice of its own. That one
  user is one voice cannot be seen here; `tests/sentiment/pulse` holds it.
- The weights of the index are round numbers set by reasoning, and were not fitted. But figures
  on these games were seen while signs, weights and the length of a moment were settled, so that
  the tuned row is a little kinder than games nobody has seen would be. Other round weights gave
  F1 within .02 of it, in both directions.
- The logistic that may learn from these games tells how much is left to find in the same signs.
  It is not shipped: what it has learnt are this event's jokes.
- Published figures on 111 games of this kind, as handed down with the data: chance .42, rate
  .47, text and 35 features .64 (AUC .81, trained on such games)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One way to find highlights, and what it found."""

    name: str
    auc: float
    found: Found
    interval: tuple[float, float]  # of f1, 95 %
    chance: Found
    settings: tuple[tuple[float, float], ...]  # probability and lag in seconds, of each fold
    shipped: bool  # whether the product does it so


@dataclass(frozen=True, slots=True)
class Corpus:
    """What was measured on."""

    games: int
    messages: int
    hours: float
    labelled: int
    share: float


def write_report(
    folder: Path, corpus: Corpus, rows: Sequence[Row], notes: Mapping[str, float]
) -> None:
    """Write `highlights.json` and `highlights.md`.

    Parameters
    ----------
    folder
        Where to.
    corpus, rows
        What was measured on, and what came of it; the first row is held to the aim.
    notes
        Numbers that the text quotes: `throws`, `grid`, `sure`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "corpus": asdict(corpus),
        "aim_f1": AIM_F1,
        "met": rows[0].found.f1 >= AIM_F1,
        "rows": [asdict(row) for row in rows],
        **notes,
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)
    (folder / "highlights.json").write_text(text + "\n", encoding="utf-8")
    lines = "\n".join(_lines(corpus, rows, notes))
    (folder / "highlights.md").write_text(lines + "\n", encoding="utf-8")


def _lines(corpus: Corpus, rows: Sequence[Row], notes: Mapping[str, float]) -> Iterator[str]:
    yield _HEAD.format(**asdict(corpus))
    yield ""
    yield (
        "| | AUC | F1 (95 %) | chance | above chance | precision | recall | strict F1 | chance "
        "| moments an hour |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        low, high = row.interval
        yield (
            f"| {row.name} | {row.auc:.3f} | **{row.found.f1:.3f}** ({low:.3f}-{high:.3f}) "
            f"| {row.chance.f1:.3f} | {row.found.f1 - row.chance.f1:.3f} "
            f"| {row.found.precision:.3f} | {row.found.recall:.3f} "
            f"| {row.found.strict_f1:.3f} | {row.chance.strict_f1:.3f} "
            f"| {row.found.reported / corpus.hours:.1f} |"
        )
    verdict = "met" if rows[0].found.f1 >= AIM_F1 else "**missed**"
    yield from ("", f"Aim: F1 of {AIM_F1:.2f} in the first row, {verdict}.", "")
    yield _DEFINITIONS.format(**notes)
    yield ""
    yield _CAVEATS
