"""Who may watch: what a request for a room's WebSocket must look like. No I/O."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, unquote

from websockets.datastructures import Headers, MultipleValuesError
from websockets.http11 import Request

from core.errors import BadInput
from web.sites import is_same_host, is_trusted_host
from web.viewers.history import Resume
from web.viewers.wants import OF_FORMAT, Wants

ROOM_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
"""A room is named by its DJ's slug: lower case letters, digits and inner hyphens, 64 at most."""

_PATH: Final = re.compile(r"/rooms/([^/]+)/live")
_MOST_DIGITS: Final = 18  # of a `seq`; more is no number of ours


class HandshakeRefused(BadInput):
    """A request that does not lead to a room's WebSocket.

    Parameters
    ----------
    status
        Of the HTTP response.
    message, code
        See `DjUniverseError`.
    """

    def __init__(self, status: HTTPStatus, message: str, *, code: str) -> None:
        super().__init__(message, code=code)
        self.status = status


@dataclass(frozen=True, slots=True)
class LiveRequest:
    """What a viewer asks for."""

    room: str
    resume: Resume | None
    wants: Wants = Wants.SOUND


def live_request(
    request: Request, allowed_origins: frozenset[str], trusted_hosts: tuple[str, ...] = ("*",)
) -> LiveRequest:
    """Read a viewer's request.

    Parameters
    ----------
    request
        The handshake's HTTP request.
    allowed_origins
        Origins such as `https://example.org` besides the request's own host; `*` allows all.
    trusted_hosts
        Names under which the server may be asked for; `*` is any.

    Raises
    ------
    HandshakeRefused
        400 if the server is asked for by another name, 404 if the path names no room, 403 if a
        browser sent the request for a page of another site.
    """
    if not is_trusted_host(_only(request.headers, "Host"), trusted_hosts):
        raise HandshakeRefused(
            HTTPStatus.BAD_REQUEST,
            "This server goes by another name; add this one to trusted_hosts.",
            code="untrusted_host",
        )
    path, _, query = request.path.partition("?")
    room = _room(path)
    if not _origin_is_allowed(request.headers, allowed_origins):
        raise HandshakeRefused(
            HTTPStatus.FORBIDDEN,
            "This page may not open rooms here; add its origin to the allowed ones.",
            code="bad_origin",
        )
    values = _values(query)
    return LiveRequest(room, _resume(values), _wants(values))


def is_room_name(name: str) -> bool:
    """Whether `name` can be a room's."""
    return ROOM_NAME.fullmatch(name) is not None


def _room(path: str) -> str:
    match = _PATH.fullmatch(path)
    room = unquote(match[1]) if match else ""
    if not is_room_name(room):
        raise HandshakeRefused(
            HTTPStatus.NOT_FOUND,
            "There is no such room; a room's address is /rooms/NAME/live.",
            code="room_not_found",
        )
    return room


def _values(query: str) -> dict[str, list[str]]:
    """Return what the query says; one that cannot be read says nothing."""
    try:
        return parse_qs(query, max_num_fields=8)
    except ValueError:
        return {}


def _resume(values: dict[str, list[str]]) -> Resume | None:
    """Return the last event seen; what cannot be read counts as a new viewer."""
    epoch, seq = values.get("epoch", [""])[-1], values.get("seq", [""])[-1]
    if not epoch or not (seq.isascii() and seq.isdigit() and len(seq) <= _MOST_DIGITS):
        return None
    return Resume(epoch, int(seq))


def _wants(values: dict[str, list[str]]) -> Wants:
    """Return what is to be sent; what is not known counts as not said."""
    if values.get("media", [""])[-1] == "0":
        return Wants.EVENTS
    wants = OF_FORMAT.get(values.get("video", [""])[-1], Wants.SOUND)
    return wants.without_sound if values.get("sound", [""])[-1] == "0" else wants


def _only(headers: Headers, name: str) -> str:
    """Return a header that may stand once; empty where it stands twice or not at all."""
    try:
        return headers.get(name, "")
    except MultipleValuesError:
        return ""


def _origin_is_allowed(headers: Headers, allowed_origins: frozenset[str]) -> bool:
    """Whether the page that asks is ours; programs other than browsers send no origin."""
    try:
        origin, host = headers.get("Origin"), headers.get("Host", "")
    except MultipleValuesError:
        return False
    if origin is None or "*" in allowed_origins or origin in allowed_origins:
        return True
    return is_same_host(origin, host)


def viewer_address(peer: str, headers: Headers, trusted_proxies: Iterable[str]) -> str:
    """Return where a viewer comes from, for limits by address.

    Parameters
    ----------
    peer
        Address of the connection's other end.
    headers
        Of the request.
    trusted_proxies
        Addresses or networks whose `X-Forwarded-For` is believed.

    Returns
    -------
    str
        An IPv4 address, or the /64 network that an IPv6 customer owns; `peer` where it is neither.
    """
    networks = [ipaddress.ip_network(proxy, strict=False) for proxy in trusted_proxies]
    forwarded = ",".join(headers.get_all("X-Forwarded-For")).split(",")
    chain = [*(hop.strip() for hop in forwarded if hop.strip()), peer]
    address = peer
    for hop in reversed(chain):
        try:
            parsed = ipaddress.ip_address(hop)
        except ValueError:
            break  # nothing before this can be believed
        address = _customer(parsed)
        if not any(parsed in network for network in networks):
            break
    return address


def _customer(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
