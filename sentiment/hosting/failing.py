"""How failures are logged here: never in the error's own words, which may quote what was said."""

from __future__ import annotations

import traceback

import structlog

_log = structlog.get_logger(__name__)


def log_failure(event: str, error: Exception) -> None:
    """Log what failed, the error's kind, and where."""
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error(event, error=type(error).__name__, where=where)
