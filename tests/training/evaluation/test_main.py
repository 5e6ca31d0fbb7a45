"""The whole way once, from seeds to the page, as small as it can be."""

from __future__ import annotations

import json
import shutil

import pytest

from core.errors import ConfigurationInvalid
from judge.networks import SHIPPED
from training.evaluation import judging, serving
from training.evaluation.__main__ import EXAMINATIONS, interleaved, main
from training.evaluation.chapters import Chapter
from training.evaluation.report import DATA, PAGE

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(name="models", scope="module")
def _models(tmp_path_factory):
    """Return a folder with the shipped judge, and again as one that never heard house."""
    folder = tmp_path_factory.mktemp("models") / "judge"
    shutil.copytree(SHIPPED, folder)
    shutil.copytree(SHIPPED, folder / "without-house")
    return folder


@pytest.fixture(name="arguments")
def _arguments(models, tmp_path):
    def arguments(*more):
        return [
            *("--tiny", "--workers", "1", "--models", str(models)),
            *("--output", str(tmp_path / "report"), "--work", str(tmp_path / "kept"), *more),
        ]

    return arguments


def test_a_tiny_evaluation_writes_every_chapter_and_goes_on(tmp_path, monkeypatch, arguments):
    monkeypatch.setenv("DJUV_AUDIO", str(tmp_path))
    monkeypatch.setattr(judging, "code_digest", lambda: "the same code")
    main(arguments())
    data = json.loads((tmp_path / "report" / DATA).read_text())
    chapters = {chapter["name"]: chapter for chapter in data["chapters"]}
    assert list(chapters) == [each.name for each in EXAMINATIONS]
    assert data["header"]["sets_failed"] == data["header"]["sets_left"] == 0
    assert any("DJUV_AUDIO" in each for each in chapters["real"]["missing"])
    assert any(each.startswith("D real") for each in chapters["splits"]["missing"])
    split_rows = chapters["splits"]["tables"][0]["rows"]
    assert "C house left out of training" in {row[0] for row in split_rows}
    assert any("without techno" in each for each in chapters["splits"]["missing"])
    for chapter in data["chapters"]:
        assert all((tmp_path / "report" / name).exists() for name in chapter["pictures"])
    assert {m["name"] for m in chapters["cost"]["measures"]}
    assert chapters["cost"]["measures"][0]["value"] > 0
    page = (tmp_path / "report" / PAGE).read_text()

    def judge(case, models):
        pytest.fail("a set was judged twice")

    monkeypatch.setattr(serving, "judged", judge)
    main(arguments("--only", "splits", "pairs", "streaming"))
    again = (tmp_path / "report" / PAGE).read_text()
    start = again.index("## Recovery of the labels")
    assert again[start : again.index("## Matched pairs")] in page


def test_a_spent_budget_says_what_is_missing(tmp_path, arguments):
    main(arguments("--only", "pairs", "--budget-minutes", "0"))
    data = json.loads((tmp_path / "report" / DATA).read_text())
    (chapter,) = data["chapters"]
    assert data["header"]["sets_judged"] == 0
    assert any("the time was up" in each for each in chapter["missing"])
    assert {measure["verdict"] for measure in chapter["measures"]} <= {"not measured", ""}


def test_an_examination_that_cannot_be_held_says_why(tmp_path, monkeypatch, arguments):
    class Impossible:
        name = "pairs"

        def cases(self, plan):
            raise ConfigurationInvalid("There is no such simulator.")

        def chapter(self, plan, traces, pictures):
            return Chapter("", "", "")

    monkeypatch.setattr("training.evaluation.__main__.EXAMINATIONS", (Impossible(),))
    main(arguments())
    assert "There is no such simulator." in (tmp_path / "report" / PAGE).read_text()


def test_lists_are_taken_from_evenly():
    assert interleaved([["a", "b", "c", "d"], ["x", "y"]]) == ["a", "x", "b", "c", "y", "d"]
