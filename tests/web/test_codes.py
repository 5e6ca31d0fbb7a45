"""Every code that the server sends has its words in both languages.

The codes are read from the source, so that a new one without words is found.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from core.errors import DjUniverseError
from web.texts import LANGUAGES, LOCALES, Texts

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = ("core", "stream", "inference", "judge", "sentiment", "battles", "web")

ERROR_ARGUMENTS: Final = {
    "_limit": 1,
    "_problem": 1,
    "_refuse": 0,
    "_unusable": 0,
    "Fault": 0,
    "Refused": 0,
    "end": 1,
}
"""Functions that take the code of an error by position, and where."""

REASON_ARGUMENTS: Final = {"_end": 1, "_enter": 1}
"""The same, for the reason of a state or of a missing score."""

NO_ERRORS: Final = {"web/command_line/checks.py"}
"""Whose codes name the texts of another kind: `doctor.CHECK.CODE`."""


def _trees() -> Iterator[tuple[str, ast.AST]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def _texts_in(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from _texts_in(value.body)
        yield from _texts_in(value.orelse)


def _said(keyword: str, positions: dict[str, int]) -> set[str]:
    found: set[str] = set()
    for name, tree in _trees():
        if keyword == "code" and name in NO_ERRORS:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                values = [each.value for each in node.keywords if each.arg == keyword]
                values += node.args[positions[called] :][:1] if called in positions else []
                found |= {text for value in values for text in _texts_in(value)}
    return found


def _constants(*beginnings: str) -> set[str]:
    """Return what constants such as `REASON_LOST` hold."""
    return {
        text
        for _, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value
        if node.target.id.startswith(beginnings)
        for text in _texts_in(node.value)
    }


def _classes(root: type[DjUniverseError]) -> Iterator[str]:
    if not root.__module__.startswith("training"):  # its errors go to a log, not to people
        yield root.code
    for below in root.__subclasses__():
        yield from _classes(below)


def error_codes() -> set[str]:
    return (
        _said("code", ERROR_ARGUMENTS)
        | set(_classes(DjUniverseError))
        | _constants("JUDGE_", "CHAT_DISABLED", "CROWD_ELSEWHERE")
    )


def reasons() -> set[str]:
    named = _constants("REASON_", "NOT_READ", "ABANDONED", "DEADLINE", "JUDGE_", "QUEUE_FULL")
    return _said("reason", REASON_ARGUMENTS) | named


def test_the_source_is_really_read():
    assert {
        "too_slow", "too_many_messages", "bus_unavailable", "rooms_full", "viewers_full",
        "address_full", "bad_origin", "room_not_found", "going_away", "key_malformed",
        "recording_failed", "judge_failed", "body_timeout", "no_opus", "no_ingest_here",
        "not_joined", "malformed", "chat_disabled", "crowd_elsewhere", "pass_revoked",
        "name_taken", "emote_not_found",
    } <= error_codes()  # fmt: skip
    assert {"not_read", "ingest_lost", "server_stopped", "no_media", "replaced"} <= reasons()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_an_error_has_its_words(language: str):
    texts = Texts(language, LOCALES)
    assert not [code for code in sorted(error_codes()) if f"error.{code}" not in texts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language: str):
    texts = Texts(language, LOCALES)
    assert not [reason for reason in sorted(reasons()) if f"reason.{reason}" not in texts]
