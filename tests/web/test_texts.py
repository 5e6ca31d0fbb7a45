"""The two languages must say the same things, and a gap must never stop the work."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import orjson
import pytest

from core.errors import LimitReached, NotFound
from web.texts import LANGUAGES, LOCALES, Texts, language_from_environment

ORIGINALS = sorted(LOCALES.glob("*.en.json"))


def _read(path: Path) -> dict[str, str]:
    words: dict[str, str] = orjson.loads(path.read_bytes())
    return words


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_are_locale_files():
    assert ORIGINALS


@pytest.mark.parametrize("original", ORIGINALS, ids=lambda path: path.name)
@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_each_language_has_the_same_keys_and_placeholders(original: Path, language: str):
    english = _read(original)
    other = _read(original.with_name(original.name.replace(".en.", f".{language}.")))
    assert list(english) == list(other)
    for key, text in english.items():
        assert _placeholders(text) == _placeholders(other[key]), key
        assert text.strip() and other[key].strip(), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_without_its_original(language: str):
    for path in LOCALES.glob(f"*.{language}.json"):
        assert path.with_name(path.name.replace(f".{language}.", ".en.")) in ORIGINALS


def test_no_key_is_said_twice_in_different_words():
    seen: dict[str, str] = {}
    for path in ORIGINALS:
        for key, text in _read(path).items():
            assert seen.setdefault(key, text) == text, f"{key} in {path.name}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "a.en.json": {
            "hello": "Hello {name}",
            "only": "English only",
            "error.not_found": "No {what}",
        },
        "a.es.json": {"hello": "Hola, {name}", "error.not_found": "No hay {what}"},
        "b.es.json": {"more": "más"},
    }
    for name, words in files.items():
        (tmp_path / name).write_bytes(orjson.dumps(words))
    return tmp_path


def test_files_of_a_language_are_merged(folder: Path):
    texts = Texts("es", folder)
    assert texts("hello", name="Ana") == "Hola, Ana"
    assert texts("more") == "más"


def test_gaps_fall_back_and_never_raise(folder: Path):
    texts = Texts("es", folder)
    assert texts("only") == "English only"
    assert texts("unheard.of") == "unheard.of"
    assert texts("hello") == "Hola, {name}"
    assert texts("Points: {points:+.1f}", points=None) == "Points: None"
    assert Texts("xx", folder).language == "en"


def test_errors_are_told_in_the_readers_language(folder: Path):
    texts = Texts("es", folder)
    assert texts.error(NotFound("No such key", what="llave")) == "No hay llave"
    assert texts.error(LimitReached("Too many", retry_after_seconds=1)) == "Too many"


@pytest.mark.parametrize(
    ("environment", "arguments", "expected"),
    [
        ({}, [], "en"),
        ({"LANG": "es_AR.UTF-8"}, [], "es"),
        ({"LANG": "es_ES.UTF-8", "LC_ALL": "C"}, [], "en"),
        ({"LANG": "de_DE.UTF-8"}, [], "en"),
        ({"DJUV_LANG": "es", "LC_ALL": "en_GB"}, [], "es"),
        ({"LANG": "es_ES"}, ["--lang", "en", "doctor"], "en"),
        ({}, ["doctor", "--lang=es"], "es"),
        ({"LANG": "es_ES"}, ["--lang"], "es"),
        ({"LANG": "es_ES"}, ["--lang", "klingon"], "es"),
    ],
)
def test_language_is_found(environment: dict[str, str], arguments: list[str], expected: str):
    assert language_from_environment(environment, arguments) == expected
