"""What the judge might say, with defaults for all that a test does not care about."""

from dataclasses import replace

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Beat, Component, Estimate, Loudness, Reading, Score, Section

_UNKNOWN = Reading(None, reason="not_measured")

_SCORE = Score(
    window=20,
    start_sample=0,
    end_sample=HOP_SAMPLES,
    reason=None,
    overall=None,
    components=dict.fromkeys(Component),
    set_reason="too_short",
    set_overall=None,
    set_components=dict.fromkeys(Component),
    bpm=_UNKNOWN,
    key=_UNKNOWN,
    camelot=_UNKNOWN,
    genre=_UNKNOWN,
    loudness=Loudness(None, None, None),
    energy=None,
    danceability=None,
    concealed_ratio=0.0,
    batch_size=1,
    arrived_seconds=0.0,
)


def score(*, key=None, section=None, energy=None, overall=None):
    return replace(
        _SCORE,
        key=_UNKNOWN if key is None else Reading(key, 0.8),
        section=_UNKNOWN if section is None else Reading(Section(section).value, 0.9),
        energy=energy,
        set_overall=None if overall is None else Estimate(overall, overall - 1, overall + 1),
    )


def beat(seconds, bpm, confidence=0.8, beat_in_bar=None):
    """The last beat at `seconds`."""
    return Beat(
        sample=round(seconds * SAMPLE_RATE_HZ),
        period_samples=SAMPLE_RATE_HZ * 60.0 / bpm,
        bpm=bpm,
        confidence=confidence,
        beat_in_bar=beat_in_bar,
    )
