"""Checks what a client adds to its offer later (RFC 9725, section 4.3; RFC 8840)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.errors import BadInput, TooLarge
from stream.offer import Candidate, read_candidates

LARGEST_FRAGMENT_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Fragment:
    """Further addresses of the client; often none, only the word that there are no more."""

    ice_username: str | None  # of the ICE session that they belong to
    candidates: tuple[Candidate, ...]


def parse_fragment(text: str) -> Fragment:
    """Read a `trickle-ice-sdpfrag`; an empty one is as good as any.

    Raises
    ------
    TooLarge
        If it is longer than 16 KiB.
    BadInput
        With code `fragment_malformed` if it is no such thing.
    """
    if len(text) > LARGEST_FRAGMENT_BYTES:
        message = f"An ICE fragment may have {LARGEST_FRAGMENT_BYTES} bytes."
        raise TooLarge(message, code="fragment_too_large")
    username: str | None = None
    candidates: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        kind, equals, value = line.partition("=")
        if len(kind) != 1 or not equals or "\0" in line:
            raise BadInput("The body is no trickle-ice-sdpfrag.", code="fragment_malformed")
        name, _, value = value.partition(":")
        if kind == "a" and name == "ice-ufrag":
            username = value.strip()
        elif kind == "a" and name == "candidate":
            candidates.append(value.strip())
    return Fragment(ice_username=username, candidates=read_candidates(candidates))
