"""Structured logs: one line an event, for people on a terminal, as JSON for everything else.

Lines of the product, of uvicorn, aiortc and every other library take the same way: what is bound to
the context (`bound`) is added, secrets are cut out, and a thread of its own writes, so that a
terminal that does not read cannot stop the event loop.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import IO, Any, Final

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from web.settings_sections import LogFormat, LogLevel

WAITING_LINES: Final = 10_000
"""Lines that wait for the writer; when full, new lines are dropped and counted."""

CLOSE_SECONDS: Final = 2.0
"""Longest wait for a reader that does not read, at each step of the end."""

CUT: Final = "[redacted]"

SECRET_FIELDS: Final = frozenset(
    {
        "authorization",
        "cookie",
        "credential",
        "pass",
        "password",
        "secret",
        "stream_key",
        "token",
        "visitor",
    }
)
"""Fields whose value is never written, whatever it is."""

FIRST_FIELDS: Final = ("timestamp", "level", "logger", "event")

_SECRETS: Final = (
    (re.compile(r"(dju[vm]_[0-9a-f]{8})[0-9a-f]{8,}"), r"\1" + CUT),  # a key keeps its name
    (re.compile(r"(?i)\b(bearer|basic)(\s+)[\w.~+/=-]+"), r"\1\2" + CUT),
    (re.compile(r"(\w://[^\s:/@]*:)[^\s@]+@"), r"\1" + CUT + "@"),  # of an address
    (re.compile(r"(?i)(ice-pwd:)\S+"), r"\1" + CUT),  # of a session description
)

QUIET: Final = {
    "aioice": logging.WARNING,  # says every candidate pair
    "aiosqlite": logging.WARNING,  # says every statement with its values
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
    "matplotlib": logging.WARNING,
    "sqlalchemy": logging.WARNING,
}
"""Libraries that say too much, or values of statements, below this level."""


@contextmanager
def logging_to(
    stream: IO[str], log_format: LogFormat = LogFormat.AUTO, level: LogLevel = LogLevel.INFO
) -> Iterator[None]:
    """Log to `stream` until the block ends; then what waits is written.

    Parameters
    ----------
    stream
        Such as `sys.stderr`.
    log_format
        How lines look; `auto` is for people where the stream is a terminal.
    level
        The least important lines that are written.
    """
    handler = QueueWriter(stream)
    handler.setFormatter(_formatter(_renderer(stream, log_format)))
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    root.handlers = [handler]
    root.setLevel(level.value.upper())
    _join_libraries()
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_shared(), _to_stdlib()],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler.start()
    try:
        yield
    finally:
        root.handlers, root.level = before
        logging.captureWarnings(False)
        handler.close()
        structlog.reset_defaults()


def bound(**values: object) -> AbstractContextManager[None]:
    """Add `values`, such as `session=...` and `window=...`, to all lines logged in the block.

    It holds for this task and the tasks that it starts.
    """
    return structlog.contextvars.bound_contextvars(**values)


class QueueWriter(logging.Handler):
    """Renders a line where it is logged and writes it on a thread of its own.

    Parameters
    ----------
    stream
        Where the lines go.
    capacity
        Most lines that wait; when full, new lines are dropped and counted in `dropped`.
    """

    def __init__(self, stream: IO[str], capacity: int = WAITING_LINES) -> None:
        super().__init__()
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(capacity)
        # A daemon, so that a terminal that does not read cannot keep the process from ending.
        self._thread = threading.Thread(target=self._write, name="log-writer", daemon=True)
        self.dropped = 0

    def start(self) -> None:
        """Start to write."""
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Render a line and hand it to the writer; never waits."""
        try:
            line = self.format(record)
        except Exception as error:
            # A line that cannot be rendered must not stop the work, nor be shown uncut.
            line = f"a line of {record.name} could not be rendered: {type(error).__name__}"
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self.dropped += 1

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            with contextlib.suppress(OSError, ValueError):  # the reader left, or closed the stream
                self._stream.write(line + "\n")
                self._stream.flush()

    def close(self) -> None:
        """Write what waits, say what was dropped, and stop; bounded in time."""
        if self._thread.is_alive():
            with contextlib.suppress(queue.Full):
                if self.dropped:
                    self._lines.put(f"{self.dropped} log lines were dropped", timeout=CLOSE_SECONDS)
                self._lines.put(None, timeout=CLOSE_SECONDS)
            self._thread.join(CLOSE_SECONDS)
        super().close()


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Cut keys, bearer tokens and passwords out of an event, wherever they stand in it."""
    return {name: _without_secrets(value, name) for name, value in event.items()}


def _without_secrets(value: object, name: str = "") -> object:
    if name.lower() in SECRET_FIELDS:
        return CUT
    if isinstance(value, Mapping):
        return {key: _without_secrets(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_without_secrets(inner) for inner in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = value if isinstance(value, str) else str(value)
    for secret, replacement in _SECRETS:
        text = secret.sub(replacement, text)
    return text


def _tidy(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put what every line has first, and leave out uvicorn's second copy of its text."""
    event.pop("color_message", None)
    first = {name: event.pop(name) for name in FIRST_FIELDS if name in event}
    return first | dict(event)


def _shared() -> list[Processor]:
    """Return what is done to every line where it is logged."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _to_stdlib() -> Processor:
    return structlog.stdlib.ProcessorFormatter.wrap_for_formatter


def _formatter(renderer: Processor) -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_shared(), structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,  # before the cut: errors quote what they got
            _tidy,
            redact,
            renderer,
        ],
    )


def _renderer(stream: IO[str], log_format: LogFormat) -> Processor:
    for_people = log_format is LogFormat.CONSOLE
    if log_format is LogFormat.AUTO:
        for_people = stream.isatty()
    if for_people:
        return structlog.dev.ConsoleRenderer(colors=stream.isatty(), sort_keys=False)
    return structlog.processors.JSONRenderer(serializer=_json)


def _json(event: EventDict, **_options: Any) -> str:  # noqa: ANN401 - structlog passes json's own
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _join_libraries() -> None:
    """Let the lines of libraries come to the root alone, and silence those that say too much."""
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        logger.setLevel(logging.NOTSET)  # the root's level decides for them as well
    logging.captureWarnings(True)


def standard_error() -> IO[str]:
    """Return where a server logs, looked up late so that tests can replace it."""
    return sys.stderr
