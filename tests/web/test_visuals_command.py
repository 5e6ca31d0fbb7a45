"""`djuniverse visuals`, run as people run it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadInput
from core.show import ShowMode
from inference.providers import Provider
from tests.golden.render import write
from tests.visuals.film.reading import decibels, read
from visuals.field import FieldModel
from visuals.picture import PictureSize
from web.command_line import run
from web.films.caption import caption, left_out
from web.films.options import Wanted, plan_of

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "tests" / "golden" / "house_124.opus"
COMMAND = (sys.executable, "-c", "from web.command_line import main; main()", "visuals")
SMALL = ("--size", "160x90", "--fps", "10")


def test_a_mix_becomes_a_film_with_its_sound(tmp_path, capsys):
    out = tmp_path / "night.webm"
    shown = ["--seed", "7", "--length", "4", "--start", "0:08", "--text", "DJ Ñandú"]
    assert run(["visuals", str(HOUSE), "-o", str(out), *SMALL, *shown]) == 0
    printed, err = capsys.readouterr()
    assert printed == ""
    assert "night.webm" in err.replace("\n", "")
    assert "0:04" in err and "160x90" in err
    film = read(out)
    assert film.codecs == ("vp9", "opus")
    assert film.title == HOUSE.stem
    assert (film.times[0], film.sound_begins) == (0.0, 0.0)
    assert len(film.times) == 40
    assert len(film.sound) == 4 * 48_000
    own = own_sound()[8 * 48_000 : 12 * 48_000]
    assert decibels(film.sound) == pytest.approx(decibels(own), abs=0.2)
    moving = np.abs(np.diff(film.pictures.astype(float), axis=0)).mean(axis=(1, 2, 3))
    assert moving.min() > 0.0  # it never stands still
    assert film.pictures.std() > 5.0
    assert [path.name for path in tmp_path.iterdir()] == ["night.webm"]
    assert oct(out.stat().st_mode)[-2:] != "00"  # others may read it, as other files


def test_a_mix_whose_name_is_no_text_becomes_a_film(tmp_path):
    """Old collections have names in Latin-1 on a disk that is read as UTF-8."""
    mix = tmp_path / os.fsdecode(b"caf\xe9.opus")
    mix.write_bytes(HOUSE.read_bytes())
    out = tmp_path / os.fsdecode(b"caf\xe9.webm")
    command = (*COMMAND, str(mix), "-o", str(out), *SMALL, "--length", "1")
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=100, check=False)
    assert (ran.returncode, ran.stdout) == (0, b""), ran.stderr
    assert b"caf\\udce9.webm" in ran.stderr.replace(b"\n", b"")
    assert read(out).title == "caf?"


def own_sound():
    import av

    with av.open(str(HOUSE)) as container:
        return np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1).T


def test_a_seed_reproduces_a_film_and_another_does_not(tmp_path):
    films = {}
    for name, seed in (("one", "3"), ("two", "3"), ("three", "4")):
        path = tmp_path / f"{name}.webm"
        arguments = ["-o", str(path), *SMALL, "--length", "2", "--seed", seed]
        assert run(["visuals", str(HOUSE), *arguments]) == 0
        films[name] = read(path).pictures
    np.testing.assert_array_equal(films["one"], films["two"])
    assert np.abs(films["one"].astype(float) - films["three"]).mean() > 2.0


@pytest.mark.parametrize(
    ("arguments", "variables", "providers"),
    [
        (["--provider", "cpu"], {}, ["CPUExecutionProvider"]),
        ([], {"DJUV_INFERENCE__PROVIDERS": "cuda, cpu"}, list(Provider)[1:]),
    ],
)
def test_the_film_is_drawn_where_it_is_asked_to(
    tmp_path, monkeypatch, arguments, variables, providers
):
    for name, value in (variables | {"DJUV_INFERENCE__DEVICE": "1"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    asked, real = [], FieldModel.on_first_of

    def on_first_of(*where):
        asked.append(where)
        return real(*where)

    monkeypatch.setattr(FieldModel, "on_first_of", on_first_of)
    out = tmp_path / "film.webm"
    assert run(["visuals", str(HOUSE), "-o", str(out), *SMALL, "--length", "1", *arguments]) == 0
    ((tried, placement, size),) = asked
    assert list(tried) == providers
    assert placement.device == 1
    assert size == PictureSize(160, 90)
    assert len(read(out).times) == 10


def test_what_is_there_is_replaced_by_force_alone(tmp_path, capsys):
    out = tmp_path / "out.webm"
    out.write_text("before")
    arguments = ["visuals", str(HOUSE), "-o", str(out), *SMALL, "--length", "1"]
    assert run(arguments) == 2
    assert "--force" in capsys.readouterr().err
    assert out.read_text() == "before"
    assert run([*arguments, "--force"]) == 0
    assert len(read(out).times) == 10


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["absent.flac", "-o", "{new}"], "absent.flac"),
        ([str(ROOT / "README.md"), "-o", "{new}"], "README.md"),
        ([str(HOUSE)], "--output"),
        ([str(HOUSE), "-o", "out.mp4"], ".webm"),
        ([str(HOUSE), "-o", "absent/out.webm"], "no folder absent"),
        ([str(HOUSE), "-o", "{new}", "--size", "641x360"], "1280x720"),
        ([str(HOUSE), "-o", "{new}", "--size", "big"], "1280x720"),
        ([str(HOUSE), "-o", "{new}", "--size", "32x18"], "160x90"),
        ([str(HOUSE), "-o", "{new}", "--fps", "240"], "10 to 60"),
        ([str(HOUSE), "-o", "{new}", "--fps", "1/0"], "10 to 60"),
        ([str(HOUSE), "-o", "{new}", "--scene", "disco"], "mandala"),
        ([str(HOUSE), "-o", "{new}", "--palette", "beige"], "ember"),
        ([str(HOUSE), "-o", "{new}", "--intensity", "2"], "0 to 1"),
        ([str(HOUSE), "-o", "{new}", "--seed", "-1"], "4294967295"),
        ([str(HOUSE), "-o", "{new}", "--text", "x" * 81], "80"),
        ([str(HOUSE), "-o", "{new}", "--text", "a\nb"], "one line"),
        ([str(HOUSE), "-o", "{new}", "--start", "soon"], "--start takes a time"),
        ([str(HOUSE), "-o", "{new}", "--length", "0"], "--length takes a time"),
        ([str(HOUSE), "-o", "{new}", "--start", "1:00"], "is over before 60 s"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(tmp_path, capsys, arguments, words):
    new = tmp_path / "new.webm"
    assert run(["visuals", *(each.format(new=new) for each in arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in " ".join(err.split())
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_the_mix_itself_is_never_overwritten(tmp_path, capsys):
    mix = tmp_path / "mix.webm"
    mix.write_bytes(HOUSE.read_bytes())
    link = tmp_path / "link.webm"
    link.symlink_to(mix)
    for place in (mix, link):
        assert run(["visuals", str(mix), "-o", str(place), "--force"]) == 2
        assert "overwritten" in capsys.readouterr().err
    assert mix.read_bytes() == HOUSE.read_bytes()


def test_options_are_understood():
    plan = plan_of(
        Wanted(size="1280X720", fps="29.97", scene="tunnel", palette="rose", start="1:02:03.5")
    )
    assert (plan.size.width, plan.size.height) == (1280, 720)
    assert float(plan.frames_per_second) == pytest.approx(29.97)
    assert plan.settings.mode is ShowMode.MANUAL
    assert (plan.settings.scene, plan.settings.palette) == ("tunnel", "rose")
    assert plan.cut.start_sample == round(3_723.5 * 48_000)
    assert plan.cut.length_samples is None
    assert plan_of(Wanted()).settings.mode is ShowMode.AUTO
    assert plan_of(Wanted(length="90")).cut.length_samples == 90 * 48_000
    for nonsense in ("-1", "1:2:3:4", "nan", ""):
        with pytest.raises(BadInput):
            plan_of(Wanted(start=nonsense))


@pytest.mark.parametrize("text", ["DJ Ñandú $5 & <b>", "W" * 80])
def test_a_caption_lies_at_the_lower_left_and_fits(text):
    size = PictureSize(640, 360)
    layer = caption(text, size)
    height, width = layer.colour.shape[:2]
    assert 0 < layer.left < 64
    assert layer.left + width < size.width
    assert size.height * 0.8 < layer.top < layer.top + height < size.height
    assert layer.colour.max() > 250


def test_what_the_font_lacks_is_left_out_and_told():
    assert left_out("¡Hola, Ñandú! 🎧🎧 — 東") == "🎧東"
    plain, with_emoji = (caption(text, PictureSize(640, 360)) for text in ("Ana", "Ana 🎧"))
    assert plain is not None and with_emoji is not None
    np.testing.assert_array_equal(with_emoji.colour, plain.colour)
    assert caption("🎧", PictureSize(640, 360)) is None


def test_a_caption_of_blanks_is_none():
    assert caption("   ", PictureSize(640, 360)) is None


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_an_interrupted_film_leaves_no_file_behind(tmp_path):
    long, out = tmp_path / "long.flac", tmp_path / "out" / "night.webm"
    out.parent.mkdir()
    out.write_text("before")
    write(long, 0.1 * np.ones((48_000 * 120, 2), np.float32), "flac", 64_000)
    command = [*COMMAND, str(long), "-o", str(out), "--force", *SMALL]
    environment = {**os.environ, "DJUV_LANG": "es"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_until_it_films(process, out)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Detenido" in err
    assert "Traceback" not in err
    assert [path.name for path in out.parent.iterdir()] == ["night.webm"]
    assert out.read_text() == "before"


def wait_until_it_films(process, out):
    """Wait until there is a file beside `out`: by then it films, for a minute and more to come."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        if list(out.parent.glob(".*.webm")):
            return
        time.sleep(0.02)
    raise AssertionError("it never began to film")
