"""`djuniverse calibrate PANEL.parquet`: the judge's scores on the scale of a panel of people."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import orjson
import typer
from rich.console import Console

from core.plain import to_plain
from web.command_line.language import TEXTS
from web.settings import load_settings

if TYPE_CHECKING:
    from web.calibrating import Calibrated

INTERRUPTED: Final = 130
"""Exit code after Ctrl-C, as shells have it: 128 and the signal's number."""

FILE_NAME: Final = "calibration.json"
"""In the data folder, where no other place is named."""


def calibrate(
    panel: Annotated[Path, typer.Argument(help=TEXTS("calibrate.panel.help"))],
    scores: Annotated[
        list[Path] | None, typer.Option("--scores", help=TEXTS("calibrate.scores.help"))
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help=TEXTS("calibrate.output.help"))
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=TEXTS("option.json.help"))] = False,
    config: Annotated[Path | None, typer.Option(help=TEXTS("option.config.help"))] = None,
) -> None:
    """Fit a calibration, write it, and print what was found."""
    console = Console(stderr=True)
    try:
        _calibrate(panel, scores or [], output, config, console, json=json)
    except KeyboardInterrupt:
        console.print(TEXTS("calibrate.interrupted"))
        raise typer.Exit(INTERRUPTED) from None


def _calibrate(
    panel: Path,
    scores: list[Path],
    output: Path | None,
    config: Path | None,
    console: Console,
    *,
    json: bool,
) -> None:
    # These load SciPy's statistics, which other commands and `--help` need not wait for.
    from web.calibrating import calibrate as fitted_to  # noqa: PLC0415
    from web.calibrating.readable import print_calibrated  # noqa: PLC0415
    from web.report.storing import check_writable, make_folder, replacing  # noqa: PLC0415

    place = output or load_settings(config).data_dir / FILE_NAME
    if output is None:
        make_folder(place)
    for source in (panel, *scores):
        check_writable(place, source)
    with console.status(TEXTS("calibrate.working")):
        calibrated = fitted_to(panel, scores, datetime.now(UTC))
    with replacing(place) as temporary:
        temporary.write_bytes(calibrated.calibration.as_json())
    if json:
        typer.echo(_as_json(calibrated), nl=False)
    else:
        print_calibrated(calibrated, Console(), TEXTS)
    console.print(TEXTS("report.written", path=place), markup=False, highlight=False)


def _as_json(calibrated: Calibrated) -> bytes:
    return orjson.dumps(
        {
            "calibration": to_plain(calibrated.calibration),
            "people": [to_plain(person) for person in calibrated.people],
            "judged_sets": calibrated.judged_sets,
        },
        option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )
