"""Every text that the command line prints, in the reader's language.

The words live in `web/static/locales/NAME.LANGUAGE.json` as flat keys with `{name}` placeholders,
the same files that the pages load.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Final

import orjson

from core.errors import DjUniverseError

LANGUAGES: Final = ("en", "es")
"""Languages of the product; the first is the original that others fall back to."""

LOCALES: Final = Path(__file__).parent / "static" / "locales"

LANGUAGE_VARIABLES: Final = ("DJUV_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""Where the environment names a language, the strongest first."""


@cache
def _catalogue(language: str, folder: Path) -> Mapping[str, str]:
    merged: dict[str, str] = {}
    for path in sorted(folder.glob(f"*.{language}.json")):
        merged.update(orjson.loads(path.read_bytes()))
    return merged


class Texts:
    """The texts of one language.

    Parameters
    ----------
    language
        One of `LANGUAGES`; anything else reads English.
    folder
        Where the locale files are.

    Examples
    --------
    >>> Texts("es")("doctor.verdict.ok")
    'bien'
    """

    def __init__(self, language: str, folder: Path = LOCALES) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._words = _catalogue(self.language, folder)
        self._original = _catalogue(LANGUAGES[0], folder)

    def __contains__(self, key: str) -> bool:
        return key in self._words or key in self._original

    def __iter__(self) -> Iterator[str]:
        """Return every key that there is a text for."""
        return iter(self._original)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the text of `key` with its placeholders filled from `values`.

        A key that no file knows is returned as it is, and a placeholder without a value stays
        visible: a gap in the words must never stop the work or hide an error.
        """
        template = self._words.get(key) or self._original.get(key) or key
        return _FORGIVING.vformat(template, (), values)

    def error(self, error: DjUniverseError) -> str:
        """Return what went wrong: the text `error.SLUG`, or the English original without one."""
        key = f"error.{error.slug}"
        if key not in self:
            return str(error)
        return self(key, **{"message": str(error), **error.details})


class _Forgiving(Formatter):
    """Formats, leaving the placeholders of which the value is not known as they stand."""

    def get_value(
        self, key: int | str, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> object:
        return kwargs.get(str(key), "{" + str(key) + "}")

    def format_field(self, value: object, format_spec: str) -> str:
        try:
            return str(super().format_field(value, format_spec))
        except (TypeError, ValueError):
            return str(value)


_FORGIVING: Final = _Forgiving()


def language_from_environment(
    environment: Mapping[str, str] | None = None, arguments: Sequence[str] | None = None
) -> str:
    """Return the language asked for by `--lang` or by the environment; English without either.

    Help texts are looked up while the command line is put together, before any option is parsed:
    that is why the arguments are searched here.
    """
    asked = _language_option(sys.argv[1:] if arguments is None else arguments)
    if asked is not None:
        return asked
    variables = os.environ if environment is None else environment
    for name in LANGUAGE_VARIABLES:
        value = variables.get(name, "")
        if value:
            language = value[:2].lower()
            return language if language in LANGUAGES else LANGUAGES[0]
    return LANGUAGES[0]


def _language_option(arguments: Sequence[str]) -> str | None:
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang" and not value and position + 1 < len(arguments):
            value = arguments[position + 1]
        if name == "--lang" and value in LANGUAGES:
            return value
    return None
