"""Numbers and times as a reader writes them."""

from __future__ import annotations

import math

from web.texts import Texts


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
