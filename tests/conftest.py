"""Real servers for the tests, and the rule that nothing skips where nothing should be missing."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

START_SECONDS = 20.0
"""Longest wait for a server of ours; on an idle machine they need well under two."""

DATA_ABSENT = "data absent: "
"""How the reason begins of a test that skips for want of data that may not lie in the project."""

DEVICE_ABSENT = "device absent: "
"""How the reason begins of a test that skips for want of a GPU, which not every machine has."""

REDIS_OPTIONS = ("--save", "", "--appendonly", "no", "--daemonize", "no")
POSTGRES_OPTIONS = ("-h", "127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=16MB")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As shells leave it for what runs in the background; the processes of tests would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("busy machine", deadline=None)
hypothesis.settings.load_profile("busy machine")  # others' work makes no example slow


def _must_not_skip() -> bool:
    return os.environ.get("DJUV_TESTS_MUST_NOT_SKIP") == "1"


def _skipped_is_failed(report: Any, what: str) -> None:
    """Turn a skip into a failure where the environment promises that nothing is missing."""
    if not _must_not_skip() or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if DATA_ABSENT in reason or DEVICE_ABSENT in reason:
        return  # the public data sets are no part of the project, nor are GPUs
    report.outcome = "failed"
    report.longrepr = f"{what} skipped while DJUV_TESTS_MUST_NOT_SKIP=1: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    _skipped_is_failed(report, item.nodeid)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    report = yield
    _skipped_is_failed(report, collector.nodeid)
    return report


def unused_port() -> int:
    """A TCP port of the loopback interface that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def free_port() -> int:
    return unused_port()


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with {process.returncode} before it was ready")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{name} was not ready after {START_SECONDS} s")
        time.sleep(0.02)


class RedisServer:
    """A real redis-server that can go away and come back on the same port, empty each time."""

    def __init__(self, executable: str, port: int) -> None:
        self.port = port
        self.url = f"redis://127.0.0.1:{port}/0"
        self._executable = executable
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self._process is not None:
            return
        self._process = subprocess.Popen(
            [self._executable, "--bind", "127.0.0.1", "--port", str(self.port), *REDIS_OPTIONS],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=tempfile.gettempdir(),
        )
        _wait_until(self._answers, self._process, "redis-server")

    def stop(self) -> None:
        """Kill it, as a machine that loses its power would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=START_SECONDS)
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    executable = shutil.which("redis-server")
    if executable is None:
        pytest.skip("redis-server is not installed")
    server = RedisServer(executable, unused_port())
    server.start()
    yield server
    server.stop()


def _postgres_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _as_owner() -> dict[str, Any]:
    """Arguments that run a process as someone other than root: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


@contextlib.contextmanager
def _postgres_server(binaries: Path) -> Iterator[str]:
    owner = _as_owner()
    folder = Path(tempfile.mkdtemp(prefix="djuv-postgres-"))
    if owner:
        shutil.chown(folder, "postgres", "postgres")
    cluster = folder / "cluster"
    subprocess.run(
        [
            binaries / "initdb",
            "-D",
            cluster,
            "-U",
            "djuv",
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        timeout=60,
        **owner,
    )
    port = unused_port()
    server = subprocess.Popen(
        [binaries / "postgres", "-D", cluster, "-p", str(port), "-k", folder, *POSTGRES_OPTIONS],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        **owner,
    )
    ask = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "2"]
    try:
        _wait_until(lambda: subprocess.run(ask, check=False).returncode == 0, server, "postgres")
        yield f"postgresql://djuv@127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One real PostgreSQL server for all tests, as a URL without a database."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL's server is not installed")
    with _postgres_server(binaries) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """A URL of a fresh, empty database."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"{postgres_server}/{name}"
