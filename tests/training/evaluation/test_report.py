from __future__ import annotations

import json
import math

import pytest

from training.evaluation.chapters import Aim, Chapter, Measure, Table, mean_measure, share_measure
from training.evaluation.report import DATA, PAGE, Header, page, write

HEADER = Header("judge 1.0", "ab12", True, "c0de", {"first_seeds": {"alike": 5}}, 7, 1, 2)
CHAPTERS = [
    Chapter(
        "pairs",
        "Matched pairs",
        "What was done.",
        measures=(
            Measure("hit", 0.99, aim=Aim(least=0.98), beside={"chance": 0.5}, samples=40),
            Measure("short", 0.5, "points", 0.4, 0.6, Aim(most=0.2), samples=3),
            Measure("absent", None, aim=Aim(least=0.9), reason="no pair was judged"),
            Measure("plain", 3.25),
        ),
        tables=(
            Table("Some | table", ("a", "b"), ((1, 0.12345), (None, math.nan))),
            Table("Empty", ("a",), ()),
        ),
        pictures=("plot.png",),
        missing=("split C: no models",),
    )
]


def rows(text, name):
    return [line for line in text.splitlines() if line.startswith(f"| {name} ")]


def test_every_aim_is_met_missed_or_not_measured():
    text = page(HEADER, CHAPTERS)
    assert "1 met, 1 missed, 1 not measured." in text
    assert rows(text, "hit")[0] == "| hit | 0.990 |  | ≥ 0.98 | met | chance 0.500 | 40 |"
    assert rows(text, "short")[0] == (
        "| short | 0.500 points | 0.400 to 0.600 | ≤ 0.2 | **MISSED** |  | 3 |"
    )
    assert "none: no pair was judged" in rows(text, "absent")[0]
    assert len(rows(text, "hit")) == 2
    assert len(rows(text, "plain")) == 1


def test_the_page_says_what_it_does_not_show_and_what_it_speaks_of():
    text = page(HEADER, CHAPTERS)
    for words in ("not human agreement", "r .64", "r .81", "`ab12`", '{"alike": 5}',
                  "7 sets judged, 1 failed, 2 not", "split C: no models", "](plot.png)",
                  "| 1 | 0.123 |", "| - | - |"):  # fmt: skip
        assert words in text
    assert "### Empty" not in text


def test_models_that_are_not_trained_are_called_so():
    untrained = Header("judge", "ab", False, "c0", {"tiny": True}, 0, 0, 0)
    text = page(untrained, [])
    assert "These models are not trained" in text
    assert "these figures mean nothing" in text
    assert "No figure with an aim was taken" in text


def test_the_json_holds_everything_and_no_nan(tmp_path):
    write(tmp_path, HEADER, CHAPTERS)
    data = json.loads((tmp_path / DATA).read_text(), parse_constant=pytest.fail)
    measures = data["chapters"][0]["measures"]
    assert [measure["verdict"] for measure in measures] == ["met", "MISSED", "not measured", ""]
    assert measures[1]["aim"] == {"least": None, "most": 0.2}
    assert data["chapters"][0]["tables"][0]["rows"][1] == [None, None]
    assert data["header"]["models_sha256"] == "ab12"
    assert (tmp_path / PAGE).read_text() == page(HEADER, CHAPTERS)


def test_shares_and_means_carry_their_intervals():
    share = share_measure("name", [True, True, False], "none")
    assert (share.value, share.samples) == (pytest.approx(2 / 3), 3)
    assert 0 < share.low < share.value < share.high < 1
    mean = mean_measure("name", [1.0, 2.0, math.nan], "none")
    assert (mean.value, mean.low, mean.high, mean.samples) == (1.5, 1.0, 2.0, 2)
    assert share_measure("name", [], "nothing").reason == "nothing"
    assert mean_measure("name", [math.nan], "nothing").reason == "nothing"
