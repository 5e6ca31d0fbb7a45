"""What leads to a person: e-mail addresses and telephone numbers.

Whoever writes one in a hurry tells a whole room, and whoever writes another's exposes them. Only
what somebody could write to or call counts. A club's chat is full of numbers that nobody calls:
times, prices, tempi, dates, coordinates, counts, names of machines.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from sentiment.moderation.links import ENDINGS
from sentiment.text.folding import FoldedText

EMAIL: Final = "email_address"
PHONE: Final = "phone_number"
"""Names of the rules."""

DIGITS_LEAST: Final = 7
DIGITS_MOST: Final = 15
"""Of a telephone number (ITU-T E.164, 6.1)."""

DIFFERENT_LEAST: Final = 4
"""Different digits: 900 000 000 is a count, 666 666 a joke."""

_LOCAL: Final = r"[\w.+-]{2,64}"
_DOT: Final = r"(?:\s?[(\[]?\.[)\]]?\s?|\s?[(\[]?(?:dot|punto)[)\]]?\s?)"
_HOST: Final = rf"(?P<host>[a-z0-9-]{{2,63}}(?:{_DOT}[a-z0-9-]{{2,24}})+)"
_AT: Final = r"\s?(?:@|[(\[{]\s?(?:at|arroba|@)\s?[)\]}]|\barroba\b)\s?"
_EMAIL: Final = re.compile(rf"{_LOCAL}{_AT}{_HOST}")
_MAILER: Final = re.compile(
    rf"{_LOCAL}\s(?:at|en)\s(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|proton(?:mail)?|gmx|aol)"
    r"(?:\s?\.\s?|\s(?:dot|punto)\s)[a-z]{2,3}\b"
)
_MAY_BE_EMAIL: Final = re.compile(r"@|arroba|[(\[{]\s?at|\s(?:at|en)\s")

_MAY_BE_PHONE: Final = re.compile(r"\d(?:[^\da-z]{0,3}\d){6}")
_GAP: Final = r"[ ().·_-]{0,2}"
_INTERNATIONAL: Final = re.compile(rf"(?:\+|\b00)[1-9](?:{_GAP}\d){{7,14}}(?!\d)")
_SPANISH: Final = re.compile(
    r"(?<![\d.,:/+$€#-])"
    r"(?:[679]\d{2}(?:[ -]?\d{3}){2}|[679]\d{2}(?:[ .-]?\d{2}){3}|[679](?:[ ._-]\d){8})"
    r"(?![\d:/%$€]|[.,]\d)"
)
_AMERICAN: Final = re.compile(
    r"(?<![\d.,:/+$€#-])(?:\(\d{3}\) ?\d{3}[ .-]?\d{4}|\d{3}([-.])\d{3}\1\d{4})(?![\d:/%$€]|[.,]\d)"
)
_TOLD: Final = re.compile(
    r"\b(?:whats?app|wass?ap|wha?tsap|wsp|wpp|phone|telephone|tele?fono|tel[eé]fono|tel|tfno|tlf|m[oó]vil"
    r"|celular|cel|sms|call me|text me|ll[aá]m[ae](?:me|la|lo)|(?:my|her|his) number"
    r"|mi n[uú]mero|su n[uú]mero)\b"
    rf"\D{{0,16}}(?P<number>\+?\d(?:{_GAP}\d){{6,14}})(?!\d)"
)


def personal_data(text: FoldedText) -> str | None:
    """Return what in `text` leads to a person: `EMAIL`, `PHONE`, or None."""
    if _MAY_BE_EMAIL.search(text.plain) is not None and _has_email(text.plain):
        return EMAIL
    return PHONE if _has_phone(text.plain) else None


def _has_email(plain: str) -> bool:
    if _MAILER.search(plain) is not None:
        return True
    hosts = (re.split(r"[^a-z0-9-]+", match["host"]) for match in _EMAIL.finditer(plain))
    return any(labels[-1] in ENDINGS for labels in hosts)


def _has_phone(plain: str) -> bool:
    if _MAY_BE_PHONE.search(plain) is None:
        return False
    numbers = [
        match[0] for form in (_INTERNATIONAL, _SPANISH, _AMERICAN) for match in form.finditer(plain)
    ]
    numbers += [match["number"] for match in _TOLD.finditer(plain)]
    return any(map(_can_be_called, numbers))


def _can_be_called(number: str) -> bool:
    digits = [int(digit) for digit in number if digit.isdigit()]
    if not DIGITS_LEAST <= len(digits) <= DIGITS_MOST or len(set(digits)) < DIFFERENT_LEAST:
        return False
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    return steps not in ({1}, {9})  # who counts up or down calls nobody
