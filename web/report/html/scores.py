"""What leads the page: whose set, its score or why there is none, the four components, facts."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from core.messages import Component
from web.report.contents import Interval, Report
from web.report.html.bilingual import both, word
from web.report.html.drawing import percent, shape
from web.report.unscored import no_score, reason_text
from web.report.words import clock, key_name, local, number
from web.texts import Texts

_LEAST, _MOST = 1, 10


def title(report: Report) -> str:
    """Return what the set is called: its file's name without what programs need of it."""
    return Path(report.audio.name).stem or report.audio.name


def description(report: Report, texts: Texts) -> str:
    """Return the set in a sentence, for where a link to the page is shown."""
    if report.overall is None:
        return no_score(report, texts)
    parts = [f"{texts('report.overall')}: {_tenth(report.overall, texts)}"]
    for component in Component:
        value = report.components[component]
        if value is not None:
            parts.append(f"{texts(f'report.{component}')} {_tenth(value, texts)}")
    return " · ".join(parts)


def scores(report: Report) -> str:
    """Return the head of the page."""
    untrained = "" if report.model.trained else f'<p class="warning">{word("report.untrained")}</p>'
    components = "".join(_component(report, component) for component in Component)
    facts = "".join(_facts(report))
    return (
        f'<header class="hero"><h1>{escape(title(report))}</h1>'
        f'<dl class="facts">{facts}</dl>{untrained}'
        f'<section class="panel strip" aria-labelledby="scores-title">'
        f'<h2 id="scores-title" class="unseen">{word("page.scores")}</h2>'
        f'{_overall(report)}<ul class="components">{components}</ul></section></header>'
    )


def _overall(report: Report) -> str:
    label = f'<p class="overall-label">{word("report.overall")}</p>'
    if report.overall is None:
        why = both(lambda texts: no_score(report, texts))
        return f'<div class="overall">{label}<p class="overall-pending">{why}</p></div>'
    interval = report.intervals["overall"]
    return (
        f'<div class="overall">{label}'
        f'<p class="overall-figures">{_figures("overall", report.overall, interval)}</p>'
        f"{_bar(report.overall, interval)}</div>"
    )


def _component(report: Report, component: Component) -> str:
    value = report.components[component]
    name = f"{shape(component)}{word(f'report.{component}')}"
    if value is None:
        why = both(lambda texts: reason_text(report.reasons[component], texts))
        none = '<p class="component-figures"><span class="component-none">–</span></p>'
        body = f'{none}<p class="quiet">{why}</p>'
    else:
        interval = report.intervals[component]
        figures = _figures("component", value, interval)
        body = f'<p class="component-figures">{figures}</p>{_bar(value, interval)}'
    return f'<li class="component is-{component}"><p class="component-label">{name}</p>{body}</li>'


def _figures(of: str, value: float, interval: Interval) -> str:
    shown = both(lambda texts: _tenth(value, texts))
    margin = (interval.high - interval.low) / 2
    about = both(lambda texts: f"±{_tenth(margin, texts)}")
    span = both(
        lambda texts: texts(
            "page.interval", low=_tenth(interval.low, texts), high=_tenth(interval.high, texts)
        )
    )
    return (
        f'<span class="{of}-value figure">{shown}</span> '
        f'<span class="{of}-margin figure" aria-hidden="true">{about}</span>'
        f'<span class="unseen">{span}</span>'
    )


def _bar(value: float, interval: Interval) -> str:
    low, middle, high = (_share(each) for each in (interval.low, value, interval.high))
    return (
        '<svg class="scale" aria-hidden="true"><rect class="track" width="100%" rx="3"/>'
        f'<rect class="range" x="{percent(low)}" width="{percent(high - low)}" rx="3"/>'
        f'<rect class="mark" x="{percent(middle)}" rx="1.5"/></svg>'
    )


def _facts(report: Report) -> Iterator[str]:
    length = clock(report.audio.duration_seconds)
    yield _fact("page.length", escape(length))
    genre = report.declared_genre or report.genre
    yield _fact("report.genre", None if genre is None else word(f"report.genre.{genre}"))
    bpm, key = report.bpm, report.key
    yield _fact("page.tempo", None if bpm is None else both(lambda t: f"{number(bpm, t)} BPM"))
    camelot = report.camelot
    yield _fact("report.key", None if key is None else both(lambda t: key_name(key, camelot, t)))
    loudness, peak = report.loudness_lufs, report.true_peak_dbtp
    yield _fact(
        "report.loudness_lufs",
        None if loudness is None else both(lambda t: f"{_tenth(loudness, t)} LUFS"),
    )
    yield _fact(
        "report.true_peak_dbtp",
        None if peak is None else both(lambda t: f"{_tenth(peak, t)} dBTP"),
    )


def _fact(name: str, value: str | None) -> str:
    return "" if value is None else f"<div><dt>{word(name)}</dt><dd>{value}</dd></div>"


def _share(score: float) -> float:
    return (score - _LEAST) / (_MOST - _LEAST)


def _tenth(value: float, texts: Texts) -> str:
    return local(f"{value:.1f}", texts)
