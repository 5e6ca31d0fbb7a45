"""The report: nothing invented, the same as JSON, to read, and as a picture."""

import dataclasses
import io
import re
from pathlib import Path

import jsonschema
import numpy as np
import orjson
import pytest
from matplotlib import image
from rich.console import Console

from core.errors import BadInput
from core.messages import (
    Beat,
    Component,
    Estimate,
    Finding,
    Genre,
    Loss,
    Loudness,
    Reading,
    Score,
    Section,
    Transition,
    TransitionKind,
)
from core.plain import to_plain
from web.report import Audio, Collection, Model, Origin, contents, losses
from web.report.plot import draw
from web.report.readable import print_report
from web.report.storing import check_writable, replacing, write_json
from web.report.unscored import no_score
from web.report.words import clock, measured, number
from web.texts import LOCALES, Texts

ROOT = Path(__file__).parents[2]
EN, ES = Texts("en"), Texts("es")
AUDIO = Audio("mix.flac", "ab" * 32, 900.0, "flac", 44_100, 2)
ORIGIN = Origin(AUDIO, Model("judge", "1.0", "cd" * 32, True), ("CPU",), Genre.TECHNO, "0.1.0")
SCHEMA = orjson.loads(contents.SCHEMA_PATH.read_bytes())
KNOWN = Estimate(7.4, 7.1, 7.7)
UNKNOWN = Reading(None, reason="no_beat")
LOSSES = (
    Loss(Component.SELECTION, "key_clash", 2, -1.9),
    Loss(Component.SELECTION, "prior", 0, -0.7),
    Loss(Component.TECHNICAL, "prior", 0, -0.34),
    Loss(Component.TECHNICAL, "beat_offset", 3, -1.93),
    Loss(Component.TECHNICAL, "clipping", 0, 0.0),
    Loss(Component.TECHNICAL, "loudness_step", 1, -0.33),
)


def score(hop, **changes):
    end = (hop + 1) * 24_000
    whole = Score(
        window=hop,
        start_sample=end - 480_000,
        end_sample=end,
        reason=None,
        overall=KNOWN,
        components=dict.fromkeys(Component, KNOWN),
        set_reason=None,
        set_overall=KNOWN,
        set_components=dict.fromkeys(Component, KNOWN),
        bpm=Reading(128.0, 0.9),
        key=Reading("A minor", 0.8),
        camelot=Reading("8A", 0.8),
        genre=Reading("techno", 0.7),
        loudness=Loudness(-9.0, -9.5, -10.0, -0.8),
        energy=0.6,
        danceability=0.7,
        concealed_ratio=0.0,
        batch_size=1,
        arrived_seconds=0.0,
        section=Reading(Section.DROP, 0.9),
        set_losses=LOSSES,
    )
    return dataclasses.replace(whole, **changes)


def nothing(hop, reason="deadline", set_reason="first_transition_pending"):
    unknown = dict.fromkeys(Component)
    return score(
        hop,
        reason=reason,
        overall=None,
        components=unknown,
        set_reason=set_reason,
        set_overall=None,
        set_components=unknown,
        bpm=UNKNOWN,
        key=UNKNOWN,
        camelot=UNKNOWN,
        genre=UNKNOWN,
        loudness=Loudness(None, None, None),
        energy=None,
        danceability=None,
        section=UNKNOWN,
        set_losses=(),
    )


def transition(settled, offset):
    good = Reading(0.9, 0.9)
    return Transition(
        0,
        480_000,
        960_000,
        settled,
        good,
        good,
        good,
        offset,
        Reading(-0.4, 0.5),
        kind=Reading(TransitionKind.BASS_SWAP, 0.8),
        level_step_lu=Reading(-1.2, 0.9),
    )


def report_of(*messages, texts=EN):
    collection = Collection()
    collection.add(messages)
    return collection.report(ORIGIN, texts)


def whole_report(texts=EN):
    return report_of(
        *(score(hop, energy=0.3 + hop / 100) for hop in range(19, 60)),
        nothing(60),
        score(61),
        Beat(0, 22_500.0, 128.0, 0.9, 0),
        Finding("beat_offset", Component.TECHNICAL, 36_480_000, 36_528_000, 38.4, 12.0, "ms", -0.4),
        Finding("energy_build", Component.ENERGY, 480_000, 480_000, 9.0, 6.0, "dB", 0.3),
        transition(False, UNKNOWN),
        transition(True, Reading(38.4, 0.8)),
        texts=texts,
    )


def printed(report, texts=EN, width=100):
    console = Console(file=io.StringIO(), width=width)
    print_report(report, console, texts)
    return console.file.getvalue()


def test_the_last_word_on_the_set_counts():
    report = whole_report()
    assert report.overall == 7.4
    assert report.intervals["technical"] == contents.Interval(7.1, 7.7)
    assert report.reasons == {}
    assert (report.bpm, report.key, report.camelot) == (128.0, "A minor", "8A")
    assert report.loudness_lufs == -10.0
    assert len(report.windows) == 43
    assert report.true_peak_dbtp == -0.8
    assert report.windows[0].section == "drop"
    (line,) = report.transitions
    assert (line.offset_ms, line.kind, line.level_step_lu) == (38.4, "bass_swap", -1.2)
    assert line.reasons["phrase_error_beats"] == "not_measured"
    assert [finding.time_seconds for finding in report.findings] == [10.0, 760.0]


@pytest.mark.parametrize(
    "messages", [(), (nothing(19),), (nothing(19, "silent", "too_short"), nothing(20))]
)
def test_what_is_not_known_is_null_with_a_reason(messages):
    plain = to_plain(report_of(*messages))
    names = ["overall", "bpm", "key", "camelot", "genre", "loudness_lufs", "true_peak_dbtp"]
    assert [plain[name] for name in names] == [None] * 7
    assert plain["losses"] == []
    assert set(plain["components"].values()) == {None}
    assert plain["intervals"] == {}
    assert set(plain["reasons"]) == {*names, *Component}
    jsonschema.validate(plain, SCHEMA)


def test_a_component_that_waits_says_so_while_the_set_has_a_score():
    known = {**dict.fromkeys(Component, KNOWN), Component.TECHNICAL: None}
    report = report_of(score(400, set_components=known))
    assert report.overall == 7.4
    assert report.components[Component.TECHNICAL] is None
    assert report.reasons == {"technical": "first_transition_pending"}


def test_points_went_component_by_component_the_costliest_first():
    lines = whole_report().losses
    assert [(line.component, line.code) for line in lines] == [
        ("technical", "beat_offset"),
        ("technical", "prior"),
        ("technical", "loudness_step"),  # what cost nothing is no loss
        ("selection", "key_clash"),
        ("selection", "prior"),
    ]
    assert lines[0].text == "Kicks apart"
    assert lines[0].fix == EN("finding.beat_offset.fix")
    assert sum(line.points for line in lines[:3]) == pytest.approx(7.4 - 10)


@pytest.mark.parametrize(
    ("points", "value", "shown"),
    [
        ((-1.93, -0.34, -0.33), 7.4, (-19, -4, -3)),  # -19, -3, -3 would be one tenth short
        ((-0.25, -0.25, -0.25, -0.25), 9.0, (-3, -3, -2, -2)),
        ((-0.04, -0.02), 9.94, (-1, 0)),
        ((-2.0,), 8.0, (-20,)),
        ((), 10.0, ()),
    ],
)
def test_shown_points_sum_to_what_the_shown_score_lacks(points, value, shown):
    lines = [contents.LossLine(Component.ENERGY, "prior", "", 0, each, "") for each in points]
    tenths = losses.shown_tenths(lines, value)
    assert sum(tenths) == round(10 * value) - 100
    assert sorted(tenths) == sorted(shown)
    assert all(abs(one - 10 * other) < 1 for one, other in zip(tenths, points, strict=True))


def test_the_tempo_of_a_set_is_one_that_was_played():
    tempos = [(120.0, 0.9)] * 3 + [(128.0, 0.9)] * 4 + [(64.0, 0.1)] * 4
    report = report_of(*(score(19 + n, bpm=Reading(*each)) for n, each in enumerate(tempos)))
    assert report.bpm == 128.0
    assert report_of(score(19), nothing(20)).bpm == 128.0


def test_the_key_of_a_set_is_the_one_heard_longest():
    keys = [("A minor", 0.9)] * 2 + [("C major", 0.5)] * 5
    report = report_of(*(score(19 + n, key=Reading(*each)) for n, each in enumerate(keys)))
    assert report.key == "C major"


def test_json_is_what_the_schema_says(tmp_path):
    path = tmp_path / "report.json"
    write_json(whole_report(), path)
    data = orjson.loads(path.read_bytes())
    jsonschema.validate(data, SCHEMA)
    assert data["windows"][-2]["reason"] == "deadline"
    assert data["windows"][-2]["overall"] is None
    assert [finding["points"] for finding in data["findings"]] == [0.3, -0.4]
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.parametrize(
    ("cls", "part"),
    [
        (contents.Report, SCHEMA),
        (contents.Window, SCHEMA["$defs"]["window"]),
        (contents.TransitionLine, SCHEMA["$defs"]["transition"]),
        (contents.FindingLine, SCHEMA["$defs"]["finding"]),
        (contents.LossLine, SCHEMA["$defs"]["loss"]),
        (contents.Model, SCHEMA["properties"]["model"]),
        (contents.Audio, SCHEMA["properties"]["audio"]),
        (contents.Interval, SCHEMA["$defs"]["interval"]),
    ],
)
def test_the_schema_knows_every_member_and_no_other(cls, part):
    assert [member.name for member in dataclasses.fields(cls)] == list(part["properties"])
    assert part["required"] == list(part["properties"])
    assert part["additionalProperties"] is False


def test_the_page_shows_what_the_schema_says():
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    (shown,) = (orjson.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.S))
    assert list(shown) == list(SCHEMA["properties"])
    assert list(shown["findings"][0]) == list(SCHEMA["$defs"]["finding"]["properties"])
    assert list(shown["losses"][0]) == list(SCHEMA["$defs"]["loss"]["properties"])
    assert list(shown["transitions"][0]) == list(SCHEMA["$defs"]["transition"]["properties"])
    assert shown["windows"][0].keys() <= SCHEMA["$defs"]["window"]["properties"].keys()
    finding = shown["findings"][0]
    assert finding["text"] == EN(f"finding.{finding['code']}", measured="38")
    assert finding["fix"] == EN(f"finding.{finding['code']}.fix")


def test_an_interrupted_writing_leaves_what_was_there(tmp_path):
    path = tmp_path / "report.json"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_place_where_nothing_can_be_written_is_refused(tmp_path):
    for path, slug in (
        (tmp_path, "output_is_folder"),
        (tmp_path / "absent" / "report.json", "folder_absent"),
    ):
        with pytest.raises(BadInput) as refusal:
            check_writable(path)
        assert refusal.value.slug == slug
    with pytest.raises(BadInput):
        write_json(whole_report(), tmp_path / "absent" / "report.json")


def test_a_person_reads_everything_that_counts():
    text = printed(whole_report())
    assert re.search(r"Overall +7\.4 .* 7\.1 – 7\.7", text)
    assert re.search(r"12:40 +−0\.4 +Technical +Kicks 38 ms apart", text)
    assert "Nudge the incoming deck" in text
    assert re.search(r"Key +A minor \(8A\)", text)
    assert "−10.0 LUFS" in text
    assert "−0.8 dBTP" in text
    assert re.search(r"Technical +−1\.9 +3 × +Kicks apart", text)
    assert re.search(r"Technical +−0\.\d +Not proved yet", text)
    assert re.search(r"0:10 +0:10 +90 % +90 % +90 % +38 ms +−0\.40 % +Bass swap", text)
    assert "judge 1.0 (cdcdcdcdcdcd) on CPU" in text
    assert "not been trained" not in text


def test_in_spanish_it_is_spanish():
    text = printed(whole_report(ES), ES)
    assert re.search(r"Nota de la sesión +7,4 .* 7,1 – 7,7", text)
    assert "La menor (8A)" in text
    assert "−10,0 LUFS" in text
    assert not re.search(r"(report|finding|tonic|key)\.\w", text)


def test_unknown_values_are_read_with_their_reasons():
    text = printed(report_of(nothing(19)))
    assert re.search(r"Overall +– ", text)
    assert not re.search(r"\b0\.0\b", text)
    assert "None heard." in text


@pytest.mark.parametrize(
    ("messages", "words", "palabras"),
    [
        ((), r"was too short", r"fue muy poco"),
        ((nothing(19),), r"no transition was heard in \d+:\d\d", r"no se oyó ninguna transición"),
        ((nothing(19, "silent", "too_short"),) * 2, r"it was silent", r"no sonó nada"),
        ((nothing(19, "concealed", "too_short"),), r"missing or damaged", r"dañado"),
        ((nothing(19, "queue_full", "too_short"),), r"too busy", r"cargado"),
    ],
)
def test_a_set_that_is_over_says_in_the_past_why_it_has_no_score(messages, words, palabras):
    for texts, begins, wanted in ((EN, "No score", words), (ES, "in nota", palabras)):
        report = report_of(*messages, texts=texts)
        text = " ".join(printed(report, texts, width=200).split())
        assert begins in text
        assert re.search(wanted, text)
        assert re.search(wanted, no_score(report, texts))
        assert not re.search(r"yet|Listening|Todavía|Escuchando|is scored after", text)


def test_an_untrained_model_is_called_so():
    origin = dataclasses.replace(ORIGIN, model=Model("judge", "0", "cd" * 32, False))
    assert "not been trained" in printed(Collection().report(origin, EN))


def test_a_report_says_whose_scale_its_scores_are_on():
    fitted = dataclasses.replace(ORIGIN.model, calibration="20260101-0123456789ab")
    origin = dataclasses.replace(ORIGIN, model=fitted)
    assert "20260101-0123456789ab" in printed(Collection().report(origin, EN), width=200)
    assert "panel" not in printed(Collection().report(ORIGIN, EN), width=200)


def test_times_and_numbers_are_written_as_people_write_them():
    assert [clock(seconds) for seconds in (0, 59.9, 760, 3599, 3760)] == [
        "0:00",
        "0:59",
        "12:40",
        "59:59",
        "1:02:40",
    ]
    assert [number(value, EN) for value in (38.0, 38.44, -0.04, -3.5)] == [
        "38",
        "38.4",
        "0",
        "−3.5",
    ]
    assert number(0.125, ES, decimals=3) == "0,125"
    assert [measured(value, ES) for value in (0.345, 3.45, 38.4, 140.0)] == [
        "0,34",
        "3,5",
        "38",
        "140",
    ]


def test_both_languages_have_the_same_words():
    words = [orjson.loads((LOCALES / f"report.{name}.json").read_bytes()) for name in ("en", "es")]
    assert words[0].keys() == words[1].keys()
    for key, text in words[0].items():
        places = [sorted(re.findall(r"{(\w+)}", words[n][key])) for n in (0, 1)]
        assert places[0] == places[1], key
        assert text


def test_the_picture_shows_the_set(tmp_path):
    path = tmp_path / "set.png"
    draw(whole_report(), path, EN)
    drawn = image.imread(path)
    assert drawn.shape[:2] == (640, 1440)
    draw(Collection().report(ORIGIN, ES), tmp_path / "empty.png", ES)
    empty = image.imread(tmp_path / "empty.png")
    np.testing.assert_allclose(empty[-1, 0, :3], np.array([0x0B, 0x0D, 0x12]) / 255, atol=0.01)
    for colour in ("3fd0e6", "f062b4", "f2f4f8"):  # both findings' pins and the score's line
        wanted = np.frombuffer(bytes.fromhex(colour), np.uint8) / 255
        assert near(drawn[100:], wanted) > near(empty[100:], wanted)  # under the title
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.png", "set.png"]


def near(picture, colour):
    return np.count_nonzero(np.abs(picture[:, :, :3] - colour).max(axis=2) < 0.02)
