"""Every reason that the judge gives can be read, in both languages."""

import ast
import json
from pathlib import Path

import pytest

import judge
import web

LOCALES = Path(web.__file__).parent / "static" / "locales"
NAMED = {"FAULT", "DEADLINE", "JUDGE_FAILED", "QUEUE_FULL"}


def strings(node):
    if isinstance(node, ast.IfExp):
        return strings(node.body) | strings(node.orelse)
    if isinstance(node, ast.BoolOp):
        return set().union(*map(strings, node.values))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    return set()


def reasons_in(tree):
    """Slugs given as `reason=`, or returned by a function that names one."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "reason":
                    found |= strings(keyword.value)
            if isinstance(node.func, ast.Name) and node.func.id == "known":
                found |= strings(node.args[2])
        if isinstance(node, ast.FunctionDef) and ("reason" in node.name or "why" in node.name):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    found |= strings(inner.value)
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) in NAMED:
            found |= strings(node.value)
    return found


def all_reasons():
    folder = Path(judge.__file__).parent
    trees = [ast.parse(path.read_text("utf-8")) for path in folder.rglob("*.py")]
    return set().union(*map(reasons_in, trees))


def test_the_search_finds_what_is_there():
    expected = {"too_short", "silent", "no_beat", "no_key", "genre_unsure", "beat_unsure"}
    expected |= {"section_unsure", "kind_unsure", "not_measured", "transition_under_way"}
    expected |= {"first_transition_pending", "concealed", "deadline"}
    assert expected <= all_reasons()


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_reason_has_words(language):
    words = json.loads((LOCALES / f"judge.{language}.json").read_text("utf-8"))
    missing = {reason for reason in all_reasons() if f"reason.{reason}" not in words}
    assert not missing
