"""Which site a request is for and which site's page sent it, by the headers that browsers write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def is_same_host(origin: str, host: str) -> bool:
    """Whether an `Origin` is the site that a `Host` names.

    Schemes are not compared: behind a proxy that ends TLS, the server does not know its own.
    """
    try:
        ours, theirs = urlsplit(f"//{host}"), urlsplit(origin)
        default = DEFAULT_PORTS[theirs.scheme]
        same_port = (ours.port or default) == (theirs.port or default)
    except (KeyError, ValueError):  # "null", other schemes, ports that are none
        return False
    return same_port and bool(theirs.hostname) and theirs.hostname == ours.hostname


def is_trusted_host(host: str, trusted: Iterable[str]) -> bool:
    """Whether a `Host` is one of the names in `trusted`: `*` is any, `*.example.org` all below."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return "*" in trusted
    return any(
        pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:]))
        for pattern in trusted
    )
