"""The report as a page: closed in itself, in two languages, and nothing in it made up."""

import base64
import dataclasses
import hashlib
import re
from html import unescape

import numpy as np
import orjson
import pytest

from core.media import HOP_SAMPLES
from core.messages import Component
from tests.web.pages.judged import MODEL, judged
from web.report import losses
from web.report.contents import Window
from web.report.html import write_html
from web.report.html.course import Run, runs
from web.report.html.page import page
from web.report.waveform import MOST_COLUMNS, Waveform
from web.texts import Texts

EN, ES = Texts("en"), Texts("es")
LARGEST_BYTES = 1_500_000


def element(html, name):
    return re.search(rf"<{name}[^>]*>(.*?)</{name.split()[0]}>", html, re.S).group(1)


def test_an_hour_is_one_file_of_modest_size(tmp_path):
    path = tmp_path / "night.html"
    write_html(*judged(3600, EN), path, EN)
    assert path.stat().st_size < LARGEST_BYTES
    assert [each.name for each in tmp_path.iterdir()] == ["night.html"]


def test_the_policy_knows_its_style_and_script_and_nothing_else():
    html = page(*judged(320, EN), EN)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html).group(1)
    assert policy.startswith("default-src 'none';")
    for directive, content in (
        ("style-src", element(html, "style")),
        ("script-src", element(html, 'script type="module"')),
    ):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"\sstyle=|\son\w+=", re.sub(r"<script.*?</script>", "", html, flags=re.S))
    assert set(re.findall(r"(?:https?:)?//[\w.]+\.\w+", html)) <= {"http://www.w3.org"}


def test_a_name_can_do_no_harm():
    name = "<script><!-- <img src=x onerror=alert(1)> & Söhne $policy.flac"
    html = page(*judged(12, EN, name=name), EN)
    assert "<img" not in html
    assert element(html, "h1").endswith("&amp; Söhne $policy")
    data = element(html, 'script type="application/json" id="data"')
    assert "<" not in data
    assert orjson.loads(data)["words"]["es"]["title"].startswith("<script>")


def test_both_languages_are_in_it_and_say_their_own_numbers():
    html = page(*judged(640, ES), ES)
    assert '<html lang="es">' in html
    shown = {
        language: " ".join(re.findall(rf'<span class="{language}"[^>]*>(.*?)</span>', html))
        for language in ("en", "es")
    }
    assert "Where the points went" in shown["en"] and "Dónde se fueron" in shown["es"]
    assert re.search(r"(?<!\d)\d\.\d(?!\d)", shown["en"])
    assert re.search(r"(?<!\d)\d,\d(?!\d)", shown["es"])
    assert not re.search(r"\d\.\d", shown["es"])
    assert not re.search(
        r"\b(page|report|finding|loss|kind|section|reason|unit)\.\w",
        unescape(re.sub(r"<(script|style).*?</\1>", "", html, flags=re.S)),
    )


def test_points_add_up_on_the_page():
    report, waveform = judged(900, EN)
    html = page(report, waveform, EN)
    for component in Component:
        card = re.search(rf'<article class="panel lost is-{component}">(.*?)</article>', html, re.S)
        english = re.sub(r'<span class="es".*?</span>', "", card.group(1))
        costs = re.findall(r'cost figure">(?:<span[^>]*>)?([−+\d.]+)', english)
        tenths = [round(10 * float(cost.replace("−", "-"))) for cost in costs]
        assert len(tenths) == len(losses.of_component(report, component))
        assert sum(tenths) == round(10 * report.components[component]) - 100
        widths = re.findall(r'width="([\d.]+)%" height="100%"', card.group(1))
        assert sum(map(float, widths)) == pytest.approx(100, abs=0.01)


def test_without_a_score_it_says_why_and_shows_no_number():
    report, waveform = judged(60, EN)
    html = page(report, waveform, EN)
    strip = re.search(r'<section class="panel strip".*?</section>', html, re.S).group(0)
    assert "no transition was heard in 1:00" in strip
    assert "no se oyó ninguna transición" in strip
    assert not re.search(r">\d\.\d<", strip)
    assert "Where the points went" not in html


def test_nothing_heard_is_a_page_too():
    report, waveform = judged(0, EN)
    html = page(report, waveform, EN)
    assert "too short" in html
    assert "nan" not in html.lower().split("<style>")[0]


def test_an_untrained_model_is_called_so():
    model = dataclasses.replace(MODEL, trained=False)
    assert "not been trained" in page(*judged(12, EN, model=model), EN)
    assert "not been trained" not in page(*judged(12, EN), EN)


def test_a_waveform_keeps_its_peaks_however_long():
    waveform = Waveform()
    hops = 2 * MOST_COLUMNS // 10 + 3
    for hop in range(hops):
        samples = np.full((HOP_SAMPLES, 2), 0.25, np.float32)
        if hop == 5:
            samples[700, 1] = -0.9
        waveform.add(samples)
    peaks, levels = waveform.peaks(), waveform.levels()
    assert MOST_COLUMNS / 2 <= len(peaks) < MOST_COLUMNS
    assert len(peaks) * waveform.column_seconds == pytest.approx(hops * 0.5, abs=1)
    at = int(np.argmax(peaks))
    assert peaks[at] == pytest.approx(0.9)
    assert at == int(5 * 0.5 / waveform.column_seconds)
    assert np.delete(peaks, at) == pytest.approx(0.25)
    assert levels == pytest.approx(0.25, abs=0.01)


def window(end_seconds, camelot):
    plain = {field.name: None for field in dataclasses.fields(Window)}
    return Window(**{**plain, "end_seconds": end_seconds, "camelot": camelot})


def test_a_passing_reading_is_no_stretch_of_its_own():
    words = ["8A"] * 20 + ["3B"] * 2 + ["8A"] * 10 + [None] * 30 + ["9A"] * 20 + ["1A"] * 3
    windows = [window((at + 1) / 2, each) for at, each in enumerate(words)]
    assert runs(windows, lambda each: each.camelot, 4.0) == [
        Run("8A", 0.0, 16.0),
        Run("9A", 31.0, 42.5),
    ]
