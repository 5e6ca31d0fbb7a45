"""Errors as HTTP answers: problem documents (RFC 9457) that carry the error's slug.

Pages and the command line translate the slug; `detail` is the English original.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from core.errors import (
    BadInput,
    DjUniverseError,
    LimitReached,
    NotAuthorised,
    NotFound,
    PreconditionFailed,
    TooLarge,
    UnsupportedMedia,
)

PROBLEM_TYPE: Final = "application/problem+json"

AWAY_SECONDS: Final = 5
"""When to try again while a database or a bus is away."""

MISSING: Final = frozenset({"key_missing", "pass_missing"})
"""Credentials that were not even tried."""

_MALFORMED: Final = frozenset({"sdp_malformed", "fragment_malformed", "not_text", "body_too_slow"})


def problem_response(error: DjUniverseError) -> Response:
    """Return an error as RFC 9457 has it, with the slug that names its text."""
    status = status_of(error)
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": str(error),
        "code": error.slug,
        "details": error.details,
    }
    response = Response(orjson.dumps(body, default=str), status, media_type=PROBLEM_TYPE)
    if status is HTTPStatus.UNAUTHORIZED:
        hint = "" if error.slug in MISSING else ', error="invalid_token"'
        response.headers["WWW-Authenticate"] = f'Bearer realm="whip"{hint}'
    if isinstance(error, LimitReached):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    elif status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(AWAY_SECONDS)
    return response


def status_of(error: DjUniverseError) -> HTTPStatus:  # noqa: PLR0911 - one line a kind of error
    """Return the status that says what `error` is."""
    match error:
        case NotAuthorised(slug="not_allowed"):
            return HTTPStatus.FORBIDDEN
        case NotAuthorised():
            return HTTPStatus.UNAUTHORIZED
        case LimitReached():
            return HTTPStatus.SERVICE_UNAVAILABLE
        case PreconditionFailed(slug="precondition_required"):
            return HTTPStatus.PRECONDITION_REQUIRED
        case PreconditionFailed():
            return HTTPStatus.PRECONDITION_FAILED
        case UnsupportedMedia():
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        case TooLarge():
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        case NotFound():
            return HTTPStatus.NOT_FOUND
        case BadInput(slug="upgrade_required"):
            return HTTPStatus.UPGRADE_REQUIRED
        case BadInput(slug=slug):
            return HTTPStatus.BAD_REQUEST if slug in _MALFORMED else HTTPStatus.UNPROCESSABLE_ENTITY
        case _:
            return HTTPStatus.SERVICE_UNAVAILABLE


async def answer_error(_request: Request, error: Exception) -> Response:
    """Answer an error of the product's own; for `FastAPI.add_exception_handler`."""
    if not isinstance(error, DjUniverseError):
        raise error
    return problem_response(error)


async def answer_invalid(_request: Request, error: Exception) -> Response:
    """Answer a request whose body or parameters are not what they must be.

    The first fault is named, without its value: it may be a secret or somebody's words.
    """
    if not isinstance(error, RequestValidationError):
        raise error
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    problem = fault["msg"][:1].lower() + fault["msg"][1:]
    return problem_response(
        BadInput(
            f"{where} cannot be that: {problem}.",
            code="request_invalid",
            where=where,
            problem=problem,
        )
    )
