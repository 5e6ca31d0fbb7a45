"""Files that are there whole or not at all, whatever interrupts their writing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from core.errors import BadInput
from core.plain import to_plain
from web.report.contents import Report


def write_json(report: Report, path: Path) -> None:
    """Write the report as JSON.

    Raises
    ------
    core.errors.BadInput
        If it cannot be stored there.
    """
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    with replacing(path) as temporary:
        temporary.write_bytes(orjson.dumps(to_plain(report), option=options))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a file beside `path` to write; put it in `path`'s place once that went well.

    Raises
    ------
    core.errors.BadInput
        If nothing can be written there.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
        os.close(handle)
    except OSError as error:
        raise _unwritable(path, error) from error
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())  # mkstemp's files are for their owner alone
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Refuse a place where nothing can be written before an hour is spent on what goes there.

    Raises
    ------
    core.errors.BadInput
        If `path` is a folder, or its folder is absent or may not be written to.
    """
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise _unwritable(path, "it is a folder, or its folder is missing or protected")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(path: Path, why: object) -> BadInput:
    return BadInput(
        f"{path} cannot be written ({why}). Choose another place.",
        code="file_unwritable",
        path=str(path),
    )
