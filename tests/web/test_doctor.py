"""`doctor` on real parts: what is well is called well, what is broken is named with its cure."""

from __future__ import annotations

import http.server
import json
import os
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from battles.database import Database
from tests.conftest import RedisServer
from tests.judge.calibration.fitted import calibration_file
from web.command_line import checks, doctor, run
from web.command_line.checks import Finding, Verdict
from web.settings import Settings, load_settings
from web.texts import Texts


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free_port: int) -> None:
    for name in list(os.environ):
        if name.startswith("DJUV_") or name in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DJUV_PORT", str(free_port))
    monkeypatch.chdir(tmp_path)


def _found(finding: Finding) -> tuple[Verdict, str]:
    return finding.verdict, finding.code


def _settings(**given: Any) -> Settings:
    return load_settings(None, **given)


def test_a_bare_machine_is_ready(capsys: pytest.CaptureFixture[str]):
    assert run(["doctor", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    found = {check["name"]: check for check in report["checks"]}
    assert list(found) == [
        "python",
        "packages",
        "audio",
        "models",
        "crowd",
        "visuals",
        "database",
        "bus",
        "port",
        "https",
        "data",
        "disk",
    ]
    assert all(check["verdict"] != "problem" for check in found.values())
    assert found["database"]["code"] == "new" and found["bus"]["code"] == "memory"
    assert not Path("var").exists()  # asking changes nothing


def test_people_read_lines(capsys: pytest.CaptureFixture[str]):
    run(["doctor"])
    shown = capsys.readouterr().out
    assert "Python: CPython" in shown
    assert "{" not in shown and "doctor." not in shown


def test_settings_that_cannot_work_are_a_problem(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("DJUV_PORT", "x")
    assert run(["doctor", "--json"]) == 1
    (check,) = json.loads(capsys.readouterr().out)["checks"]
    assert check["name"] == "settings" and "DJUV_PORT" in check["text"]


def test_a_check_that_breaks_is_a_problem_and_not_the_end(monkeypatch: pytest.MonkeyPatch):
    def broken(_: Settings) -> Finding:
        raise OSError("no /proc")

    monkeypatch.setattr(checks, "check_bus", broken)
    found = {finding.check: finding for finding in checks.examine(_settings())}
    assert _found(found["bus"]) == (Verdict.PROBLEM, "broken")
    assert found["disk"].verdict is not Verdict.PROBLEM


def test_an_edge_needs_neither_models_nor_database():
    names = [
        finding.check
        for finding in checks.examine(_settings(role="edge", redis_url="redis://127.0.0.1:1"))
    ]
    assert "models" not in names and "database" not in names and "bus" in names


def test_packages_of_another_version_are_named(monkeypatch: pytest.MonkeyPatch):
    wanted = ["numpy>=2", "structlog<1", "no-such-thing>=1", "torch>=1; extra == 'train'"]
    monkeypatch.setattr("importlib.metadata.requires", lambda _: wanted)
    finding = checks.check_packages(_settings())
    assert _found(finding) == (Verdict.PROBLEM, "wrong")
    assert "structlog" in str(finding.details) and "no-such-thing" in str(finding.details)
    assert "numpy" not in str(finding.details) and "torch" not in str(finding.details)


def test_without_libopus_loss_cannot_be_concealed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stream.opus.load_libopus", lambda: None)
    assert _found(checks.check_audio(_settings())) == (Verdict.WARNING, "without_libopus")


def test_models_that_do_not_load_are_a_problem(tmp_path: Path):
    absent = checks.check_models(_settings(inference={"models_dir": tmp_path}))
    assert _found(absent) == (Verdict.PROBLEM, "invalid")


def test_the_crowds_model_is_tried_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    finding = checks.check_crowd(_settings())
    assert (finding.verdict, finding.code) == (checks.Verdict.OK, "ok")
    assert finding.details["version"]
    assert checks.check_crowd(_settings(chat={"enabled": False})).code == "off"
    monkeypatch.setattr("sentiment.classifier.MODELS", tmp_path)
    absent = checks.check_crowd(_settings())
    assert (absent.verdict, absent.code) == (checks.Verdict.PROBLEM, "invalid")


def test_the_visuals_are_tried_out(monkeypatch: pytest.MonkeyPatch):
    finding = checks.check_visuals(_settings(visuals={"most_rooms": 3}))
    assert _found(finding) == (Verdict.OK, "ok")
    assert finding.details["rooms"] == 3
    asked = []
    monkeypatch.setattr(
        "visuals.worker.assembly.try_out", lambda *given: asked.append(given) or 0.01
    )
    on_gpu = _settings(visuals={"provider": "cuda"}, inference={"device": 1})
    assert _found(checks.check_visuals(on_gpu)) == (Verdict.OK, "ok")
    assert asked == [(180, 20.0, 420, "cuda", 1)]
    assert _found(checks.check_visuals(_settings(visuals={"enabled": False}))) == (
        Verdict.OK,
        "off",
    )


def test_visuals_that_cannot_be_drawn_are_a_warning(monkeypatch: pytest.MonkeyPatch):
    def no_codec(*_: object) -> float:
        raise RuntimeError("no libvpx")

    monkeypatch.setattr("visuals.worker.assembly.try_out", no_codec)
    finding = checks.check_visuals(_settings())
    assert _found(finding) == (Verdict.WARNING, "unusable")
    assert "no libvpx" in str(finding.details["problem"])


def test_a_calibration_for_another_model_is_a_problem(tmp_path: Path):
    path = calibration_file(tmp_path, model_sha256="ef" * 32)
    settings = _settings(inference={"calibration": path, "providers": ["cpu"]})
    finding = checks.check_models(settings)
    assert finding.verdict is Verdict.PROBLEM
    assert "fitted for the model efefefefefef" in str(finding.details)


def test_a_gpu_that_is_not_used_is_told(monkeypatch: pytest.MonkeyPatch):
    cpu = {"inference": {"providers": ["cpu"]}}
    monkeypatch.setattr(checks, "has_nvidia_gpu", lambda: True)
    finding = checks.check_models(_settings(**cpu))
    assert finding.verdict is Verdict.WARNING
    assert finding.code in ("gpu_unused", "untrained")


def test_a_hidden_gpu_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/nvidia-smi")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert checks.has_nvidia_gpu()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert not checks.has_nvidia_gpu()


async def _opened(url: str) -> None:
    database = Database(url)
    await database.open()
    await database.close()


def test_databases(tmp_path: Path, free_port: int):
    import asyncio

    url = f"sqlite:///{tmp_path}/x.db"
    assert checks.check_database(_settings(database_url=url)).code == "new"
    asyncio.run(_opened(url))
    assert _found(checks.check_database(_settings(database_url=url))) == (Verdict.OK, "ok")
    away = f"postgresql://u:geheim@127.0.0.1:{free_port}/n"
    finding = checks.check_database(_settings(database_url=away))
    assert _found(finding) == (Verdict.PROBLEM, "unreachable")
    assert "geheim" not in str(finding)
    finding = checks.check_database(_settings(database_url="mysql://u:geheim@h/n"))
    assert _found(finding) == (Verdict.PROBLEM, "unusable")
    assert "geheim" not in str(finding)


def test_a_real_postgresql_is_well(postgres_url: str):
    finding = checks.check_database(_settings(database_url=postgres_url))
    assert _found(finding) == (Verdict.OK, "new")
    assert str(finding.details["address"]).startswith("postgresql://djuv@")


def test_a_real_redis_is_asked(redis_server: RedisServer):
    settings = _settings(redis_url=redis_server.url)
    assert _found(checks.check_bus(settings)) == (Verdict.OK, "redis")
    redis_server.stop()
    assert _found(checks.check_bus(settings)) == (Verdict.PROBLEM, "unreachable")
    assert checks.check_bus(_settings(redis_url="nonsense")).verdict is Verdict.PROBLEM


class _Answer(http.server.BaseHTTPRequestHandler):
    body: ClassVar[bytes] = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web_server() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(
    ("body", "verdict", "code"),
    [
        (b'{"status": "ok", "parts": {}}', Verdict.OK, "ours"),
        (b"<html>", Verdict.PROBLEM, "busy"),
        (b"[]", Verdict.PROBLEM, "busy"),
    ],
)
def test_a_port_in_use_may_be_by_ourselves(
    web_server: int, monkeypatch: pytest.MonkeyPatch, body: bytes, verdict: Verdict, code: str
):
    monkeypatch.setattr(_Answer, "body", body)
    assert _found(checks.check_port(_settings(port=web_server))) == (verdict, code)


def test_ports(free_port: int, monkeypatch: pytest.MonkeyPatch):
    assert _found(checks.check_port(_settings(port=free_port))) == (Verdict.OK, "ok")
    away = checks.check_port(_settings(host="192.0.2.1"))
    assert _found(away) == (Verdict.PROBLEM, "unusable")
    monkeypatch.setattr(checks, "ANSWER_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, answers nothing
        finding = checks.check_port(_settings(port=silent.getsockname()[1]))
    assert _found(finding) == (Verdict.PROBLEM, "busy")


def test_https(tmp_path: Path):
    for host in ("127.0.0.1", "::1", "localhost"):
        assert checks.check_https(_settings(host=host)).code == "loopback"
    for host in ("::", "live.example"):
        assert _found(checks.check_https(_settings(host=host))) == (Verdict.WARNING, "plain")
    pair = {"tls_certificate": tmp_path / "c.pem", "tls_key": tmp_path / "k.pem"}
    assert _found(checks.check_https(_settings(**pair))) == (Verdict.PROBLEM, "unreadable")
    for path in pair.values():
        path.write_text("pem")
    assert _found(checks.check_https(_settings(**pair))) == (Verdict.OK, "tls")


def test_data_folder_and_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert checks.check_data_folder(_settings()).code == "new"
    (tmp_path / "var").mkdir()
    assert checks.check_data_folder(_settings()).code == "ok"
    (tmp_path / "file").write_text("no folder")
    unusable = checks.check_data_folder(_settings(data_dir=tmp_path / "file" / "x"))
    assert _found(unusable) == (Verdict.PROBLEM, "unwritable")
    nowhere = _settings(data_dir=Path("/proc/nothing"))
    assert _found(checks.check_disk(nowhere)) == (Verdict.PROBLEM, "unknown")
    database = checks.check_database(nowhere)
    assert _found(database) == (Verdict.PROBLEM, "unusable")
    assert "/proc/nothing/djuniverse.db" in str(database.details["problem"])
    for free, expected in (
        (checks.LEAST_BYTES - 1, (Verdict.PROBLEM, "full")),
        (checks.LEAST_BYTES, (Verdict.WARNING, "nearly_full")),
        (1 << 40, (Verdict.OK, "ok")),
    ):
        monkeypatch.setattr(checks, "free_bytes", lambda _, free=free: free)
        assert _found(checks.check_disk(_settings())) == expected


def test_every_code_has_its_text():
    source = Path(checks.__file__).read_text()
    used = set(re.findall(r'_(?:ok|warning|problem)\(\s*"(\w+)",\s*"(\w+)"', source))
    used |= {(name, "ok") for name in re.findall(r'_ok\("(\w+)"', source)}
    words = Texts("en")
    assert len(used) > 20
    missing = [
        f"doctor.{check}.{code}" for check, code in used if f"doctor.{check}.{code}" not in words
    ]
    assert [key for key in missing if key not in ("doctor.bus.ok", "doctor.https.ok")] == []
    assert all(f"doctor.{check}" in Texts("en") for check, _ in used)


def test_figures_have_the_decimal_sign_of_the_language(monkeypatch: pytest.MonkeyPatch):
    finding = Finding("disk", Verdict.WARNING, "nearly_full", {"free_gb": "3.5", "least_gb": "5.0"})
    assert "3.5 GB free, less than the 5.0 GB" in doctor._text(finding)
    monkeypatch.setattr(doctor, "TEXTS", Texts("es"))
    assert "3,5 GB libres, menos de los 5,0 GB" in doctor._text(finding)
