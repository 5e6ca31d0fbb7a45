"""The project's own labelled chat keeps to its guidelines."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import training

FILE = Path(training.__file__).parent / "chat" / "messages.tsv"
ALLOWED = {
    "language": {"en", "es", "mixed", "none"},
    "sentiment": {"-1", "0", "1"},
    "toxic": {"0", "1"},
    "target": {"none", "person", "group"},
    "explicit": {"0", "1"},
    "spam": {"0", "1"},
}


@pytest.fixture(scope="module")
def messages() -> list[dict[str, str]]:
    header, *lines = FILE.read_text(encoding="utf-8").splitlines()
    names = header.split("\t")
    rows = [line.split("\t") for line in lines]
    assert all(len(row) == len(names) for row in rows)
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_labels_are_those_of_the_guidelines(messages: list[dict[str, str]]) -> None:
    for name, allowed in ALLOWED.items():
        assert {message[name] for message in messages} == allowed
    guidelines = (FILE.parent / "README.md").read_text(encoding="utf-8")
    assert all(f"`{message['kind']}`" in guidelines for message in messages)


def test_only_what_is_toxic_has_a_target(messages: list[dict[str, str]]) -> None:
    for message in messages:
        assert (message["target"] != "none") == (message["toxic"] == "1"), message["text"]


def test_no_message_comes_twice(messages: list[dict[str, str]]) -> None:
    texts = Counter(message["text"].casefold().strip() for message in messages)
    assert [text for text, count in texts.items() if count > 1] == []
    assert len(texts) >= 2_000


def test_every_link_leads_nowhere(messages: list[dict[str, str]]) -> None:
    ends = (".com", ".net", ".org", ".io", ".tv", ".es", ".mx", ".ar", ".co", "http", "www.")
    linked = [m["text"] for m in messages if any(end in m["text"].casefold() for end in ends)]
    assert linked == []
