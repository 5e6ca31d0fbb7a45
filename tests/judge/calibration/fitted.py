"""A calibration as a panel that is stricter by two points would give it."""

from __future__ import annotations

from pathlib import Path

from core.messages import Component
from judge.calibration import Calibration, Kind, Scale
from judge.calibration.calibration import Source
from judge.calibration.scale import straight

STRICTER_POINTS = 2.0


def calibration(model_sha256: str = "") -> Calibration:
    scale = Scale(Kind.AFFINE, straight(-STRICTER_POINTS, 1.0), 1.0)
    source = Source(model_sha256, "ab" * 32, 5, 20, 100, "0.1.0")
    return Calibration.fitted(source, dict.fromkeys(Component, scale), {}, "2026-01-01T00:00:00Z")


def calibration_file(folder: Path, model_sha256: str = "") -> Path:
    path = folder / "calibration.json"
    path.write_bytes(calibration(model_sha256).as_json())
    return path
