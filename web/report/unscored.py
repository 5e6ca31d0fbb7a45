"""Why a value is not known, said of a set that is over: what was heard, not what is awaited."""

from __future__ import annotations

from collections import Counter

from web.report.contents import Report
from web.report.words import clock
from web.texts import Texts

_NOTHING_COUNTED = "too_short"
"""The judge's reason where no window counted, which says nothing of why none did."""


def no_score(report: Report, texts: Texts) -> str:
    """Return why the set has no score, in one sentence or two."""
    reason = report.reasons["overall"]
    if reason == _NOTHING_COUNTED:
        reasons = Counter(window.reason for window in report.windows if window.reason is not None)
        reason = reasons.most_common(1)[0][0] if reasons else reason
    length = clock(report.audio.duration_seconds)
    key = f"report.no_score.{reason}"
    if key in texts:
        return texts(key, length=length)
    return texts("report.no_score", length=length, reason=reason_text(reason, texts))


def reason_text(reason: str, texts: Texts) -> str:
    """Return why a value is not known, in words where there are any."""
    for key in (f"report.reason.{reason}", f"reason.{reason}"):
        if key in texts:
            return texts(key)
    return reason
