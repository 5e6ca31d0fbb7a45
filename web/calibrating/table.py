"""A Parquet file as columns of texts and of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.errors import BadInput, ConfigurationInvalid, NotFound, TooLarge
from judge.panels.panel import Array

MOST_ROWS: Final = 1_000_000
_MAGIC: Final = b"PAR1"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The columns that were asked for and are there; a row is a row of the file."""

    rows: int
    texts: Mapping[str, Sequence[str | None]]
    numbers: Mapping[str, Array]  # NaN where there is none


def read_table(path: Path, texts: Sequence[str], numbers: Sequence[str]) -> Table:
    """Read columns of a Parquet file.

    Parameters
    ----------
    path
        The file.
    texts, numbers
        Names of the columns of either kind; what the file has beside them is not read.

    Raises
    ------
    core.errors.BadInput
        If there is no such file, it is no Parquet, damaged, or a column is of another kind.
    core.errors.ConfigurationInvalid
        If no reader of Parquet is installed.
    """
    _check_beginning(path)
    try:
        import pyarrow as arrow  # noqa: PLC0415 - an extra that no other command needs
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        raise ConfigurationInvalid(
            "Reading Parquet needs one more package: pip install 'djuniverse-live[calibrate]'.",
            code="parquet_reader_missing",
        ) from error
    try:
        with parquet.ParquetFile(path) as file:
            rows = file.metadata.num_rows
            _check_rows(path, rows)
            found = [name for name in (*texts, *numbers) if name in file.schema_arrow.names]
            table = file.read(columns=found)
        columns = {name: table[name] for name in found}
    except (arrow.ArrowException, KeyError, OSError) as error:  # KeyError: a name that is not one
        raise _unreadable(path, str(error).strip(".'")) from error
    return Table(
        rows=rows,
        texts={n: _cast(columns[n], arrow.string(), n).to_pylist() for n in texts if n in found},
        numbers={n: _numbers(columns[n], arrow.float64(), n) for n in numbers if n in found},
    )


def _check_beginning(path: Path) -> None:
    if path.is_dir():
        raise BadInput(
            f"{path} is a folder. Name the Parquet file with the panel's scores.",
            code="panel_is_folder",
            path=str(path),
        )
    try:
        with path.open("rb") as file:
            beginning = file.read(len(_MAGIC))
    except FileNotFoundError as error:
        raise NotFound(
            f"There is no file {path}. Check the name and the folder.",
            code="file_not_found",
            path=str(path),
        ) from error
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    if beginning != _MAGIC:
        raise BadInput(
            f"{path} is no Parquet file, whatever its name says. docs/calibration.md shows how a "
            "table in CSV becomes one.",
            code="panel_no_parquet" if beginning else "panel_file_empty",
            path=str(path),
        )


def _check_rows(path: Path, rows: int) -> None:
    if rows == 0:
        raise BadInput(
            f"{path} has no rows. It takes one for each set that a judge scored.",
            code="panel_without_rows",
            path=str(path),
        )
    if rows > MOST_ROWS:
        raise TooLarge(
            f"{path} has {rows} rows, more than {MOST_ROWS}. Calibrate to a part of the panel.",
            code="panel_too_large",
            path=str(path),
            rows=rows,
            most=MOST_ROWS,
        )


def _numbers(column: Any, kind: object, name: str) -> Array:  # noqa: ANN401 - arrow has no types
    return np.array(_cast(column, kind, name).to_numpy(), dtype=np.float64)


def _cast(column: Any, kind: object, name: str) -> Any:  # noqa: ANN401 - as above
    import pyarrow as arrow  # noqa: PLC0415 - loaded by now

    try:
        return column.cast(kind)
    except arrow.ArrowException as error:
        raise BadInput(
            f"The column {name} holds {column.type}, which cannot be read as {kind}. Store numbers "
            "as numbers and names as texts.",
            code="panel_column_of_wrong_kind",
            column=name,
            found=str(column.type),
            wanted=str(kind),
        ) from error


def _unreadable(path: Path, problem: str) -> BadInput:
    return BadInput(
        f"{path} cannot be read: {problem}. Check its permissions, or export it again.",
        code="panel_unreadable",
        path=str(path),
        problem=problem,
    )
