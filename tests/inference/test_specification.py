from __future__ import annotations

import json

import pytest

from core.errors import ModelInvalid
from inference.specification import METADATA_KEY, Specification

SPECIFICATION = Specification(
    kind="trunk",
    name="djuv-judge",
    version="1.2.3",
    trained=True,
    labels=("technical", "selection"),
    training_data_sha256="d" * 64,
    weights_sha256="e" * 64,
    settings={"mel_bands": 128, "mel_low_hz": 20.0},
)
WRITTEN = SPECIFICATION.to_metadata()[METADATA_KEY]


def test_it_comes_back_from_metadata_as_it_went_in() -> None:
    assert Specification.from_metadata(SPECIFICATION.to_metadata(), "x.onnx") == SPECIFICATION


def test_what_is_as_required_passes() -> None:
    SPECIFICATION.require(
        "x.onnx", kind="trunk", labels=("technical", "selection"), mel_bands=128, mel_low_hz=20.0
    )


@pytest.mark.parametrize(
    "required", [{"kind": "head"}, {"mel_bands": 64}, {"labels": ("energy",)}, {"unknown": 1}]
)
def test_what_is_not_is_refused_by_name(required: dict[str, object]) -> None:
    with pytest.raises(ModelInvalid, match=f"x.onnx was made for {next(iter(required))}"):
        SPECIFICATION.require("x.onnx", **required)


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {METADATA_KEY: "not json"},
        {METADATA_KEY: "[]"},
        {METADATA_KEY: json.dumps({"format": 1, "kind": "trunk"})},
        {METADATA_KEY: WRITTEN.replace('"format": 1', '"format": 2')},
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(metadata: dict[str, str]) -> None:
    with pytest.raises(ModelInvalid, match=r"x\.onnx.*export"):
        Specification.from_metadata(metadata, "x.onnx")
