"""The suites of harmless messages and of disguises, at the usual levels and without a model."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from core.crowd import Action
from tests.sentiment.moderation.conversation import verdict_on
from training.crowd.evasions import EVASIONS, SUITES, TECHNIQUES, evasions, write

ROWS_LEAST = 300
FALSE_POSITIVES_MOST = 0.02
AGREEMENT_LEAST = 0.9
AGREEMENT_OF_A_TECHNIQUE_LEAST = 0.8


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_harmless_messages_pass() -> None:
    rows = rows_of(SUITES / "identity.tsv")
    stopped = [row["text"] for row in rows if verdict_on(row["text"]).action is not Action.ALLOW]
    assert len(rows) >= ROWS_LEAST
    assert len({row["text"] for row in rows}) == len(rows)
    assert len(stopped) <= FALSE_POSITIVES_MOST * len(rows), stopped


@pytest.mark.parametrize("language", ["en", "es"])
def test_harmless_messages_pass_in_each_language(language: str) -> None:
    texts = [row["text"] for row in rows_of(SUITES / "identity.tsv") if row["language"] == language]
    stopped = [text for text in texts if verdict_on(text).action is not Action.ALLOW]
    assert len(texts) >= ROWS_LEAST / 2
    assert len(stopped) <= FALSE_POSITIVES_MOST * len(texts), stopped


def test_what_is_disguised_is_an_offence_undisguised() -> None:
    plain = {row["plain"] for row in rows_of(EVASIONS)}
    assert len(plain) >= 40
    assert not [text for text in plain if verdict_on(text).action is Action.ALLOW]


def test_disguises_are_judged_as_their_plain_form() -> None:
    rows = rows_of(EVASIONS)
    plain = {text: verdict_on(text).action for text in {row["plain"] for row in rows}}
    agreed: Counter[str] = Counter()
    tried = Counter(row["technique"] for row in rows)
    for row in rows:
        agreed[row["technique"]] += verdict_on(row["variant"]).action is plain[row["plain"]]
    assert len(rows) >= ROWS_LEAST
    assert set(TECHNIQUES) <= set(tried)
    assert agreed.total() >= AGREEMENT_LEAST * len(rows)
    for technique, count in tried.items():
        assert agreed[technique] >= AGREEMENT_OF_A_TECHNIQUE_LEAST * count, technique


def test_disguises_hide_something() -> None:
    """A suite whose variants are plain would prove nothing: most are no list word as they stand."""
    rows = [row for row in rows_of(EVASIONS) if row["technique"] != "shouted"]
    seen_through_by_lowering = sum(row["variant"].casefold() == row["plain"] for row in rows)
    assert seen_through_by_lowering == 0


def test_the_suite_is_what_the_script_makes(tmp_path: Path) -> None:
    path = tmp_path / "evasions.tsv"
    assert write(path) == len(list(evasions()))
    assert path.read_text(encoding="utf-8") == EVASIONS.read_text(encoding="utf-8")
