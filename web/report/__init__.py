"""The report of a judged set: as JSON, to read, and as a picture."""

from web.report.collecting import Collection, Origin
from web.report.contents import Audio, Model, Report

__all__ = ["Audio", "Collection", "Model", "Origin", "Report"]
