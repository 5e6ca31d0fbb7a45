"""The judge's scores out of reports: what `djuniverse judge FILE --json` wrote."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import orjson

from core.errors import BadInput
from core.messages import Component, Genre
from judge.calibration.calibration import UNCALIBRATED
from judge.calibration.scale import HIGHEST, LOWEST
from web.report.contents import FORMAT

SUFFIX: Final = ".json"
_NOTHING: Final = (math.nan, math.nan, math.nan)

Triple = tuple[float, ...]
"""A score and the bounds of its interval; NaN where unknown."""


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """What the judge said of one set."""

    values: Mapping[Component, float]  # 1-10, NaN where unknown
    reaches: Mapping[Component, float]  # half-widths of the intervals
    genre: Genre
    model_sha256: str

    @classmethod
    def checked(
        cls, place: str, scores: Mapping[Component, Triple], genre: str | None, model_sha256: str
    ) -> Self:
        """Return a set's scores.

        Parameters
        ----------
        place
            Where they stand, for people.
        scores
            Of each component.
        genre
            Whose weights apply; other where it is unknown or none of the product's.
        model_sha256
            Of the model that gave them.

        Raises
        ------
        core.errors.BadInput
            If a score is off the scale or outside its own interval.
        """
        for component, (value, low, high) in scores.items():
            on_scale = math.isnan(value) or LOWEST <= value <= HIGHEST
            if not on_scale or low > value or high < value:  # NaN is neither
                raise BadInput(
                    f"In {place}, the judge's {component} is {value:g} with an interval from "
                    f"{low:g} to {high:g}. Scores go from 1 to 10 and lie in their interval.",
                    code="panel_own_score_impossible",
                    place=place,
                    component=component.value,
                    score=f"{value:g}",
                )
        return cls(
            values={component: triple[0] for component, triple in scores.items()},
            reaches={
                component: max(value - low, high - value)
                for component, (value, low, high) in scores.items()
            },
            genre=Genre(genre) if genre in set(Genre) else Genre.OTHER,
            model_sha256=model_sha256,
        )


class Reports:
    """Reports, to be found by the sound's SHA-256 or by the name of the report or of the sound.

    Parameters
    ----------
    by_name
        Each report's set under each of its names, with the SHA-256 of its sound.
    """

    def __init__(self, by_name: Mapping[str, Sequence[tuple[str, JudgedSet]]]) -> None:
        self._by_name = by_name

    @classmethod
    def read(cls, paths: Sequence[Path]) -> Self:
        """Read reports, and all the reports in folders.

        Raises
        ------
        core.errors.BadInput
            If a file is no report, or its scores were calibrated already.
        """
        by_name: dict[str, list[tuple[str, JudgedSet]]] = {}
        for path in _files(paths):
            report = _parsed(path)
            sha256, judged = _judged(path, report)
            sound = Path(str(report["audio"].get("name", "")))
            for name in {sha256, path.name.removesuffix(SUFFIX), sound.name, sound.stem}:
                by_name.setdefault(name, []).append((sha256, judged))
        return cls(by_name)

    def find(self, name: str) -> JudgedSet | None:
        """Return the set that a name or a SHA-256 stands for; None where there is none.

        Raises
        ------
        core.errors.BadInput
            If it stands for several.
        """
        found = self._by_name.get(name) or self._by_name.get(name.removesuffix(SUFFIX), ())
        if len({sha256 for sha256, _ in found}) > 1:
            raise BadInput(
                f"{name} stands for {len(found)} reports of different sound. Add the column "
                "audio_sha256 to the panel, or give the reports names of their own.",
                code="panel_report_ambiguous",
                name=name,
                reports=len(found),
            )
        return found[0][1] if found else None


def _files(paths: Sequence[Path]) -> list[Path]:
    files = [
        file
        for path in paths
        for file in (sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path])
    ]
    if not files:
        raise BadInput(
            f"There are no reports (*{SUFFIX}) in {paths[0]}. Write them there with `djuniverse "
            "judge FILE --json`.",
            code="reports_absent",
            path=str(paths[0]),
        )
    return files


def _parsed(path: Path) -> dict[str, Any]:
    try:
        report = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else "it is no JSON"
        raise _no_report(path, problem or str(error)) from error
    if not isinstance(report, dict) or report.get("format") != FORMAT:
        raise _no_report(path, f"it is not of the format {FORMAT}")
    if not isinstance(report.get("audio"), dict) or not isinstance(report.get("model"), dict):
        raise _no_report(path, "it does not say which sound and which model")
    calibrated = report["model"].get("calibration") or UNCALIBRATED
    if calibrated != UNCALIBRATED:
        raise BadInput(
            f"The scores in {path} were calibrated already ({calibrated}). Take "
            "inference.calibration out of the settings and judge the sets again.",
            code="report_calibrated",
            path=str(path),
            version=calibrated,
        )
    return report


def _judged(path: Path, report: dict[str, Any]) -> tuple[str, JudgedSet]:
    try:
        scores = {component: _triple(report, component) for component in Component}
        sha256, model = str(report["audio"]["sha256"]), str(report["model"]["sha256"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _no_report(path, "it has no scores") from error
    genre = report.get("declared_genre") or report.get("genre")
    return sha256, JudgedSet.checked(str(path), scores, genre, model)


def _triple(report: dict[str, Any], component: Component) -> Triple:
    value, interval = report["components"][component], report["intervals"].get(component)
    if value is None:
        return _NOTHING
    bounds = (math.nan, math.nan) if interval is None else (interval["low"], interval["high"])
    return (float(value), *map(float, bounds))


def _no_report(path: Path, problem: str) -> BadInput:
    return BadInput(
        f"{path} is no report of a judged set: {problem}. Reports are what `djuniverse judge FILE "
        "--json` writes.",
        code="report_unreadable",
        path=str(path),
        problem=problem,
    )
