"""What is answered where nothing is: a page to people, a problem document to programs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response

from core.errors import BadInput, NotFound
from web.pages import MEDIA_TYPES, StaticLibrary
from web.problems import problem_response
from web.texts import LANGUAGES

PAGE: Final = "404.html"


def missing_page(library: StaticLibrary) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return the answer to addresses that lead nowhere; for `FastAPI.add_exception_handler`.

    Parameters
    ----------
    library
        Has the page. It holds its words in all languages and shows those of `<html lang>`, which
        is set here; a language that was chosen on the other pages takes its place in the browser.
    """
    found = library.find(PAGE)
    if found is None:
        raise FileNotFoundError(PAGE)
    original = found[0].body
    pages = {
        language: original.replace(b'<html lang="en">', f'<html lang="{language}">'.encode(), 1)
        for language in LANGUAGES
    }

    async def answer(request: Request, _error: Exception) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            response = problem_response(NotFound("There is nothing at this address."))
        else:
            language = preferred_language(request.headers.get("accept-language", ""))
            response = Response(
                pages[language], HTTPStatus.NOT_FOUND, media_type=MEDIA_TYPES[".html"]
            )
            response.headers["Content-Language"] = language
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Vary"] = "Accept, Accept-Language"
        return response

    return answer


def preferred_language(accepted: str) -> str:
    """Return which of our languages an `Accept-Language` header (RFC 9110, 12.5.4) likes best."""
    liked: list[tuple[float, str]] = []
    for entry in accepted.split(","):
        name, _, parameter = entry.partition(";")
        language = name.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            liked.append((_quality(parameter), language))
    best = max(liked, key=lambda one: one[0], default=(0.0, LANGUAGES[0]))
    return best[1] if best[0] > 0 else LANGUAGES[0]


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def upgrade_router() -> APIRouter:
    """Return what `/rooms/{room}/live` answers to those who ask for no WebSocket there."""
    router = APIRouter(include_in_schema=False)

    async def refuse(room: str) -> Response:
        response = problem_response(
            BadInput(
                f"Room {room} is told by WebSocket here; its page is /live/{room}.",
                code="upgrade_required",
                room=room,
            )
        )
        response.headers["Upgrade"] = "websocket"
        response.headers["Connection"] = "Upgrade"
        return response

    router.add_api_route("/rooms/{room}/live", refuse, methods=["GET"])
    return router
