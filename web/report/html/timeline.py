"""The set from left to right: findings, score, sound, sections, keys, transitions, techniques."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.messages import Section, Technique
from web.report.contents import Report, Window
from web.report.html.bilingual import both, labelled, word
from web.report.html.course import Place, placed, runs, thinned
from web.report.html.drawing import (
    CURVE_WIDTH,
    SHAPES,
    Point,
    area,
    box,
    line,
    percent,
    row,
    stretched,
)
from web.report.waveform import Waveform
from web.report.words import clock
from web.texts import Texts

_LEAST, _MOST = 1, 10
_SCORE_HEIGHT: Final = 90
_ENERGY_SHARE: Final = 0.62  # of the score's height: energy is drawn behind it
_SOUND_HEIGHT: Final = 200
_LEAST_KEY_SECONDS: Final = 8.0  # what holds for less is a passing chord
_LEAST_SECTION_SECONDS: Final = 2.0
_TICKS: Final = 6
_TECHNIQUE: Final = "technique_"
_GRID: Final = (10, 8, 6, 4, 2)
_LEVELS: Final = "".join(f"<span>{score}</span>" for score in _GRID)


def timeline(report: Report, waveform: Waveform, texts: Texts) -> str:
    """Return the timeline; the page's script adds what is pressed, pointed at and enlarged."""
    place = placed(report)
    rows = (
        row("pins", _marks(report, place)),
        row("score", _score(report, place), word("page.legend.score"), _LEVELS),
        row("sound", _sound(waveform, place), word("page.row.sound")),
        _row_of_words("sections", _sections(report, place), _sections_named()),
        _row_of_words("keys", _keys(report, place), word("page.row.keys")),
        _row_of_words("transitions", _transitions(report, place), word("page.row.transitions")),
        _row_of_words("techniques", _techniques(report, place), word("page.row.techniques")),
        row("axis", "".join(_axis(report, place))),
    )
    length = report.audio.duration_seconds
    slider = labelled(lambda each: each("page.position"), texts)
    return (
        f'<div class="scroll" tabindex="-1"><div class="course" data-seconds="{length:.2f}">'
        f'<svg class="bands" aria-hidden="true">{"".join(_bands(report, place))}'
        '<rect class="chosen" height="100%" width="0"/></svg>'
        f'{"".join(rows)}<div class="pins js"></div>'
        f'<div class="cursor js" role="slider" tabindex="0" {slider} aria-valuemin="0" '
        f'aria-valuemax="{length:.0f}" aria-valuenow="0"></div></div></div>'
        f'<p class="unseen">{both(lambda each: summary(report, each))}</p>'
    )


def _row_of_words(name: str, boxes: Iterator[str], caption: str) -> str:
    """Return a row; nothing where nothing was heard of it."""
    body = "".join(boxes)
    return row(name, body, caption) if body else ""


def summary(report: Report, texts: Texts) -> str:
    """Return the timeline in a sentence, for who cannot see it."""
    return texts(
        "page.summary",
        length=clock(report.audio.duration_seconds),
        transitions=len(report.transitions),
        findings=len(report.findings),
    )


def _marks(report: Report, place: Place) -> str:
    return "".join(
        f'<svg class="shape is-{finding.component}" x="{percent(place(finding.time_seconds))}" '
        f'width="10" height="10" viewBox="0 0 16 16">{SHAPES[finding.component]}</svg>'
        for finding in report.findings
    )


def _score(report: Report, place: Place) -> str:
    windows = thinned(report.windows)

    def curve(value: float | None, window: Window) -> Point | None:
        if value is None:
            return None
        height = (value - _LEAST) / (_MOST - _LEAST)
        return CURVE_WIDTH * place(window.end_seconds), _SCORE_HEIGHT * (1 - height)

    def energy(window: Window) -> float | None:
        if window.energy is None:
            return None
        return _LEAST + (_MOST - _LEAST) * _ENERGY_SHARE * window.energy

    known = [window for window in windows if window.set_interval is not None]
    low = [curve(w.set_interval.low, w) for w in known if w.set_interval is not None]
    high = [curve(w.set_interval.high, w) for w in known if w.set_interval is not None]
    floor = [None if w.energy is None else curve(_LEAST, w) for w in windows]
    curves = (
        area([curve(energy(window), window) for window in windows], floor, "energy"),
        area(high, low, "interval-area"),
        line([curve(window.overall, window) for window in windows], "line-window"),
        line([curve(window.set_overall, window) for window in windows], "line-set"),
    )
    return "".join(_grid()) + stretched("".join(curves), _SCORE_HEIGHT)


def _grid() -> Iterator[str]:
    for score in _GRID:
        y = percent(1 - (score - _LEAST) / (_MOST - _LEAST))
        yield f'<line class="grid" x2="100%" y1="{y}" y2="{y}"/>'


def _sound(waveform: Waveform, place: Place) -> str:
    peaks, levels = waveform.peaks(), waveform.levels()
    times = waveform.column_seconds * (np.arange(len(peaks)) + 0.5)
    x = [CURVE_WIDTH * place(seconds) for seconds in times.tolist()]

    def mirrored(heights: NDArray[np.float64], name: str) -> str:
        half = _SOUND_HEIGHT / 2
        tall = (half * np.minimum(heights, 1.0)).tolist()
        above = [(at, half - each) for at, each in zip(x, tall, strict=True)]
        below = [(at, half + each) for at, each in zip(x, tall, strict=True)]
        return area(above, below, name)

    return stretched(mirrored(peaks, "peaks") + mirrored(levels, "levels"), _SOUND_HEIGHT)


def _sections_named() -> str:
    named = (
        f'<i class="section-{section}"></i>{word(f"section.{section}")}' for section in Section
    )
    return f"{word('page.row.sections')}{''.join(named)}"


def _sections(report: Report, place: Place) -> Iterator[str]:
    for run in runs(report.windows, lambda window: window.section, _LEAST_SECTION_SECONDS):
        name = word_in_svg(f"section.{run.word}")
        yield box(
            place(run.start_seconds), place(run.end_seconds), _inside(name), f"section-{run.word}"
        )


def _keys(report: Report, place: Place) -> Iterator[str]:
    for run in runs(report.windows, lambda window: window.camelot, _LEAST_KEY_SECONDS):
        hour, ring = run.word[:-1], run.word[-1]
        name = f"key hour-{hour} ring-{ring}"
        yield box(place(run.start_seconds), place(run.end_seconds), _inside(run.word), name)


def _transitions(report: Report, place: Place) -> Iterator[str]:
    for number, each in enumerate(report.transitions, 1):
        kind = "" if each.kind is None else f" {word_in_svg(f'kind.{each.kind}')}"
        end = place(each.start_seconds + each.duration_seconds)
        label = f'<tspan class="number">{number}</tspan>{kind}'
        yield box(place(each.start_seconds), end, _inside(label), "transition")


def _techniques(report: Report, place: Place) -> Iterator[str]:
    for finding in report.findings:
        technique = finding.code.removeprefix(_TECHNIQUE)
        if technique in set(Technique):
            at = percent(place(finding.time_seconds))
            name = word_in_svg(f"technique.{technique}")
            yield (
                f'<svg class="technique" x="{at}" height="100%" overflow="visible">'
                f'<circle cx="5" cy="50%" r="4"/><text x="13" y="50%">{name}</text></svg>'
            )


def _bands(report: Report, place: Place) -> Iterator[str]:
    for each in report.transitions:
        start = place(each.start_seconds)
        width = place(each.start_seconds + each.duration_seconds) - start
        yield f'<rect class="band" x="{percent(start)}" width="{percent(width)}" height="100%"/>'


def _axis(report: Report, place: Place) -> Iterator[str]:
    length_seconds = report.audio.duration_seconds
    for tick in range(_TICKS):
        seconds = length_seconds * tick / _TICKS
        at = percent(place(seconds))
        yield f'<text x="{at}" y="50%" data-seconds="{seconds:.1f}">{clock(seconds)}</text>'


def _inside(text: str) -> str:
    return f'<text x="6" y="50%">{text}</text>'


def word_in_svg(key: str) -> str:
    """Return one text in each language, for an SVG text."""
    return both(lambda texts: texts(key), "tspan")
