"""The page put together: parts, style and script in one file, and the policy that closes it.

The policy (CSP) names the style and the script by their hashes and allows no connection at all:
whoever is sent the page can open it without trusting it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Final

import orjson

from web.report.contents import Report
from web.report.html.about import about
from web.report.html.bilingual import CATALOGUES, both, labelled
from web.report.html.course import columns
from web.report.html.lists import findings, transitions
from web.report.html.points import points
from web.report.html.scores import description, scores, title
from web.report.html.timeline import timeline
from web.report.storing import replacing
from web.report.waveform import Waveform
from web.texts import Texts

FOLDER: Final = Path(__file__).parent
STATIC: Final = Path(__file__).parents[2] / "static"

SCRIPTS: Final = ("words.js", "course.js", "findings.js", "main.js")
"""One after the other they are the page's script, and share its scope."""

_FONT: Final = "vendor/inter-5.3.0.woff2"

_TOLD: Final = ("section.", "tonic.", "key.", "page.told")
"""Beginnings of the texts that the script says itself."""


def write_html(report: Report, waveform: Waveform, path: Path, texts: Texts) -> None:
    """Write the report as a page.

    Raises
    ------
    core.errors.BadInput
        If the file cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_text(page(report, waveform, texts), encoding="utf-8")


def page(report: Report, waveform: Waveform, texts: Texts) -> str:
    """Return the whole page, which opens in the language of `texts`."""
    style, script = _style(), _script()
    return Template((FOLDER / "page.html").read_text(encoding="utf-8")).substitute(
        language=texts.language,
        policy=_policy(style, script),
        title=escape(texts("page.title", name=title(report))),
        description=escape(description(report, texts)),
        icon=_data_address((STATIC / "icon.svg").read_bytes(), "image/svg+xml"),
        style=style,
        script=script,
        data=_as_data({"course": columns(report), "words": _words(report)}),
        theme=labelled(lambda each: each("page.theme"), texts),
        languages=labelled(lambda each: each("page.language"), texts),
        zoom=labelled(lambda each: each("page.zoom"), texts),
        skip=_word("page.skip"),
        print=_word("page.print"),
        timeline_title=_word("page.timeline"),
        legend_score=_word("page.legend.score"),
        legend_interval=_word("page.legend.interval"),
        legend_energy=_word("page.legend.energy"),
        legend_transition=_word("page.legend.transition"),
        scores=scores(report),
        timeline=timeline(report, waveform, texts),
        points=points(report),
        findings=findings(report),
        transitions=transitions(report),
        about=about(report),
    )


def _word(key: str) -> str:
    return both(lambda texts: texts(key))


def _words(report: Report) -> dict[str, dict[str, str]]:
    """Return the texts of the script, and in each language what the page is called."""
    return {
        texts.language: {
            **{key: texts(key) for key in texts if key.startswith(_TOLD)},
            "title": texts("page.title", name=title(report)),
            "decimal": texts("report.decimal_sign"),
        }
        for texts in CATALOGUES
    }


@cache
def _style() -> str:
    """Return the style: that of all pages and this one's, the typeface in it and not beside it."""
    font = _data_address((STATIC / _FONT).read_bytes(), "font/woff2")
    sheets = (STATIC / "tokens.css", STATIC / "base.css", FOLDER / "page.css")
    style = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    return re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL).replace(_FONT, font)


@cache
def _script() -> str:
    return "".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS)


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "font-src data:",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _data_address(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _as_data(value: object) -> str:
    """Return JSON that can stand inside of a script element: nothing in it may end that."""
    return orjson.dumps(value).decode().replace("<", "\\u003c")
