"""Text in both languages at once, of which the page shows the one that is chosen.

A page that is passed on must need nothing else, so both are in it; a rule of the style sheet hides
the language that the root does not name. Screen readers skip what is not displayed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Final

from web.texts import LANGUAGES, Texts

CATALOGUES: Final = tuple(Texts(language) for language in LANGUAGES)

_UNIT: Final = re.compile(r"(\d) (%|ms|ms/s|s|LU|LUFS|dB|dBTP|kHz|BPM|×)(?!\w)")
"""A number and its unit stay on one line."""


def both(say: Callable[[Texts], str], element: str = "span") -> str:
    """Return HTML of what `say` says in each language; once where that is the same.

    Parameters
    ----------
    say
        Gives the plain text in the language of the texts it is given.
    element
        The element that holds each language: `tspan` inside of SVG.
    """
    said = [_UNIT.sub("\\1\u00a0\\2", say(texts)) for texts in CATALOGUES]
    if len(set(said)) == 1:
        return escape(said[0])
    return "".join(
        f'<{element} class="{language}" lang="{language}">{escape(text)}</{element}>'
        for language, text in zip(LANGUAGES, said, strict=True)
    )


def word(key: str, **values: object) -> str:
    """Return HTML of one text in each language."""
    return both(lambda texts: texts(key, **values))


def labelled(say: Callable[[Texts], str], first: Texts) -> str:
    """Return attributes that name an element, in `first` and for the script in each language."""
    names = " ".join(f'data-label-{texts.language}="{escape(say(texts))}"' for texts in CATALOGUES)
    return f'aria-label="{escape(say(first))}" {names}'
