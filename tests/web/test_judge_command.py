"""`djuniverse judge`, run as people run it."""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import numpy as np
import orjson
import pytest

from stream.files import open_mix
from tests.golden.render import write
from tests.judge.calibration.fitted import STRICTER_POINTS, calibration, calibration_file
from web.command_line import run
from web.report.contents import SCHEMA_PATH

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "tests" / "golden" / "house_124.opus"
COMMAND = (sys.executable, "-c", "from web.command_line import main; main()", "judge")


def test_a_mix_is_judged_printed_and_written(tmp_path, capsys):
    json, plot, html = (tmp_path / f"out.{suffix}" for suffix in ("json", "png", "html"))
    places = ["--json", str(json), "--plot", str(plot), "--html", str(html)]
    code = run(["judge", str(HOUSE), *places, "--genre", "house"])
    out, err = capsys.readouterr()
    assert code == 0
    report = orjson.loads(json.read_bytes())
    jsonschema.validate(report, orjson.loads(SCHEMA_PATH.read_bytes()))
    assert report["declared_genre"] == "house"
    assert report["bpm"] == pytest.approx(124, abs=0.2)
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert html.read_text().startswith("<!doctype html>")
    assert str(tmp_path) not in html.read_text()
    assert str(ROOT) not in html.read_text()  # it is there to be passed on
    assert "house_124.opus" in out
    assert "out.json" not in out  # standard output is the report alone
    assert "out.json" in err.replace("\n", "")


def test_the_same_file_gives_the_same_report_to_the_bit(tmp_path):
    paths = [tmp_path / name for name in ("one.json", "two.json")]
    assert [run(["judge", str(HOUSE), "--json", str(path)]) for path in paths] == [0, 0]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_too_short_a_mix_has_no_score_and_says_why(tmp_path, capsys):
    short, json = tmp_path / "short.flac", tmp_path / "short.json"
    write(short, 0.1 * np.ones((96_000, 2), np.float32), "flac", 64_000)
    assert run(["judge", str(short), "--json", str(json)]) == 0
    report = orjson.loads(json.read_bytes())
    assert report["overall"] is None
    assert report["reasons"]["overall"] == "too_short"
    assert report["windows"] == []
    assert "0:02" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["absent.flac"], "absent.flac"),
        ([str(ROOT / "README.md")], "README.md"),
        ([str(HOUSE), "--json", str(ROOT)], ROOT.name),
        ([str(HOUSE), "--plot", "absent/out.png"], "out.png"),
        ([str(HOUSE), "--plot", "absent/out.png"], "no folder absent"),
        ([str(HOUSE), "--genre", "polka"], "--genre takes one of these: house, techno, trance"),
        ([str(HOUSE), "--plot", "out.jpg"], "PNG"),
        ([str(HOUSE), "--html", "out.txt"], "HTML"),
        ([str(HOUSE.parent)], "is a folder"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(arguments, words, capsys):
    assert run(["judge", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert "Traceback" not in err


def test_a_calibration_moves_the_scores_and_the_report_names_it(tmp_path, monkeypatch, capsys):
    plain, moved, page = (tmp_path / name for name in ("plain.json", "moved.json", "moved.html"))
    assert run(["judge", str(HOUSE), "--json", str(plain)]) == 0
    before = orjson.loads(plain.read_bytes())
    path = calibration_file(tmp_path, before["model"]["sha256"])
    monkeypatch.setenv("DJUV_INFERENCE__CALIBRATION", str(path))
    assert run(["judge", str(HOUSE), "--json", str(moved), "--html", str(page)]) == 0
    after = orjson.loads(moved.read_bytes())
    jsonschema.validate(after, orjson.loads(SCHEMA_PATH.read_bytes()))
    version = calibration(before["model"]["sha256"]).version
    assert before["model"]["calibration"] is None
    assert after["model"]["calibration"] == version
    assert version in page.read_text()
    assert version in capsys.readouterr().out
    for name, score in before["components"].items():
        if score is not None:
            expected = max(score - STRICTER_POINTS, 1.0)
            assert after["components"][name] == pytest.approx(expected)


def test_a_calibration_for_another_model_stops_the_start(tmp_path, monkeypatch, capsys):
    path = calibration_file(tmp_path, "ef" * 32)
    monkeypatch.setenv("DJUV_INFERENCE__CALIBRATION", str(path))
    assert run(["judge", str(HOUSE)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "efefefefefef" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("option", ["--json", "--plot", "--html"])
@pytest.mark.parametrize("named", ["itself", "symbolic link", "hard link", "roundabout"])
def test_the_mix_itself_is_never_overwritten(tmp_path, capsys, option, named):
    suffix = "html" if option == "--html" else "png"  # names that the options take
    mix = tmp_path / f"mix.{suffix}"
    mix.write_bytes(HOUSE.read_bytes())
    place = mix
    if named == "roundabout":
        place = tmp_path / "." / ".." / tmp_path.name / f"mix.{suffix}"
    elif named != "itself":
        place = tmp_path / f"link.{suffix}"
        (place.symlink_to if named == "symbolic link" else place.hardlink_to)(mix)
    assert run(["judge", str(mix), option, str(place)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "overwritten" in err
    assert mix.read_bytes() == HOUSE.read_bytes()
    assert place.samefile(mix)


@pytest.mark.parametrize(("other", "suffix"), [("--plot", "png"), ("--html", "html")])
def test_two_results_are_not_written_to_one_place(tmp_path, capsys, other, suffix):
    place = str(tmp_path / f"out.{suffix}")
    assert run(["judge", str(HOUSE), "--json", place, other, place]) == 2
    assert "at once" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_json_may_go_to_standard_output(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with spawn(HOUSE, "--json", "-") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    jsonschema.validate(orjson.loads(out), orjson.loads(SCHEMA_PATH.read_bytes()))
    assert "Nota" in err
    assert list(tmp_path.iterdir()) == []


def spawn(*arguments, **options):
    environment = {**os.environ, "DJUV_LANG": "es"}
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_in_a_pipe_there_is_no_bar_and_the_language_is_followed():
    with spawn(HOUSE) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err == ""
    assert "Nota de la sesión" in out
    assert "\x1b" not in out


def test_a_warning_is_a_line_for_people_in_a_pipe_too(monkeypatch, capsys):
    def warn(path):
        logging.getLogger("disk").warning("it reads slowly")
        return open_mix(path)

    monkeypatch.setattr("web.judging.open_mix", warn)
    assert run(["judge", str(HOUSE)]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert "it reads slowly" in line
    assert not line.startswith("{")


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_an_interrupted_run_leaves_no_file_behind(tmp_path):
    long, json = tmp_path / "long.flac", tmp_path / "out" / "long.json"
    json.parent.mkdir()
    json.write_text("before")
    write(long, np.zeros((48_000 * 240, 2), np.float32), "flac", 64_000)
    with spawn(long, "--json", json) as process:
        wait_until_it_reads(process, long)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Detenido" in err
    assert "Traceback" not in err
    assert [path.name for path in json.parent.iterdir()] == ["long.json"]
    assert json.read_text() == "before"


def wait_until_it_reads(process, path):
    """Wait until the process has the file open: by then it listens, for minutes to come."""
    links = Path(f"/proc/{process.pid}/fd")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for link in links.glob("*"):
            try:
                if link.readlink() == path:
                    return
            except OSError:
                continue
        time.sleep(0.02)
    raise AssertionError("it never opened the file")
