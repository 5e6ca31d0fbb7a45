import pytest

from core.messages import Beat, TransitionKind
from sentiment.moments.audio import AudioEvent, AudioMoments
from tests.sentiment.moments.sets import drop_scores, finding, hops, score, transition


def heard(messages) -> list[AudioEvent]:
    audio = AudioMoments()
    return [event for message in messages for event in audio.hear(message)]


def test_a_drop_is_where_the_music_goes_into_it() -> None:
    drops = [event for event in heard(drop_scores(64.0)) if event.code == "drop"]
    assert len(drops) == 1
    assert drops[0].at_seconds == pytest.approx(64.0, abs=0.5)
    assert 0.65 < drops[0].strength <= 1.0


def test_one_window_that_says_drop_is_none() -> None:
    quiet = [score(end, "break") for end in hops(0, 20)]
    assert not heard([*quiet, score(20.5, "drop"), *(score(e, "break") for e in hops(20.5, 30))])


def test_a_drop_needs_something_to_drop_from() -> None:
    assert not heard(score(end, "drop") for end in hops(0, 30))
    flicker = [score(end, "break" if 20 <= end < 21 else "drop") for end in hops(0, 40)]
    assert not heard(flicker)


def test_what_is_not_known_does_not_end_a_drop() -> None:
    messages = drop_scores(60.0)
    gap = [score(end, None) for end in hops(80, 83)]
    again = [score(end, "drop", energy=0.8) for end in hops(83, 90)]
    assert sum(event.code == "drop" for event in heard([*messages, *gap, *again])) == 1


def test_energy_that_rises_steeply_to_the_top_is_a_peak() -> None:
    low = [score(end, energy=0.3) for end in hops(0, 20)]
    high = [score(end, energy=0.85) for end in hops(20, 60)]
    peaks = [event for event in heard([*low, *high]) if event.code == "peak"]
    assert len(peaks) == 1
    assert peaks[0].at_seconds == pytest.approx(20.0, abs=1.5)
    assert peaks[0].strength >= 0.5


def test_energy_that_creeps_up_is_none() -> None:
    creeping = [score(end, energy=0.3 + 0.6 * end / 120) for end in hops(0, 120)]
    assert not [event for event in heard(creeping) if event.code == "peak"]


def test_silence_is_no_energy() -> None:
    assert not heard(score(end, energy=None) for end in hops(0, 30))


def test_daring_transitions_are_told_once() -> None:
    double = transition(100.0, TransitionKind.DOUBLE_DROP, index=3)
    events = heard([transition(100.0, None, index=3, settled=False), double, double])
    assert [(event.code, event.at_seconds) for event in events] == [("drop", 100.0)]
    assert events[0].strength > 0.8


def test_a_blend_is_meant_to_pass_unnoticed() -> None:
    assert not heard([transition(100.0, TransitionKind.BLEND), transition(9.0, None, index=1)])


def test_findings_that_a_crowd_may_answer() -> None:
    events = heard(
        [
            finding("energy_build", 10.0, 26.0),
            finding("technique_stutter", 40.0, 42.0),
            finding("beat_offset", 50.0, 60.0),
        ]
    )
    assert [(event.code, event.at_seconds) for event in events] == [
        ("peak", 26.0),
        ("change", 40.0),
    ]


def test_a_beat_is_nothing_special() -> None:
    assert not heard([Beat(48_000, 24_000.0, 120.0, 0.9, 0)])
