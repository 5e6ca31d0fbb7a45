"""Folds and autocorrelations of onsets that are put where they are wanted."""

import numpy as np
import pytest

from judge.evidence.folding import (
    APART_BINS,
    BEAT_BINS,
    ECHO_GROUPS,
    ECHO_LAGS,
    FLAM_FEATURES,
    FOLD_FEATURES,
    LONG_FRAMES,
    apart,
    fold_features,
    folded,
    harmonics,
    repetition,
)
from judge.listening.onsets import FRAME_RATE_HZ, ONSET_BANDS

PERIOD_SECONDS = 0.48
PERIOD_FRAMES = PERIOD_SECONDS * FRAME_RATE_HZ


def onsets(*offsets_seconds, frames=LONG_FRAMES, period_frames=PERIOD_FRAMES):
    """Return onsets in all bands on a steady beat, and on its copies so much later."""
    flux = np.full((frames, ONSET_BANDS), 0.01, np.float32)
    for offset in offsets_seconds:
        times = np.arange(0, frames, period_frames) + offset * FRAME_RATE_HZ
        places = np.round(times).astype(int)
        flux[places[places < frames]] += 1.0
    return flux


def since(frames, offset_seconds=0.0):
    """Return the turns since the beat at the end of the newest frame."""
    return ((frames - 1 - offset_seconds * FRAME_RATE_HZ) / PERIOD_FRAMES) % 1.0


@pytest.mark.parametrize("offset_ms", [30, 60, 90, 120])
def test_two_click_tracks_stand_side_by_side_at_their_offset(offset_ms):
    flux = onsets(0.0, offset_ms / 1000)
    fold = folded(flux, since(len(flux)), PERIOD_FRAMES, BEAT_BINS)
    bin_ms = 1000 * PERIOD_SECONDS / BEAT_BINS
    peaks = np.sort(np.argsort(fold[0])[-2:])
    if np.diff(peaks)[0] < 2:  # one click between two bins
        strong = np.flatnonzero(fold[0] > 0.25 * fold[0].max())
        peaks = np.array([strong[0], strong[-1]])
    apart = min(np.diff(peaks)[0], BEAT_BINS - np.diff(peaks)[0])
    assert apart * bin_ms == pytest.approx(offset_ms, abs=1.5 * bin_ms)


@pytest.mark.parametrize("offset_ms", [20, 45, 80])
def test_and_they_repeat_after_it_whatever_the_beat(offset_ms):
    table = repetition(onsets(0.0, offset_ms / 1000)).reshape(ECHO_GROUPS, ECHO_LAGS)
    lags_ms = 1000 * (np.arange(ECHO_LAGS) + 1) / FRAME_RATE_HZ
    for group in table:
        assert lags_ms[np.argmax(group)] == pytest.approx(offset_ms, abs=5)
    single = repetition(onsets(0.0)).reshape(ECHO_GROUPS, ECHO_LAGS)
    assert single.max() < 0.2 < table.max()


def test_a_lone_click_is_one_place_of_the_turn():
    flux = onsets(0.0)
    fold = folded(flux, since(len(flux)), PERIOD_FRAMES, BEAT_BINS)
    assert fold.shape == (ONSET_BANDS, BEAT_BINS)
    assert np.allclose(fold.mean(axis=1), 1, atol=0.05)
    assert fold[0].max() > BEAT_BINS / 4
    assert np.argmax(fold[0]) in {0, BEAT_BINS - 1}


def test_a_steady_sound_folds_flat():
    flux = np.full((LONG_FRAMES, ONSET_BANDS), 0.5, np.float32)
    assert np.allclose(folded(flux, 0.3, PERIOD_FRAMES, BEAT_BINS), 1, atol=0.02)


def test_an_offbeat_doubles_the_second_harmonic_and_leaves_the_first():
    one, two = onsets(0.0), onsets(0.0, PERIOD_SECONDS / 2)
    lines = [
        harmonics(folded(flux, since(len(flux)), PERIOD_FRAMES, BEAT_BINS)).reshape(ONSET_BANDS, -1)
        for flux in (one, two)
    ]
    assert lines[1][0, 0] < 0.1 < lines[0][0, 0]
    assert lines[1][0, 1] > 0.6


def test_the_level_of_the_sound_is_not_in_it():
    flux = onsets(0.0, 0.05)
    loud, soft = (fold_features(gain * flux, 0.1, PERIOD_SECONDS, 2) for gain in (100.0, 1.0))
    assert loud.shape == (FOLD_FEATURES,)
    assert np.abs(loud - soft).max() < 0.15
    assert np.isfinite(fold_features(0 * flux, 0.1, PERIOD_SECONDS, 0)).all()


@pytest.mark.parametrize("offset_ms", [30, 60, 100])
def test_how_far_apart_two_onsets_are_shows_wherever_in_the_beat_they_are(offset_ms):
    flux = onsets(0.0, offset_ms / 1000)
    bin_ms = 1000 * PERIOD_SECONDS / BEAT_BINS
    for turned in (0.0, 0.21, 0.5):
        fold = folded(flux, (since(len(flux)) + turned) % 1.0, PERIOD_FRAMES, BEAT_BINS)
        table = apart(fold).reshape(ONSET_BANDS, APART_BINS)
        assert table.max() <= 1
        beyond = table[0, 2:]
        assert (3 + int(np.argmax(beyond))) * bin_ms == pytest.approx(offset_ms, abs=1.5 * bin_ms)


def test_nothing_depends_on_where_the_folds_begin():
    flux = onsets(0.0, 0.05)
    flux[np.arange(0, LONG_FRAMES, round(4 * PERIOD_FRAMES))] += 1.0
    one, other = (fold_features(flux, 0.1, PERIOD_SECONDS, beat) for beat in (0, 1))
    assert np.abs(one - other).max() < 0.02
    later = fold_features(flux, 0.1 + 8 * PERIOD_SECONDS / BEAT_BINS, PERIOD_SECONDS, 0)
    assert np.abs(one - later)[: ONSET_BANDS * APART_BINS].max() < 0.02


def test_a_mark_on_each_bar_shows():
    plain, marked = onsets(0.0), onsets(0.0)
    marked[np.arange(0, LONG_FRAMES, round(4 * PERIOD_FRAMES))] += 2.0
    bar = slice(FLAM_FEATURES, FOLD_FEATURES)
    one, other = (
        fold_features(flux, since(LONG_FRAMES) * PERIOD_SECONDS, PERIOD_SECONDS, 0)[bar].reshape(
            ONSET_BANDS, -1
        )
        for flux in (plain, marked)
    )
    assert other[0, 0] > one[0, 0] + 0.2, "once a bar"
