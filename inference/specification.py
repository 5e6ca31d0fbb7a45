"""What a model file says of itself, and the check that it is what its reader expects.

The specification travels inside the ONNX file, as JSON under one metadata key. Whoever loads a
model states what it relies on (sample rate, mel, labels, ...); a difference is an error at load,
not a wrong score on air.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from core.errors import ModelInvalid

METADATA_KEY = "djuniverse"

FORMAT = 1
"""Raised when the meaning of a field changes, so that readers refuse files they would misread."""


@dataclass(frozen=True, slots=True)
class Specification:
    """What one model file is."""

    kind: str  # which part: "mel", "trunk", "mixing", "head", "hindsight" or "judge"
    name: str  # of the model that the part belongs to
    version: str
    trained: bool  # False: fresh weights, good for tests of shape and speed only
    labels: tuple[str, ...]  # of the outputs, in order
    training_data_sha256: str | None  # None while untrained
    weights_sha256: str  # of the whole model's weights: equal in all parts of one export
    settings: Mapping[str, object] = field(default_factory=dict)  # rates, sizes, references
    format: int = FORMAT

    def to_metadata(self) -> dict[str, str]:
        """Return the entries to put into an ONNX file's metadata."""
        return {METADATA_KEY: json.dumps(asdict(self), sort_keys=True)}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str], source: str) -> Specification:
        """Read a specification out of an ONNX file's metadata.

        Parameters
        ----------
        metadata
            The file's custom metadata.
        source
            The file, for the error's text.

        Raises
        ------
        ModelInvalid
            If there is none, or one of another format.
        """
        try:
            values = json.loads(metadata[METADATA_KEY])
            if values.pop("format") != FORMAT:
                raise ModelInvalid(
                    f"{source} has a specification of another format than {FORMAT}. Install the "
                    "models that belong to this version, or export them again with `make train`."
                )
            return cls(**(values | {"labels": tuple(values["labels"])}))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelInvalid(
                f"{source} carries no readable specification ({error}). It was not exported by "
                "this project; restore the shipped file or export it again with `make train`."
            ) from error

    def require(self, source: str, **expected: object) -> None:
        """Check fields and settings against what the reader relies on.

        Raises
        ------
        ModelInvalid
            On the first difference.
        """
        own = {"kind": self.kind, "labels": self.labels, **self.settings}
        for key, value in expected.items():
            if own.get(key) != value:
                raise ModelInvalid(
                    f"{source} was made for {key} = {own.get(key)!r}, but {value!r} is needed. "
                    "Restore the shipped models or export them again with `make train`.",
                    file=source,
                    key=key,
                )
