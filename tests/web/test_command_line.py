"""The command line as people run it: in a process of its own, and in both languages."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from battles.keys import KEY_FORMAT
from battles.moderators import PASS_FORMAT
from core.errors import BadInput, StorageUnavailable
from tests.battles.test_emotes import picture
from web import command_line
from web.command_line import run
from web.command_line.language import without_language

SECONDS = 60


def _environment(**variables: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DJUV_", "LC_", "LANG"))}
    for name in ("DATABASE_URL", "REDIS_URL"):
        kept.pop(name, None)
    return kept | {"PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "120"} | variables


def djuniverse(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in `folder`."""
    return subprocess.run(
        [sys.executable, "-c", "from web.command_line import main; main()", *arguments],
        cwd=folder,
        env=_environment(**variables),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without settings."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("DJUV_") or name in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(name)
    return tmp_path


def test_help_is_in_the_readers_language(folder: Path):
    english = djuniverse(folder, "--help")
    spanish = djuniverse(folder, "--help", LANG="es_ES.UTF-8")
    chosen = djuniverse(folder, "serve", "--help", "--lang", "es", LANG="en_GB.UTF-8")
    assert (english.returncode, spanish.returncode, chosen.returncode) == (0, 0, 0)
    for command in ("serve", "judge", "visuals", "replay", "key", "doctor", "version"):
        assert command in english.stdout and command in spanish.stdout
    assert "Usage:" in english.stdout and "Show this help" in english.stdout
    assert "Uso:" in spanish.stdout and "Órdenes" in spanish.stdout
    assert "Uso:" in chosen.stdout and "Dirección en la que escucha" in chosen.stdout
    assert not re.search(r"Usage|Options|Commands|Show this", spanish.stdout + chosen.stdout)


def test_no_help_shows_a_key_instead_of_its_text(folder: Path, capsys: pytest.CaptureFixture[str]):
    for command in (
        "serve", "judge", "visuals", "replay", "doctor", "version", "key", "moderator", "emote",
    ):  # fmt: skip
        assert run([command, "--help"]) == 0
    for command in ("create", "list", "revoke"):
        assert run(["key", command, "--help"]) == 0
        assert run(["moderator", command, "--help"]) == 0
    for command in ("add", "list", "remove"):
        assert run(["emote", command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert not re.search(r"\b[a-z_]+(\.[a-z_]+)*\.help\b", shown)
    assert "bool" not in shown  # a flag takes no value


def test_a_key_is_shown_once_and_can_be_revoked(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["key", "create", "DJ [bold]Ñandú"]) == 0
    created = capsys.readouterr()
    (key,) = KEY_FORMAT.findall(created.out)
    assert "DJ [bold]Ñandú" in created.out and "dj-bold-nandu" in created.out
    assert key not in created.err
    assert run(["key", "list"]) == 0
    listed = capsys.readouterr().out
    assert key[:13] in listed and key not in listed
    assert run(["key", "revoke", key[:13], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["revoked_unix_seconds"] > 0
    assert run(["key", "revoke", key[:13]]) == 2
    assert key[:13] in capsys.readouterr().err
    stored = [path.read_bytes() for path in (folder / "var").iterdir()]
    assert stored and not any(key[13:].encode() in content for content in stored)


def test_keys_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["key", "list"]) == 0
    assert "djuniverse key create" in capsys.readouterr().out
    assert run(["key", "create", "Ana", "--json", "--data-dir", "elsewhere"]) == 0
    created = json.loads(capsys.readouterr().out)
    assert KEY_FORMAT.fullmatch(created["key"]) and created["room"] == "ana"
    assert (folder / "elsewhere" / "djuniverse.db").exists()
    (folder / "my.toml").write_text('data_dir = "elsewhere"')
    assert run(["key", "list", "--json", "--config", "my.toml"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["key_id"] == created["key_id"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--nope"], "--nope"),
        (["servee"], "serve?"),
        (["xyzzy"], "doctor"),
        (["key", "crate"], "create?"),
        (["key", "create"], "name"),
        (["key", "create", "a", "b"], "b"),
        (["key", "create", ""], "64"),
        (["serve", "--port", "80a"], "--port takes a whole number."),
        (["serve", "--role", "core"], "--role takes one of these: all, ingest, edge."),
        (["serve", "--port", "99999"], "DJUV_PORT"),
        (["serve", "--role", "edge"], "REDIS_URL"),
        (["serve", "--config", "nothing.toml"], "nothing.toml"),
        (["--lang", "xx", "version"], "en, es"),
        (["version", "--lang"], "en, es"),
    ],
)
def test_what_cannot_be_used_exits_with_2_and_says_why(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
):
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.out == ""
    assert "Traceback" not in captured.err and "{" not in captured.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["key", "create", "DJ \udcff"], "name"),
        (["key", "revoke", "djuv_abcdef\udcff"], "prefix"),
        (["moderator", "create", "Luz\udcff", "--room", "nova"], "name"),
        (["moderator", "create", "Luz", "--room", "nova\udcff"], "--room"),
        (["moderator", "list", "--room", "nova\udcff"], "--room"),
        (["moderator", "revoke", "djum_abcdef\udcff", "--room", "nova"], "prefix"),
        (["emote", "add", "ball\udcff", "ball.png", "--room", "nova"], "name"),
        (["emote", "list", "--room", "nova\udcff"], "--room"),
        (["emote", "remove", "ball\udcff", "--room", "nova"], "name"),
    ],
)
def test_what_is_no_text_is_no_name(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], named: str
):
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err == f"{named} is no text: it holds bytes that are not UTF-8.\n"
    assert captured.out == ""


def test_a_wrong_setting_exits_with_2_in_spanish(folder: Path):
    wrong = djuniverse(folder, "serve", DJUV_LIMITS__SESSIONS="0", DJUV_LANG="es")
    assert wrong.returncode == 2
    assert wrong.stderr == (
        "El ajuste limits.sessions (DJUV_LIMITS__SESSIONS) debe ser al menos 1.\n"
    )


def test_a_database_that_is_away_exits_with_1(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    free_port: int,
):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://u:geheim@127.0.0.1:{free_port}/n")
    assert run(["key", "list"]) == 1
    assert "geheim" not in capsys.readouterr().err


def test_nothing_asked_shows_help(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run([]) == 2
    assert "serve" in capsys.readouterr().out


def test_language_may_stand_anywhere_before_the_end_of_options():
    assert without_language(["--lang", "es", "key", "list"]) == ["key", "list"]
    assert without_language(["key", "--lang=en", "list"]) == ["key", "list"]
    assert without_language(["key", "create", "--", "--lang"]) == ["key", "create", "--", "--lang"]
    with pytest.raises(BadInput):
        without_language(["--lang"])


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (BadInput("no"), 2),
        (StorageUnavailable("away"), 1),
        (ImportError("libx.so"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    code: int,
):
    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(command_line, "app", fail)
    assert run(["version"]) == code
    assert ("libx.so" in capsys.readouterr().err) == isinstance(raised, ImportError)


def test_a_broken_library_of_the_judge_leaves_the_other_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def broken(name: str) -> None:
        raise ImportError("libavcodec.so: cannot open")

    monkeypatch.setattr(importlib, "import_module", broken)
    unavailable = command_line._command("judge")
    with pytest.raises(BadInput.__mro__[1], match="libavcodec") as refused:
        unavailable()
    assert refused.value.slug == "command_unavailable"


def test_version_for_people_and_programs(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["version", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert re.fullmatch(r"[0-9a-f]{64}", found["model"]["sha256"])
    assert "CPUExecutionProvider" in found["providers"]
    assert run(["version"]) == 0
    shown = capsys.readouterr().out
    assert found["version"] in shown and found["model"]["sha256"] in shown


def test_version_without_a_model_says_so(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "my.toml").write_text('[inference]\nmodels_dir = "nothing"')
    assert run(["version", "--json", "--config", "my.toml"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["model"] is None and "nothing" in found["model_problem"]


def test_serve_on_a_busy_port_says_so(folder: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        busy = djuniverse(folder, "serve", "--port", str(port), "--log-format", "json")
    assert busy.returncode == 2
    assert f"Port {port} on 127.0.0.1 is in use." in busy.stderr
    assert "Traceback" not in busy.stderr


def test_the_installed_command_is_this_one(folder: Path):
    installed = shutil.which("djuniverse", path=str(Path(sys.executable).parent))
    if installed is None:
        pytest.skip("the product is not installed in this environment")
    shown = subprocess.run(
        [installed, "key", "list"], cwd=folder, env=_environment(), timeout=SECONDS, check=False
    )
    assert shown.returncode == 0


def test_folders_with_strange_names_are_fine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    strange = tmp_path / f"50% ñ {{x}} {uuid.uuid4().hex[:4]}?#"
    strange.mkdir()
    monkeypatch.chdir(strange)
    assert run(["key", "create", "Ana", "--json"]) == 0
    capsys.readouterr()
    assert run(["key", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["room"] == "ana"


def test_a_data_folder_that_cannot_be_is_named(folder: Path):
    (folder / "file").write_text("no folder")
    for language, words in (
        ("en", "cannot be opened or made"),
        ("es", "no se puede abrir ni crear"),
    ):
        said = djuniverse(folder, "key", "list", "--data-dir", "file", "--lang", language)
        assert said.returncode == 2
        assert words in said.stderr and "file/djuniverse.db" in said.stderr


def test_a_moderators_pass_is_shown_once_and_can_be_revoked(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(["key", "create", "Nova"]) == 0
    assert run(["moderator", "list", "--room", "nova"]) == 0
    assert "moderator create NAME --room nova" in capsys.readouterr().out
    assert run(["moderator", "create", "[b]Luz", "--room", "nova"]) == 0
    created = capsys.readouterr()
    (secret,) = PASS_FORMAT.findall(created.out)
    assert "[b]Luz" in created.out and "/moderate/nova" in created.out
    assert secret not in created.err
    assert run(["moderator", "list", "--room", "nova"]) == 0
    listed = capsys.readouterr().out
    assert secret[:13] in listed and secret not in listed and "[b]Luz" in listed
    assert run(["moderator", "revoke", secret[:13], "--room", "nova", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["revoked_unix_seconds"] > 0
    assert run(["moderator", "revoke", secret[:13], "--room", "nova"]) == 2
    assert secret[:13] in capsys.readouterr().err
    assert run(["moderator", "create", "Sol", "--room", "nova", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert PASS_FORMAT.fullmatch(made["pass"]) and made["room"] == "nova"
    assert run(["moderator", "list", "--room", "nova", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_an_emote_is_added_listed_and_removed(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["key", "create", "Nova"]) == 0
    (folder / "ball.png").write_bytes(picture())
    assert run(["emote", "list", "--room", "nova"]) == 0
    assert run(["emote", "add", "disco_ball", "ball.png", "--room", "nova"]) == 0
    assert ":disco_ball:" in capsys.readouterr().out
    assert run(["emote", "list", "--room", "nova", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["media_type"]) == ("disco_ball", "image/png")
    assert run(["emote", "list", "--room", "nova"]) == 0
    assert ":disco_ball:" in capsys.readouterr().out
    assert run(["emote", "remove", "disco_ball", "--room", "nova"]) == 0
    assert run(["emote", "remove", "disco_ball", "--room", "nova"]) == 2
    assert "emote" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["moderator", "create", "Luz"], "--room"),
        (["moderator", "create", "Luz", "--room", "nobody"], "sala"),
        (["moderator", "create", "x" * 40, "--room", "nova"], "32"),
        (["emote", "add", "ball", "nothing.png", "--room", "nova"], "nothing.png"),
        (["emote", "add", "ball", "large.png", "--room", "nova"], "65536"),
        (["emote", "add", "ball", "wide.png", "--room", "nova"], "129"),
        (["emote", "add", "fire", "ball.png", "--room", "nova"], "fire"),
        (["emote", "add", "Ball", "ball.png", "--room", "nova"], "24"),
        (["emote", "add", "ball", "ball.svg", "--room", "nova"], "WebP"),
    ],
)
def test_what_is_no_moderator_or_emote_is_refused_in_the_readers_language(
    folder: Path, arguments: list[str], said: str
):
    (folder / "ball.png").write_bytes(picture())
    (folder / "ball.svg").write_text("<svg/>")
    (folder / "large.png").write_bytes(picture() + b"\0" * 70_000)
    (folder / "wide.png").write_bytes(picture(size=(129, 1)))
    assert run(["key", "create", "Nova"]) == 0
    refused = djuniverse(folder, *arguments, DJUV_LANG="es")
    assert refused.returncode == 2
    assert said in refused.stderr and "{" not in refused.stderr
    assert refused.stdout == ""
