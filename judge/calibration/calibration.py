"""A calibration: what `djuniverse calibrate` writes and serving loads.

Its version names its content, so that a file that was damaged or edited does not pass for the one
that was fitted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

import orjson

from core.errors import ConfigurationInvalid
from core.messages import Component
from core.plain import Misfit, from_plain, to_plain
from judge.calibration.scale import IDENTITY, Scale

FORMAT: Final = "djuv.calibration.v1"

UNCALIBRATED: Final = "identity"
"""The version of the calibration that changes nothing."""

_DIGEST_DIGITS: Final = 12
_LARGEST_BYTES: Final = 1_048_576
"""A hundred times what is ever written: no other file is read to its end only to be refused."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a calibration was fitted to."""

    model_sha256: str  # of the judge's models, as reports name them; "" for any
    panel_sha256: str  # of the file with the panel's scores
    judges: int
    sets: int
    ratings: int  # rows of the panel: one judge's scores of one set
    software_version: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scales of the four components."""

    format: str
    version: str
    created: str  # ISO 8601, UTC
    source: Source
    scales: Mapping[Component, Scale]
    figures: Mapping[str, object]  # how well people agree, and what the calibration gains

    @classmethod
    def identity(cls) -> Self:
        """Return the calibration that changes nothing and fits every model."""
        return cls(
            format=FORMAT,
            version=UNCALIBRATED,
            created="",
            source=Source("", "", 0, 0, 0, ""),
            scales=dict.fromkeys(Component, IDENTITY),
            figures={},
        )

    @classmethod
    def fitted(
        cls,
        source: Source,
        scales: Mapping[Component, Scale],
        figures: Mapping[str, object],
        created: str,
    ) -> Self:
        """Return a calibration with the version that its content gives it."""
        unnamed = cls(FORMAT, "", created, source, scales, figures)
        return replace(unnamed, version=unnamed.content_version)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a calibration.

        Raises
        ------
        core.errors.ConfigurationInvalid
            If the file cannot be read, is none, or is not as it was written.
        """
        calibration = cls._parse(_content(path), path)
        if calibration.version != calibration.content_version:
            raise _unusable(path, "it was changed after it was written")
        return calibration

    @classmethod
    def _parse(cls, content: bytes, path: Path) -> Self:
        try:
            plain = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise _unusable(path, "it is no JSON") from error
        found = plain.get("format") if isinstance(plain, dict) else None
        if found != FORMAT:
            raise _unusable(path, f"its format is {found!r}, not {FORMAT!r}")
        try:
            calibration = from_plain(cls, plain)
        except (Misfit, ValueError) as error:
            raise _unusable(path, str(error)) from error
        if calibration.scales.keys() != set(Component):
            raise _unusable(path, "it must have exactly the four components")
        return calibration

    @property
    def is_identity(self) -> bool:
        """Whether no score is changed."""
        return all(scale == IDENTITY for scale in self.scales.values())

    @property
    def content_version(self) -> str:
        """The version that the content gives: the day, and the beginning of a SHA-256."""
        content = orjson.dumps(to_plain(replace(self, version="")), option=orjson.OPT_SORT_KEYS)
        day = self.created[:10].replace("-", "")
        return f"{day}-{hashlib.sha256(content).hexdigest()[:_DIGEST_DIGITS]}"

    def for_model(self, sha256: str) -> Self:
        """Return this calibration if it was fitted to the scores of that model.

        Raises
        ------
        core.errors.ConfigurationInvalid
            If it was fitted for another: another judge errs in another way.
        """
        fitted_for = self.source.model_sha256
        if fitted_for and fitted_for != sha256:
            raise ConfigurationInvalid(
                f"The calibration {self.version} was fitted for the model {fitted_for[:12]}, and "
                f"the model that runs is {sha256[:12]}. Judge the panel's sets with this model "
                "and run `djuniverse calibrate` again, or take inference.calibration out of the "
                "settings.",
                code="calibration_for_another_model",
                version=self.version,
                fitted_for=fitted_for[:12],
                model=sha256[:12],
            )
        return self

    def apply(
        self, component: Component, value: float, low: float, high: float
    ) -> tuple[float, float, float]:
        """Return a score of the judge and its interval on the panel's scale, all on 1-10."""
        return self.scales[component].apply(value, low, high)

    def as_json(self) -> bytes:
        """Return the file's content."""
        return orjson.dumps(to_plain(self), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    if len(content) > _LARGEST_BYTES:
        raise _unusable(path, "it is far too large")
    return content


def _unusable(path: Path, problem: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"The calibration {path} cannot be used: {problem}. Make it again with `djuniverse "
        "calibrate`, or take inference.calibration out of the settings.",
        code="calibration_unusable",
        path=str(path),
        problem=problem,
    )
