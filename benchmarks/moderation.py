"""What folding and judging a message costs, against one regular expression of the same words.

Aim: 2,000 messages a second on one core. The peer is what chat bots do: all words and phrases of
the same lists in one alternation, searched in the lower-cased text; it undoes no disguise and
weighs nothing.
"""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchmarks.timing import interleaved_cpu_milliseconds, median_ratio, medians, percentiles
from core.crowd import ChatRules
from sentiment.moderation import Lexicon, Member, Moderator
from sentiment.moderation.listing import load
from sentiment.opinion import Opinion
from sentiment.text import fold

AIM_HZ: Final = 2000.0
OURS: Final = "fold and judge"
PEER: Final = "one regular expression of the same lists"

_MESSAGES: Final = Path(__file__).parents[1] / "training" / "chat" / "messages.tsv"
_USERS: Final = 50


def run(quick: bool) -> dict[str, object]:
    """Return messages a second of one core, percentiles of single messages, and the peer's cost."""
    messages = chat_messages()[: 300 if quick else None]
    begin = time.process_time()
    lexicon = Lexicon()
    load_milliseconds = (time.process_time() - begin) * 1000.0
    pattern = naive_pattern()
    ours = judging(messages, lexicon)
    times = interleaved_cpu_milliseconds(
        {
            OURS: ours,
            "fold alone": lambda: [fold(message) for message in messages],
            PEER: lambda: [pattern.search(message.casefold()) for message in messages],
        },
        rounds=3 if quick else 15,
        calls=1,
    )
    each = {name: [value / len(messages) for value in values] for name, values in times.items()}
    rate_hz = 1000.0 / medians(each)[OURS]
    return {
        "unit": "CPU ms a message",
        "messages": len(messages),
        "medians": medians(each),
        "ratio": median_ratio(each, PEER, OURS),
        "single_messages": percentiles(single_milliseconds(messages, lexicon)),
        "messages_a_second": rate_hz,
        "lists_loaded_milliseconds": load_milliseconds,
        "aim": f"messages a second on one core >= {AIM_HZ:.0f}",
        "met": rate_hz >= AIM_HZ,
    }


def chat_messages() -> list[str]:
    """Return the project's own labelled chat messages."""
    with _MESSAGES.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row["text"] for row in rows]


def judging(messages: Sequence[str], lexicon: Lexicon) -> Callable[[], object]:
    """Return what folds and judges all messages, as said by many users of a lively room."""
    rules = ChatRules()
    opinion = Opinion(0.0, "neutral", 0.1, 0.0, 0.0, 0.0, 0.1, "en")

    def judge_all() -> object:
        moderator = Moderator(lexicon)
        members = [Member() for _ in range(_USERS)]
        return [
            moderator.judge(
                fold(message), opinion, members[place % _USERS], rules, place * 0.1, hype=40.0
            )
            for place, message in enumerate(messages)
        ]

    return judge_all


def single_milliseconds(messages: Sequence[str], lexicon: Lexicon) -> list[float]:
    """Return the CPU milliseconds of each message by itself.

    Each is judged several times and the quickest counts: the clock ticks in microseconds, and the
    machine has other things to do.
    """
    rules, moderator = ChatRules(), Moderator(lexicon)
    found: list[float] = []
    for place, message in enumerate(messages):
        tries: list[float] = []
        for _ in range(3):
            member = Member()
            begin = time.process_time_ns()
            moderator.judge(fold(message), None, member, rules, float(place))
            tries.append((time.process_time_ns() - begin) / 1e6)
        found.append(min(tries))
    return found


def naive_pattern() -> re.Pattern[str]:
    """Return every phrase of the lists as one alternation of whole words."""
    lists = load()
    phrases = {
        " ".join(phrase)
        for phrase, entry in lists.phrases
        if entry.strength > 0 and lists.classes.keys().isdisjoint(phrase)
    }
    phrases |= {word for words in lists.classes.values() for word in words}
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(phrases)))})\b")
