"""Grids, harmony, sound and level against what they were, each by itself."""

import numpy as np
import pytest

from judge.evidence.course import (
    LEVEL_FEATURES,
    NOVELTY_HOPS,
    SOUND_FEATURES,
    LevelCourse,
    SoundCourse,
)
from judge.evidence.grids import GRID_FEATURES, LOOK_BACK_HOPS, GridCourse
from judge.evidence.harmony import HARMONY_FEATURES, HarmonyCourse
from judge.evidence.phrases import PHRASE_BEATS, PHRASE_FEATURES, REACH_BEATS, PhraseCourse
from judge.listening.onsets import FINE_BANDS, ONSET_BANDS

PERIOD = 0.47
SINE, _, _, _, DISTANCE, HALF_DISTANCE, PERCENT, KNOWN = range(8)
ON_TIME = np.array([0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0])


def grids(hops, *, shift_seconds=0.0, from_hop=60, period_after=PERIOD):
    """Follow a beat that moves, or changes its tempo, at a hop; return the last features."""
    course = GridCourse()
    beats = np.arange(0, from_hop / 2, PERIOD)
    later = beats[-1] + shift_seconds + period_after * np.arange(1, 400)
    every = np.concatenate((beats, later))
    for hop in range(hops):
        end = (hop + 1) / 2
        newest = every[every <= end]
        period = period_after if end > from_hop / 2 else PERIOD
        features = course.hear(float(newest[-1]) if len(newest) else None, period)
    return features.reshape(len(LOOK_BACK_HOPS), 8), course


def test_a_beat_that_goes_on_stands_on_its_old_grids():
    features, course = grids(140)
    assert features.size == GRID_FEATURES
    np.testing.assert_allclose(features, np.tile(ON_TIME, (len(LOOK_BACK_HOPS), 1)), atol=0.02)
    assert course.beat_count == pytest.approx(70 / PERIOD, abs=2)


@pytest.mark.parametrize("shift_ms", [-45, 30, 90])
def test_a_beat_that_moved_is_off_them_by_as_much(shift_ms):
    features, _ = grids(80, shift_seconds=shift_ms / 1000)
    old, new = features[LOOK_BACK_HOPS.index(48)], features[LOOK_BACK_HOPS.index(12)]
    assert old[DISTANCE] * 120 == pytest.approx(abs(shift_ms), abs=4)
    assert np.sign(old[SINE]) == np.sign(shift_ms)
    assert new[DISTANCE] * 120 < 4 or new[KNOWN] == 0


def test_a_tracker_that_jumps_to_the_off_beat_has_heard_no_offset():
    features, _ = grids(80, shift_seconds=PERIOD / 2)
    old = features[LOOK_BACK_HOPS.index(48)]
    assert old[DISTANCE] == 1
    assert old[HALF_DISTANCE] * 120 < 4


def test_another_tempo_is_told_in_percent_and_octaves_are_none():
    features, _ = grids(80, period_after=PERIOD / 1.02)
    assert features[LOOK_BACK_HOPS.index(48), PERCENT] == pytest.approx(2.0, abs=0.1)
    doubled, _ = grids(80, period_after=PERIOD / 2)
    assert doubled[LOOK_BACK_HOPS.index(48), PERCENT] == pytest.approx(0.0, abs=0.01)


def test_without_a_beat_no_grid_is_known():
    course = GridCourse()
    for _ in range(100):
        assert not course.hear(None, 0.5).any()


def test_harmony_is_the_same_in_every_key():
    rng = np.random.default_rng(1)
    chromas = rng.uniform(0, 1, (110, 12)) ** 3
    chromas[:, 4] += 2  # a tonic
    turned = []
    for steps in (0, 5):
        course = HarmonyCourse()
        for chroma in chromas:
            features = course.hear(np.roll(chroma, steps), None)
        turned.append(features)
    assert features.shape == (HARMONY_FEATURES,)
    np.testing.assert_allclose(turned[0], turned[1], atol=1e-12)


def test_a_semitone_clashes_and_a_fifth_does_not():
    def clash(interval):
        course = HarmonyCourse()
        chroma = np.zeros(12)
        chroma[[0, interval]] = 1.0
        return course.hear(chroma, None)[-7:-4]

    assert clash(1)[0] == pytest.approx(0.5)
    assert clash(2)[1] == pytest.approx(0.5)
    assert not clash(7).any()


def test_harmony_without_tone_is_nothing():
    course = HarmonyCourse()
    for _ in range(100):
        features = course.hear(np.zeros(12), None)
    assert not features.any()


def sound(course, fine, power=1.0):
    return course.hear(
        np.tile(fine, (100, 1)).astype(np.float32),
        np.full(ONSET_BANDS, power, np.float32),
        np.full((100, ONSET_BANDS), 0.1, np.float32),
    )


def test_another_sound_is_novel_until_it_is_the_old_one():
    rng = np.random.default_rng(3)
    one, other = rng.uniform(0, 1, (2, FINE_BANDS))
    course = SoundCourse()
    place = slice(FINE_BANDS, FINE_BANDS + len(NOVELTY_HOPS))
    for _ in range(100):
        before = sound(course, one)
    for _ in range(12):
        during = sound(course, other)
    for _ in range(90):
        after = sound(course, other)
    assert before.shape == (SOUND_FEATURES,)
    assert np.allclose(before[place], 0, atol=1e-6)
    assert (during[place][2:] > 0.2).all()
    assert np.allclose(after[place], 0, atol=1e-6)


def test_a_band_that_left_is_missed_against_its_top():
    course = SoundCourse()
    for _ in range(40):
        sound(course, np.zeros(FINE_BANDS), 1.0)
    features = sound(course, np.zeros(FINE_BANDS), 0.01)
    top = features[FINE_BANDS + len(NOVELTY_HOPS) :][:ONSET_BANDS]
    assert top == pytest.approx(np.full(ONSET_BANDS, -1.0), abs=1e-3)  # 20 dB


def test_a_step_in_level_stands_against_what_was():
    course = LevelCourse()
    for _ in range(100):
        steady = course.hear(-14.0, -14.0, -14.0)
    for _ in range(10):
        stepped = course.hear(-9.0, -10.0, -13.5)
    assert steady.shape == (LEVEL_FEATURES,)
    assert not steady.any()
    assert stepped[0] == pytest.approx(0.45)
    assert stepped[7] == pytest.approx(0.5)  # 5 LU above the loud fifth of the minute before
    assert np.isfinite(LevelCourse().hear(None, None, None)).all()


def test_changes_stand_at_their_place_in_the_phrase():
    """A sound that changes each 32 beats, on the first: the newest beat is shown in the middle."""
    rng = np.random.default_rng(5)
    sounds = rng.uniform(0, 2, (8, FINE_BANDS)).astype(np.float32)
    course = PhraseCourse()
    peaks = []
    for hop in range(200):
        # Two beats a hop of half a second: one ends in the midst of it, one with it.
        frames = (hop * 100 + np.arange(100)) // 50
        fine = sounds[frames // PHRASE_BEATS % len(sounds)]
        features = course.hear(fine, (hop + 1) / 2, 0.25, 2 * (hop + 1), (hop + 1) / 2)
        places = (len(features) - 1) // len(REACH_BEATS)
        peaks.append(int(np.argmax(features[: places - 1])))
    assert features.shape == (PHRASE_FEATURES,)
    assert features[-1] == 1
    newest = 2 * 200 - max(REACH_BEATS)
    middle = (places - 2) // 2
    shown = [(newest + at - middle) % PHRASE_BEATS for at in range(places - 1)]
    if 0 in shown:
        assert shown[peaks[-1]] == 0
    on_phrase = [
        peak == middle
        for hop, peak in enumerate(peaks)
        if hop > 80 and (2 * (hop + 1) - max(REACH_BEATS)) % PHRASE_BEATS == 0
    ]
    assert on_phrase
    assert all(on_phrase)


def test_without_a_beat_there_is_no_phrase():
    fine = np.zeros((100, FINE_BANDS), np.float32)
    assert not PhraseCourse().hear(fine, None, 0.5, 0, 0.5).any()
