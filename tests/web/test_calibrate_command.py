"""`djuniverse calibrate`, run as people run it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import orjson
import pyarrow as arrow
import pyarrow.compute
import pyarrow.csv
import pytest
from pyarrow import parquet

from core.messages import Component
from judge.calibration import Calibration
from tests.judge.panels.simulated import MODEL, simulate
from web.command_line import run

ROOT = Path(__file__).parents[2]


def severe(quality):
    return quality - 1.5


def table(panel, opinions=None) -> arrow.Table:
    """Return a panel as its file has it, with the judge's own scores where they are given."""
    sets, judges = np.nonzero(~np.isnan(panel.scores["overall"]))
    columns = {
        "battle_id": [panel.battles[index] for index in sets],
        "participant_id": [panel.sets[index] for index in sets],
        "judge_id": [panel.judges[index] for index in judges],
        "order": panel.order[sets, judges],
        **{facet: scores[sets, judges] for facet, scores in panel.scores.items()},
    }
    if opinions is not None:
        columns["judge_model_sha256"] = [opinions.model_sha256] * len(sets)
        for component in Component:
            value, reach = opinions.values[component][sets], opinions.reaches[component][sets]
            columns[f"judge_{component}"] = value
            columns[f"judge_{component}_low"] = np.maximum(value - reach, 1)
            columns[f"judge_{component}_high"] = np.minimum(value + reach, 10)
    return arrow.table(columns)


PANEL, OPINIONS, TRUTH = simulate(1, 60, 5, density=0.8, drift=-0.01, distort=severe)
WHOLE = table(PANEL, OPINIONS)
PEOPLE_ALONE = table(PANEL)


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def store(content: arrow.Table, name: str = "panel.parquet") -> str:
    parquet.write_table(content, name)
    return name


def replaced(name: str, values) -> arrow.Table:
    return WHOLE.set_column(WHOLE.schema.get_field_index(name), name, arrow.array(values))


def test_a_panel_is_calibrated_to_printed_and_written(here, capsys):
    assert run(["calibrate", store(WHOLE), "--output", "out.json"]) == 0
    out, err = capsys.readouterr()
    calibration = Calibration.load(here / "out.json").for_model(MODEL)
    assert calibration.version in out
    assert "judge 3" in out
    assert "ICC(2,1)" in out
    assert "out.json" in err
    assert "out.json" not in out
    value, low, high = calibration.apply(Component.TECHNICAL, 4.0, 3.2, 4.8)
    assert 4.5 < value < 6.5  # the judge was 1.5 points too severe
    assert low < value - 0.8 < value + 0.8 < high  # and too sure of itself


def test_the_file_says_what_it_was_made_from_and_names_no_person(here):
    store(WHOLE)
    assert run(["calibrate", "panel.parquet", "--output", "out.json"]) == 0
    content = Path("out.json").read_text()
    written = orjson.loads(content)
    assert written["source"]["sets"] == 60
    assert written["source"]["judges"] == 5
    assert written["source"]["ratings"] == WHOLE.num_rows
    technical = written["figures"]["agreement"]["technical"]
    assert 0 < technical["icc_single"]["low"] < technical["icc_single"]["value"]
    assert written["figures"]["gains"]["technical"]["verdict"] == "fitted"
    assert written["figures"]["winners"]["pairs"] > 20
    assert "judge 3" not in content


def test_json_holds_the_calibration_and_the_people(here, capsys):
    assert run(["calibrate", store(WHOLE), "--output", "out.json", "--json"]) == 0
    printed = orjson.loads(capsys.readouterr().out)
    assert printed["calibration"] == orjson.loads(Path("out.json").read_bytes())
    people = [p for p in printed["people"] if p["facet"] == "overall"]
    assert [person["judge"] for person in people] == list(PANEL.judges)
    fitted = [person["leniency"] for person in people]
    assert np.corrcoef(fitted, TRUTH.leniency)[0, 1] > 0.8
    assert printed["judged_sets"] == 60


def test_the_same_panel_gives_the_same_scales_in_whatever_order_its_rows_are(here):
    shuffled = WHOLE.take(np.random.default_rng(0).permutation(WHOLE.num_rows))
    for name, rows in (("one.json", WHOLE), ("two.json", shuffled)):
        assert run(["calibrate", store(rows), "--output", name]) == 0
    one, two = (Calibration.load(here / name) for name in ("one.json", "two.json"))
    assert one.scales == two.scales
    assert one.figures == two.figures


def test_without_a_place_it_goes_to_the_data_folder(here, monkeypatch):
    monkeypatch.setenv("DJUV_DATA_DIR", "data")
    assert run(["calibrate", store(WHOLE)]) == 0
    assert Calibration.load(here / "data" / "calibration.json").source.sets == 60


def report(index: int, **changes: object) -> dict[str, object]:
    values = {c.value: OPINIONS.values[c][index] for c in Component}
    return {
        "format": "djuv.report.v1",
        "components": values,
        "intervals": {name: {"low": max(v - 0.8, 1), "high": v} for name, v in values.items()},
        "genre": "techno",
        "declared_genre": None,
        "model": {"name": "judge", "version": "1", "sha256": MODEL, "trained": True},
        "audio": {"name": f"{PANEL.sets[index]}.flac", "sha256": f"{index:064}"},
        **changes,
    }


def write_reports(count: int = 60, name=lambda index: f"report {index}", **changes: object) -> None:
    Path("reports").mkdir(exist_ok=True)
    for index in range(count):
        Path("reports", f"{name(index)}.json").write_bytes(
            orjson.dumps(report(index, **changes), option=orjson.OPT_SERIALIZE_NUMPY)
        )


def calibrated_to_reports(panel: arrow.Table) -> Calibration:
    assert run(["calibrate", store(panel), "--scores", "reports", "--output", "out.json"]) == 0
    return Calibration.load(Path("out.json"))


def test_reports_are_found_by_the_name_of_the_sound(here):
    write_reports()
    found = calibrated_to_reports(PEOPLE_ALONE)
    assert run(["calibrate", store(WHOLE), "--output", "columns.json"]) == 0
    columns = Calibration.load(here / "columns.json")
    assert found.source.model_sha256 == MODEL
    for one, other in zip(found.scales.values(), columns.scales.values(), strict=True):
        assert one.knots == other.knots  # the same scores, by another way


@pytest.mark.parametrize("join", ["audio_sha256", "report", "session"])
def test_reports_are_found_by_what_the_panel_says(here, join):
    write_reports()
    participants = PEOPLE_ALONE["participant_id"].to_pylist()
    numbers = [PANEL.sets.index(name) for name in participants]
    names = {
        "audio_sha256": [f"{number:064}" for number in numbers],
        "report": [f"report {number}.json" for number in numbers],
        "session": [f"report {number}" for number in numbers],
    }
    renamed = PEOPLE_ALONE.append_column(join, arrow.array(names[join])).set_column(
        1, "participant_id", arrow.array([f"DJ {name}" for name in participants])
    )
    assert calibrated_to_reports(renamed).scales == calibrated_to_reports(PEOPLE_ALONE).scales


def test_sets_without_a_report_are_left_out_and_too_few_are_refused(here, capsys):
    write_reports(40)
    assert run(["calibrate", store(PEOPLE_ALONE), "--scores", "reports", "--output", "o"]) == 0
    assert "40 sets have the judge's own" in capsys.readouterr().out
    for path in sorted(Path("reports").iterdir())[9:]:
        path.unlink()
    assert run(["calibrate", "panel.parquet", "--scores", "reports", "--output", "o"]) == 2
    assert "9 of the panel's 60 sets" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda: write_reports(format="other"), "not of the format djuv.report.v1"),
        (lambda: write_reports(components={}), "it has no scores"),
        (lambda: write_reports(audio=None), "which sound"),
        (
            lambda: write_reports(model={"sha256": MODEL, "calibration": "20261124-abc"}),
            "calibrated already (20261124-abc)",
        ),
        (lambda: write_reports(audio={"name": "a.flac"}), "it has no scores"),
        (lambda: Path("reports").mkdir(), "no reports"),
        (lambda: Path("reports").write_text("{"), "it is no JSON"),
        (lambda: None, "No such file"),
        (
            lambda: (
                write_reports(),
                write_reports(1, lambda _: "dj 0", audio={"name": "x", "sha256": "b" * 64}),
            ),
            "2 reports of different sound",
        ),
        (
            lambda: (write_reports(), write_reports(1, model={"sha256": "other"})),
            "2 models",
        ),
        (
            lambda: write_reports(intervals={c.value: {"low": 9, "high": 9.5} for c in Component}),
            "outside its own interval",
        ),
    ],
)
def test_reports_that_cannot_be_used_are_refused_in_a_sentence(here, capsys, prepare, words):
    prepare()
    code = run(["calibrate", store(PEOPLE_ALONE), "--scores", "reports", "--output", "out.json"])
    _refused(code, capsys, words)


def _refused(code, capsys, words):
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert words in err
    assert "Traceback" not in err
    assert not Path("out.json").exists()


def _spoilt() -> str:
    store(WHOLE)
    content = Path("panel.parquet").read_bytes()
    Path("cut.parquet").write_bytes(content[: len(content) // 2])
    return "cut.parquet"


def _as_csv() -> str:
    pyarrow.csv.write_csv(WHOLE, "panel.parquet")
    return "panel.parquet"


def _empty() -> str:
    Path("panel.parquet").touch()
    return "panel.parquet"


def _circular() -> str:
    Path("panel.parquet").symlink_to("panel.parquet")
    return "panel.parquet"


def _twice_named() -> str:
    return store(WHOLE.append_column("technical", WHOLE["technical"]))


TECHNICAL = WHOLE["technical"].to_numpy()

BAD_PANELS = {
    "absent": (lambda: "absent.parquet", "There is no file absent.parquet"),
    "folder": (lambda: ".", "is a folder"),
    "empty": (_empty, "is empty"),
    "CSV": (_as_csv, "is no Parquet file"),
    "cut off": (_spoilt, "cannot be read"),
    "unreadable": (_circular, "cannot be read"),
    "a column twice": (_twice_named, "cannot be read"),
    "no rows": (lambda: store(WHOLE.slice(0, 0)), "has no rows"),
    "no judges": (lambda: store(WHOLE.drop(["judge_id"])), "lacks the column judge_id"),
    "nameless": (
        lambda: store(replaced("judge_id", [None, *WHOLE["judge_id"].to_pylist()[1:]])),
        "Row 1 has no judge_id",
    ),
    "no scores": (
        lambda: store(WHOLE.drop(["technical", "selection", "energy", "creativity", "overall"])),
        "holds no scores at all",
    ),
    "scores as words": (
        lambda: store(replaced("technical", ["good"] * len(TECHNICAL))),
        "The column technical holds string",
    ),
    "off the scale": (lambda: store(replaced("technical", 10 * TECHNICAL)), "Scores go from 1"),
    "infinite": (lambda: store(replaced("energy", TECHNICAL / 0.0)), "gave energy inf"),
    "a set twice": (
        lambda: store(arrow.concat_tables([WHOLE, WHOLE.slice(5, 1)])),
        "more than once, first in row 6",
    ),
    "one person": (
        lambda: store(WHOLE.filter(pyarrow.compute.equal(WHOLE["judge_id"], "judge 0"))),
        "it takes 3",
    ),
    "few sets": (lambda: store(WHOLE.slice(0, 30)), "sets have technical from two judges or more"),
    "everybody the same": (
        lambda: store(replaced("overall", np.full(len(TECHNICAL), 7.0))),
        "gave all",
    ),
    "no scores of the judge": (lambda: store(PEOPLE_ALONE), "0 of the panel's 60 sets"),
    "no model": (
        lambda: store(WHOLE.drop(["judge_model_sha256"])),
        "does not say of which model",
    ),
    "the judge twice": (
        lambda: store(replaced("judge_energy", TECHNICAL)),
        "hold different values of judge_energy",
    ),
}


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(("make", "words"), BAD_PANELS.values(), ids=BAD_PANELS.keys())
def test_panels_that_cannot_be_used_are_refused_in_a_sentence(here, capsys, make, words):
    _refused(run(["calibrate", make(), "--output", "out.json"]), capsys, words)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (".", "is a folder"),
        ("absent/out.json", "no folder absent"),
        ("panel.parquet", "overwritten"),
    ],
)
def test_places_that_cannot_be_written_are_refused(here, capsys, output, words):
    store(WHOLE)
    before = Path("panel.parquet").read_bytes()
    _refused(run(["calibrate", "panel.parquet", "--output", output]), capsys, words)
    assert Path("panel.parquet").read_bytes() == before


def test_without_the_reader_it_says_what_to_install(here, capsys, monkeypatch):
    name = store(WHOLE)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code = run(["calibrate", name, "--output", "out.json"])
    _refused(code, capsys, "pip install 'djuniverse-live[calibrate]'")


def test_a_panel_of_the_overall_score_alone_leaves_every_scale(here, capsys):
    alone = WHOLE.drop(["technical", "selection", "energy", "creativity"])
    assert run(["calibrate", store(alone), "--output", "out.json"]) == 0
    assert Calibration.load(here / "out.json").is_identity
    out = " ".join(capsys.readouterr().out.split())
    assert "the panel did not score this" in out
    assert "leaves every score as it is" in out


def _spawn(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from web.command_line import main; main()", *arguments],
        env={**os.environ, "DJUV_LANG": "es", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_speaks_the_readers_language_and_draws_nothing_into_a_pipe(here):
    store(WHOLE)
    with _spawn("calibrate", "panel.parquet", "--output", "out.json") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Lo severa que es cada persona" in out
    assert "0," in out
    assert "\x1b" not in out + err
    assert err == "Guardado en out.json\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes and SIGINT")
def test_an_interrupted_run_leaves_what_was_there(here):
    os.mkfifo("panel.parquet")  # never written to: reading it takes for ever
    Path("out.json").write_text("before")
    with _spawn("calibrate", "panel.parquet", "--output", "out.json") as process:
        _wait_until_it_opens(process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Detenido" in err
    assert "Traceback" not in err
    assert Path("out.json").read_text() == "before"


def _wait_until_it_opens(process: subprocess.Popen[str]) -> None:
    """Wait until the process waits for the pipe: a writer finds a reader only then."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            os.open("panel.parquet", os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("it never opened the file")
