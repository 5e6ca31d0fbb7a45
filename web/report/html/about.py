"""What the page says of itself: what cannot be heard, which judge, which sound."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from web.report.contents import Report
from web.report.html.bilingual import both, word
from web.report.words import number


def about(report: Report) -> str:
    """Return the end of the page."""
    facts = "".join(
        f"<div><dt>{word(name)}</dt><dd>{value}</dd></div>" for name, value in _facts(report)
    )
    return (
        '<footer aria-labelledby="about-title">'
        f'<h2 id="about-title">{word("page.about")}</h2>'
        f"<p>{word('page.about.interval')}</p><p>{word('report.cannot_hear')}</p>"
        f"<dl>{facts}</dl></footer>"
    )


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    audio, model = report.audio, report.model
    kilohertz = both(lambda texts: f"{number(audio.sample_rate_hz / 1000, texts)} kHz")
    channels = both(lambda texts: texts("page.about.channels", count=audio.channels))
    yield "page.about.file", escape(audio.name)
    yield "page.about.format", f"{escape(audio.codec)}, {kilohertz}, {channels}"
    yield "page.about.audio", f"<code>{escape(audio.sha256)}</code>"
    yield "page.about.judge", escape(f"{model.name} {model.version}")
    yield "page.about.model", f"<code>{escape(model.sha256)}</code>"
    if model.calibration is not None:
        yield "page.about.calibration", escape(model.calibration)
    yield "page.about.software", escape(f"DJ UNIVERSE Live {report.software_version}")
    yield "page.about.providers", escape(", ".join(report.providers))
