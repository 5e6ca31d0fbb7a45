"""A clip's page, with a head for those who see only its link, and the page of clips that are gone.

Messengers and networks read a link's title, text and sound from the head (Open Graph) and run no
script, so the server writes it. Everything else on the page is drawn in the browser.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response

from web.clips.facts import ClipFacts
from web.clips.words import description, moment_title
from web.missing import preferred_language
from web.pages import ASK_AGAIN, MEDIA_TYPES, StaticLibrary
from web.report.words import number
from web.texts import LANGUAGES, Texts

PAGE: Final = "clip.html"
GONE_PAGE: Final = "clip-gone.html"
TITLE: Final = b"<title>DJ UNIVERSE Live</title>"
"""What the head of a clip takes the place of."""

GONE_TITLE: Final = "<!-- title -->"
GONE_TEXT: Final = "<!-- text -->"
GONE_HOME: Final = "<!-- home -->"
GONE_PRIVACY: Final = "<!-- privacy -->"
SITE: Final = "DJ UNIVERSE Live"
OPEN_GRAPH_LOCALES: Final = {"en": "en_GB", "es": "es_ES"}


class ClipPages:
    """The two pages, in the reader's language.

    Parameters
    ----------
    library
        Has them.
    keep_days
        For how long clips are kept; 0 is for ever.

    Raises
    ------
    FileNotFoundError
        If it has not.
    """

    def __init__(self, library: StaticLibrary, keep_days: float) -> None:
        self._page = _body(library, PAGE)
        if TITLE not in self._page:
            raise FileNotFoundError(f"{PAGE} has no place for a clip's title")
        gone = _gone(_body(library, GONE_PAGE).decode(), keep_days)
        self._gone = {
            language: gone.replace('<html lang="en">', f'<html lang="{language}">', 1).encode()
            for language in LANGUAGES
        }

    def show(self, facts: ClipFacts, request: Request) -> Response:
        """Return the page of a clip."""
        language = preferred_language(request.headers.get("accept-language", ""))
        head = _head(facts, _origin(request), Texts(language))
        return _answer(self._page.replace(TITLE, head.encode(), 1), language)

    def gone(self, request: Request) -> Response:
        """Return the page in place of one: 404, and for how long clips are kept."""
        language = preferred_language(request.headers.get("accept-language", ""))
        return _answer(self._gone[language], language, HTTPStatus.NOT_FOUND)


def _body(library: StaticLibrary, name: str) -> bytes:
    found = library.find(name)
    if found is None:
        raise FileNotFoundError(name)
    return found[0].body


def _answer(body: bytes, language: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    headers = {
        "Cache-Control": ASK_AGAIN,
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    return Response(body, status, headers=headers, media_type=MEDIA_TYPES[".html"])


def _gone(page: str, keep_days: float) -> str:
    """Fill in the words of each language, whose sections stand in order; the page shows one."""
    for language in LANGUAGES:
        texts = Texts(language)
        for place, text in (
            (GONE_TITLE, texts("clip.gone")),
            (GONE_TEXT, texts(_gone_key(keep_days), days=number(keep_days, texts))),
            (GONE_HOME, texts("clip.gone_home")),
            (GONE_PRIVACY, texts("common.privacy_text")),
        ):
            page = page.replace(place, escape(text), 1)
    return page


def _gone_key(keep_days: float) -> str:
    if keep_days <= 0:
        return "clip.gone_kept"
    return "clip.gone_text.one" if keep_days == 1 else "clip.gone_text.other"


def _origin(request: Request) -> str:
    """Return the site as the reader asked for it: networks take only whole addresses."""
    return f"{request.url.scheme}://{request.url.netloc}"


def _head(facts: ClipFacts, origin: str, texts: Texts) -> str:
    title = moment_title(facts, texts)
    about = description(facts, texts)
    address = f"{origin}/clips/{facts.id}"
    open_graph = (
        ("og:site_name", SITE),
        ("og:type", "music.song"),
        ("og:title", title),
        ("og:description", about),
        ("og:url", address),
        ("og:locale", OPEN_GRAPH_LOCALES[texts.language]),
        ("og:audio", f"{address}.ogg"),
        ("og:audio:type", "audio/ogg"),
    )
    lines = [
        f"<title>{escape(title)} · {SITE}</title>",
        f'<meta name="description" content="{escape(about)}">',
        '<meta name="robots" content="noindex">',
        '<meta name="twitter:card" content="summary">',
        f'<link rel="canonical" href="{escape(address)}">',
        *_properties(open_graph),
    ]
    return "\n".join(lines)


def _properties(properties: Iterable[tuple[str, str]]) -> list[str]:
    return [f'<meta property="{name}" content="{escape(content)}">' for name, content in properties]
