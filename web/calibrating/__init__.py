"""`djuniverse calibrate`: a file with a panel's scores, to a calibration and a report."""

from web.calibrating.calibrating import Calibrated, calibrate

__all__ = ["Calibrated", "calibrate"]
