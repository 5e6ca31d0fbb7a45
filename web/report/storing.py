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
    with replacing(path) as temporary:
        temporary.write_bytes(as_json(report))


def as_json(report: Report) -> bytes:
    """Return the report as JSON in UTF-8."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(to_plain(report), option=options)


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


def make_folder(path: Path) -> None:
    """Make the folder that `path` is to be written into, where there is none.

    Raises
    ------
    core.errors.BadInput
        If it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


def check_writable(path: Path, source: Path | None = None) -> None:
    """Refuse a place where nothing can be written before an hour is spent on what goes there.

    Parameters
    ----------
    path
        Where something is to be written.
    source
        A file that must not be overwritten by it.

    Raises
    ------
    core.errors.BadInput
        If `path` is a folder or `source` itself, under whatever name, or if its folder is absent
        or may not be written to.
    """
    if path.is_dir():
        raise BadInput(
            f"{path} is a folder. Name a file in it.", code="output_is_folder", path=str(path)
        )
    if not path.parent.is_dir():
        raise BadInput(
            f"There is no folder {path.parent} to write {path.name} into. Make it, or choose "
            "another place.",
            code="folder_absent",
            path=path.name,
            folder=str(path.parent),
        )
    if source is not None and _same(path, source):
        raise BadInput(
            f"{path} is the very file that is to be read; it would be overwritten. Choose "
            "another name.",
            code="output_is_input",
            path=str(path),
        )
    if not os.access(path.parent, os.W_OK):
        raise _unwritable(path, "its folder is protected")


def check_apart(one: Path, other: Path) -> None:
    """Refuse two results in one place, of which the second would replace the first.

    Raises
    ------
    core.errors.BadInput
        If both are the same file, under whatever names.
    """
    if _same(one, other):
        raise BadInput(
            f"{one} cannot be two results at once. Choose another name for one of them.",
            code="outputs_alike",
            path=str(one),
        )


def _same(one: Path, other: Path) -> bool:
    """Whether two names lead to one file, be it there or yet to be made."""
    if one.exists() and other.exists():
        return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)  # a circle of links leads nowhere


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
