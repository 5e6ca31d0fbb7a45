"""The judge's scores on the scale of a panel of people: a file, and what it does to a score."""

from judge.calibration.calibration import Calibration
from judge.calibration.scale import IDENTITY, Kind, Knot, Scale

__all__ = ["IDENTITY", "Calibration", "Kind", "Knot", "Scale"]
