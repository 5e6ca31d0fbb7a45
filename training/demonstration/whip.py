"""The client's side of WHIP (RFC 9725): POST an offer, DELETE the session."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, Request, build_opener

from core.errors import BadInput, DjUniverseError, LimitReached, NotAuthorised

REQUEST_SECONDS: Final = 10.0
LARGEST_ANSWER_BYTES: Final = 64 * 1024
RETRY_SECONDS: Final = 5
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class ServerAway(DjUniverseError):
    """The server does not answer just now."""

    code = "server_away"


@dataclass(frozen=True, slots=True)
class WhipSession:
    """What the server answered."""

    url: str  # of the session, to be deleted at the end
    answer_sdp: str


class WhipClient:
    """Speaks to one WHIP endpoint.

    Parameters
    ----------
    url
        The endpoint, http or https.
    key
        The stream key.
    title
        Of the set.

    Raises
    ------
    BadInput
        If `url` is not one of a web server.
    """

    def __init__(self, url: str, key: str, title: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadInput(f"The address must begin with http:// or https://, not {url!r}.")
        self._url = f"{url}?{urlencode({'title': title})}" if title else url
        self._authorisation = f"Bearer {key}"
        self._opener = _opener(parts.hostname)

    async def publish(self, offer_sdp: str) -> WhipSession:
        """Offer a set.

        Raises
        ------
        NotAuthorised, BadInput
            If the server refuses the key or the offer; trying again is no use.
        LimitReached
            If it has no room now; says when to try again.
        ServerAway
            If it does not answer, or not as it should.
        """
        return await asyncio.to_thread(self._publish, offer_sdp)

    async def end(self, session: WhipSession) -> None:
        """End a session; a server that is gone has ended it already."""
        request = Request(session.url, method="DELETE")  # noqa: S310 - http(s), from our own URL
        with contextlib.suppress(DjUniverseError):
            await asyncio.to_thread(self._send, request)

    def _publish(self, offer_sdp: str) -> WhipSession:
        request = Request(self._url, offer_sdp.encode(), method="POST")  # noqa: S310 - checked
        request.add_header("Content-Type", "application/sdp")
        location, body = self._send(request)
        url = urljoin(self._url, location or "")
        if location is None or urlsplit(url).netloc != urlsplit(self._url).netloc:
            raise ServerAway("The server named no session of its own; is this a WHIP address?")
        return WhipSession(url, body.decode())

    def _send(self, request: Request) -> tuple[str | None, bytes]:
        request.add_header("Authorization", self._authorisation)
        try:
            with self._opener.open(request, timeout=REQUEST_SECONDS) as response:
                return response.headers["Location"], response.read(LARGEST_ANSWER_BYTES)
        except HTTPError as error:
            with error:
                raise _refusal(error) from None
        except (URLError, OSError) as error:
            raise ServerAway(f"The server does not answer: {error}.") from None


class _NoRedirects(HTTPRedirectHandler):
    """A key is never carried to another address than the one it was given for."""

    def redirect_request(self, *_arguments: object) -> None:
        return None


def _opener(host: str) -> OpenerDirector:
    context = ssl.create_default_context()
    if host in LOOPBACK:  # the certificate names the site, and nothing leaves this machine
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return build_opener(_NoRedirects, HTTPSHandler(context=context))


def _refusal(error: HTTPError) -> DjUniverseError:
    told = f"The server answered {error.code} {error.reason}."
    if error.code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return NotAuthorised(f"{told} Check the stream key.")
    if error.code in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        after = error.headers.get("Retry-After", "")
        seconds = int(after) if after.isdigit() else RETRY_SECONDS
        return LimitReached(told, retry_after_seconds=seconds)
    if error.code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return BadInput(f"{told} Is this a WHIP address?")
    return ServerAway(told)
