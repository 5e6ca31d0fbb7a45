from __future__ import annotations

import asyncio
import io
import json
import logging
import threading
import warnings
from typing import Any

import pytest
import structlog

from web.logs import QueueWriter, bound, logging_to
from web.settings_sections import LogFormat, LogLevel

KEY = "djuv_0123abcd" + "e" * 56


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_lines_of_the_product_and_of_libraries_look_the_same():
    stream = io.StringIO()
    with logging_to(stream):
        structlog.get_logger("judge.pipeline").info("window judged", latency_ms=6.5)
        colours = {"color_message": "Started on \x1b[1m%s"}
        logging.getLogger("uvicorn.error").warning("Started on %s", "port 8000", extra=colours)
        logging.getLogger("stream.receiver").info("loss", extra={"session": "s9"})
    own, uvicorn, extra = _lines(stream)
    assert own["event"] == "window judged"
    assert (own["latency_ms"], own["level"], own["logger"]) == (6.5, "info", "judge.pipeline")
    assert uvicorn["event"] == "Started on port 8000"
    assert (uvicorn["level"], uvicorn["logger"]) == ("warning", "uvicorn.error")
    assert list(uvicorn) == ["timestamp", "level", "logger", "event"]
    assert extra["session"] == "s9"
    assert all(line["timestamp"].endswith("Z") for line in (own, uvicorn, extra))


async def test_session_and_window_are_bound_where_known():
    stream = io.StringIO()

    async def judge(session: str) -> None:
        with bound(session=session, window=7):
            await asyncio.sleep(0)
            logging.getLogger("aiortc").warning("from a library")
            structlog.get_logger().info("from us")

    with logging_to(stream):
        await asyncio.gather(judge("s1"), judge("s2"))
        structlog.get_logger().info("outside")
    *inside, outside = _lines(stream)
    assert sorted((line["session"], line["window"]) for line in inside) == [
        ("s1", 7),
        ("s1", 7),
        ("s2", 7),
        ("s2", 7),
    ]
    assert "session" not in outside


@pytest.mark.parametrize("log_format", [LogFormat.JSON, LogFormat.CONSOLE])
def test_secrets_are_cut_out_wherever_they_stand(log_format: LogFormat):
    stream = io.StringIO()
    log = structlog.get_logger()
    with logging_to(stream, log_format):
        log.info(f"pass {KEY.replace('v', 'm')} came", visitor="geheim")
        log.info(f"key {KEY} came", header={"Authorization": f"Bearer {KEY}"})
        log.info("nested", deep=[{"a": ("Bearer abc.geheim",)}], **{"token": "geheim"})
        log.info("address", url="postgresql://u:geheim@h/n", other="redis://:geheim@h")
        log.info("sdp", offer="a=ice-ufrag:x\r\na=ice-pwd:geheim\r\n")
        logging.getLogger("library").warning("Authorization: bearer %s", "geheim")
        try:
            raise ValueError(f"cannot use {KEY} with Basic geheim==")
        except ValueError:
            log.exception("failed")
    written = stream.getvalue()
    assert "geheim" not in written
    assert "eeeeeeee" not in written
    assert written.count("djuv_0123abcd") >= 2  # the name of a key stays: who it was can be seen
    assert "ValueError" in written


def test_auto_is_for_people_on_a_terminal_only():
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        with logging_to(stream, LogFormat.AUTO):
            structlog.get_logger().info("hello", number=1)
    assert not terminal.getvalue().startswith("{")
    assert _lines(file)[0]["number"] == 1


def test_levels_hold_for_everyone():
    stream = io.StringIO()
    with logging_to(stream, LogFormat.JSON, LogLevel.WARNING):
        structlog.get_logger().info("not this")
        logging.getLogger("library").info("nor this")
        structlog.get_logger().warning("this")
    assert [line["event"] for line in _lines(stream)] == ["this"]


def test_values_of_statements_are_not_logged_even_when_debugging():
    stream = io.StringIO()
    with logging_to(stream, LogFormat.JSON, LogLevel.DEBUG):
        for name in ("aiosqlite", "sqlalchemy.engine.Engine", "aioice.ice"):
            logging.getLogger(name).debug("a value")
    assert stream.getvalue() == ""


def test_warnings_are_logged_and_logging_leaves_no_trace():
    stream = io.StringIO()
    before = (list(logging.getLogger().handlers), logging.getLogger().level)
    with logging_to(stream), warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("careful", UserWarning, stacklevel=1)
    assert "careful" in stream.getvalue()
    assert (list(logging.getLogger().handlers), logging.getLogger().level) == before


class Stuck(io.StringIO):
    """A terminal that does not read until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.writing, self.let = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.writing.set()
        assert self.let.wait(10)
        return super().write(text)


def test_a_stuck_terminal_drops_lines_and_stops_nothing():
    stream = Stuck()
    writer = QueueWriter(stream, capacity=3)
    writer.start()
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "line", None, None)
    writer.handle(record)
    assert stream.writing.wait(10)
    for _ in range(5):
        writer.handle(record)
    assert writer.dropped == 2
    stream.let.set()
    writer.close()
    assert stream.getvalue() == "line\n" * 4 + "2 log lines were dropped\n"


def test_a_terminal_stuck_for_good_cannot_keep_the_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("web.logs.CLOSE_SECONDS", 0.05)
    stream = Stuck()
    writer = QueueWriter(stream, capacity=1)
    writer.start()
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "line", None, None)
    writer.handle(record)
    assert stream.writing.wait(10)
    writer.handle(record)
    writer.close()  # comes back: that is the test
    stream.let.set()


def test_a_closed_stream_stops_nothing():
    stream = io.StringIO()
    writer = QueueWriter(stream)
    stream.close()
    writer.start()
    writer.handle(logging.LogRecord("x", logging.INFO, __file__, 1, "line", None, None))
    writer.close()


def test_a_line_that_cannot_be_rendered_stops_nothing_and_shows_nothing():
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("geheim")

    stream = io.StringIO()
    with logging_to(stream, LogFormat.JSON):
        logging.getLogger("library").warning("geheim %s", Broken())
    assert stream.getvalue() == "a line of library could not be rendered: RuntimeError\n"
