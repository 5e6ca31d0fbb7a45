"""Numbers and times as a reader writes them."""

from __future__ import annotations

import math

from core.messages import Finding
from web.report.contents import FindingLine
from web.texts import Texts


def told(finding: Finding | FindingLine, texts: Texts) -> tuple[str, str]:
    """Return what was heard and what to do about it, each a sentence or two."""
    values = {
        "measured": measured(abs(finding.measured), texts),  # the words say which way it went
        "limit": measured(finding.limit, texts),
        "unit": unit(finding.unit, finding.measured, texts),
    }
    return texts(f"finding.{finding.code}", **values), fix(finding.code, texts, **values)


def unit(name: str, value: float, texts: Texts) -> str:
    """Return a unit as it stands after a number: one beat, two beats, 3 dB."""
    singular = f"unit.{name.removesuffix('s')}"
    if measured(abs(value), texts) == "1" and singular in texts:
        return texts(singular)
    return texts(f"unit.{name}") if f"unit.{name}" in texts else name


def fix(code: str, texts: Texts, **values: str) -> str:
    """Return what to do about a kind of finding; empty where there is nothing to say."""
    key = f"finding.{code}.fix"
    return texts(key, **values) if key in texts else ""


def loss_name(code: str, texts: Texts) -> str:
    """Return what a kind of finding is called where its points are added up."""
    return texts(f"loss.{code}") if f"loss.{code}" in texts else code.replace("_", " ")


def clock(seconds: float) -> str:
    """Return a position as 12:40, or 1:02:40 from an hour on; never as 760 s."""
    whole = math.floor(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours:
        return f"{hours}:{minutes:02}:{whole % 60:02}"
    return f"{minutes}:{whole % 60:02}"


def number(value: float, texts: Texts, decimals: int = 1) -> str:
    """Return a number with at most `decimals` places and the language's decimal sign."""
    rounded = f"{value:.{decimals}f}"
    if "." in rounded:
        rounded = rounded.rstrip("0").rstrip(".")
    return local("0" if rounded == "-0" else rounded, texts)


def measured(value: float, texts: Texts) -> str:
    """Return a measurement with two figures or more, as one would say it: 0.35, 3.5, 38."""
    size = abs(value)
    return number(value, texts, decimals=2 if size < 1 else 1 if size < 10 else 0)


def local(figure: str, texts: Texts) -> str:
    """Return a figure such as 7.40 with the language's decimal sign, and a real minus."""
    return figure.replace(".", texts("report.decimal_sign")).replace("-", "−")


def key_name(key: str, camelot: str | None, texts: Texts) -> str:
    """Return a key such as "F# minor" in the language's own way of naming it."""
    tonic, _, mode = key.partition(" ")
    named = texts(f"key.{mode}", tonic=texts(f"tonic.{tonic}"))
    return named if camelot is None else f"{named} ({camelot})"
