"""The file: what is written is read back, and anything else is refused with what to do."""

from __future__ import annotations

import orjson
import pytest

from core.errors import ConfigurationInvalid
from core.messages import Component
from judge.calibration import IDENTITY, Calibration, Kind, Scale
from judge.calibration.calibration import Source
from judge.calibration.scale import straight

MODEL = "ab" * 32
SOURCE = Source(MODEL, "cd" * 32, 5, 40, 200, "0.1.0")
SCALE = Scale(Kind.AFFINE, straight(1.0, 0.8), 1.7)


@pytest.fixture
def calibration() -> Calibration:
    scales = dict.fromkeys(Component, IDENTITY) | {Component.TECHNICAL: SCALE}
    return Calibration.fitted(SOURCE, scales, {"alpha": 0.8, "none": None}, "2026-11-24T10:00:00")


def test_what_is_written_is_read_back(calibration, tmp_path):
    path = tmp_path / "calibration.json"
    path.write_bytes(calibration.as_json())
    assert Calibration.load(path) == calibration


def test_the_version_names_the_day_and_the_content(calibration):
    assert calibration.version.startswith("20261124-")
    other = Calibration.fitted(SOURCE, calibration.scales, {}, calibration.created)
    again = Calibration.fitted(SOURCE, calibration.scales, calibration.figures, calibration.created)
    assert other.version != calibration.version == again.version


def test_components_have_scales_of_their_own(calibration):
    assert calibration.apply(Component.TECHNICAL, 5, 4, 6) == pytest.approx((5.0, 3.3, 6.7))
    assert calibration.apply(Component.ENERGY, 5, 4, 6) == (5, 4, 6)
    assert not calibration.is_identity


def test_the_identity_changes_nothing_and_fits_every_model():
    identity = Calibration.identity()
    assert identity.is_identity
    assert identity.for_model(MODEL) is identity
    assert identity.apply(Component.ENERGY, 5.5, 4.5, 6.5) == (5.5, 4.5, 6.5)


def test_a_calibration_for_another_model_is_refused(calibration):
    assert calibration.for_model(MODEL) is calibration
    with pytest.raises(
        ConfigurationInvalid, match="was fitted for the model abababababab"
    ) as found:
        calibration.for_model("ef" * 32)
    assert found.value.slug == "calibration_for_another_model"


def _changed(content: bytes, **members: object) -> bytes:
    return orjson.dumps(orjson.loads(content) | members)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda content: b"", "no JSON"),
        (lambda content: content[: len(content) // 2], "no JSON"),
        (lambda content: b"[]", "its format is None"),
        (lambda content: _changed(content, format="djuv.report.v1"), "its format is 'djuv.report"),
        (lambda content: _changed(content, more=1), "exactly the members"),
        (lambda content: _changed(content, scales={}), "the four components"),
        (lambda content: _changed(content, created="2026-11-25"), "changed after it was written"),
        (lambda content: content.replace(b'"widening": 1.7', b'"widening": 1.1'), "was changed"),
        (lambda content: content.replace(b'"widening": 1.7', b'"widening": 0.0'), "above 0"),
        (lambda content: content.replace(b'"widening": 1.7', b'"widening": null'), "a number"),
        (lambda content: b" " * 2_000_000, "far too large"),
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_refused(calibration, tmp_path, spoil, problem):
    path = tmp_path / "calibration.json"
    path.write_bytes(spoil(calibration.as_json()))
    with pytest.raises(ConfigurationInvalid, match=problem) as found:
        Calibration.load(path)
    assert "djuniverse calibrate" in str(found.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(ConfigurationInvalid, match="No such file"):
        Calibration.load(tmp_path / "absent.json")
    with pytest.raises(ConfigurationInvalid, match="directory"):
        Calibration.load(tmp_path)
