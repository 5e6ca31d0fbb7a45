"""What hands do to a record shows within the hop in which they do it."""

from __future__ import annotations

import numpy as np
import pytest

from judge.evidence.deeds import DEED_FEATURES, REPEATS_BEATS, DeedCourse
from judge.listening.onsets import FINE_BANDS, FRAME_RATE_HZ, FRAMES_PER_HOP

PERIOD_SECONDS = 0.48
BEAT_FRAMES = round(PERIOD_SECONDS * FRAME_RATE_HZ)
EDGES = slice(len(REPEATS_BEATS), len(REPEATS_BEATS) + 4)
VARIES, GLIDES = slice(EDGES.stop, EDGES.stop + 2), slice(EDGES.stop + 2, DEED_FEATURES)


def shown(frames: np.ndarray) -> np.ndarray:
    """Return what the last hop of some frames shows."""
    course = DeedCourse()
    rows = [
        course.hear(hop.astype(np.float32), PERIOD_SECONDS)
        for hop in frames.reshape(-1, FRAMES_PER_HOP, FINE_BANDS)
    ]
    return rows[-1]


def noise(hops: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 4, (hops * FRAMES_PER_HOP, FINE_BANDS))


@pytest.mark.parametrize("beats", REPEATS_BEATS)
def test_a_loop_is_like_itself_at_its_length(beats: float) -> None:
    length = round(beats * BEAT_FRAMES)
    frames = noise(5)
    looped = np.tile(frames[:length], (len(frames) // length + 1, 1))[: len(frames)]
    found = shown(looped)[: len(REPEATS_BEATS)]
    assert found[REPEATS_BEATS.index(beats)] == pytest.approx(1, abs=0.02)
    shorter = [place for place, each in enumerate(REPEATS_BEATS) if each < beats]
    assert all(found[place] < 0.3 for place in shorter)


def test_a_filter_that_closes_moves_the_upper_edge() -> None:
    frames = noise(5)
    for hop in range(5):
        frames[hop * FRAMES_PER_HOP : (hop + 1) * FRAMES_PER_HOP, 28 - 4 * hop :] = 0
    found = shown(frames)[EDGES]
    assert found[3] < -0.3, "nine tenths lie lower than 2 s ago"
    assert abs(found[2]) < 0.2


def test_a_gate_makes_the_level_vary() -> None:
    gated = np.full((5 * FRAMES_PER_HOP, FINE_BANDS), 3.0)
    steady = shown(gated)[VARIES]
    gated[::2] = gated[1::4] = 0.0
    assert (shown(gated)[VARIES] > steady + 0.5).all()


@pytest.mark.parametrize(("step", "grows"), [(1, 0), (-1, 1)])
def test_a_pitch_that_glides_shows_its_direction(step: int, grows: int) -> None:
    frames = np.zeros((5 * FRAMES_PER_HOP, FINE_BANDS))
    for frame in range(len(frames)):
        frames[frame, 15 + (step * frame // 4) % 10 - 5] = 4.0
    means = shown(frames)[GLIDES][:2]
    assert means[grows] > 0.3
    assert means[grows] > means[1 - grows]


def test_silence_shows_nothing() -> None:
    assert np.isfinite(shown(np.zeros((5 * FRAMES_PER_HOP, FINE_BANDS)))).all()
