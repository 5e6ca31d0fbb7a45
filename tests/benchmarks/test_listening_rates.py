"""The counts behind the listening benchmark, on cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.listening_played import grid, said_beats
from benchmarks.listening_rates import BeatCount, Tally, key_relation, tempo_verdict
from core.messages import Beat, Loudness, Reading
from judge.readings import Heard

UNKNOWN = Reading(None, reason="too_short")


@pytest.mark.parametrize(
    ("bpm", "verdict"),
    [(126.0, "right"), (127.2, "right"), (63.1, "octave"), (252.0, "octave"), (130.0, "wrong")],
)
def test_tempo_verdicts(bpm, verdict):
    assert tempo_verdict(bpm, [126.0]) == verdict
    assert tempo_verdict(None, [126.0]) == "not_said"


def test_either_of_two_tracks_may_be_read():
    assert tempo_verdict(140.0, [126.0, 140.0]) == "right"


@pytest.mark.parametrize(
    ("key", "relation"),
    [
        (21, "exact"),  # A minor
        (16, "fifth"),  # E minor
        (14, "fifth"),  # D minor
        (0, "relative"),  # C major
        (9, "parallel"),  # A major
        (22, "other"),
    ],
)
def test_relations_to_a_minor(key, relation):
    assert key_relation(key, 21) == relation
    assert key_relation(0, 21) == key_relation(21, 0) == "relative"


def test_the_f_measure_counts_what_is_missing_and_what_is_too_much():
    count = BeatCount()
    count.add(np.array([1.0, 1.5, 2.05]), np.array([1.0, 1.5, 2.0, 2.5]))
    row = count.row()
    assert row["f_35_ms"] == pytest.approx(2 * 2 / 7, abs=1e-4)
    assert row["f_70_ms"] == pytest.approx(2 * 3 / 7, abs=1e-4)


def test_beats_are_counted_in_the_hop_into_which_they_fall():
    beat = Beat(
        sample=3 * 24_000 - 1_000,
        period_samples=9_000.0,
        bpm=320.0,
        confidence=1.0,
        beat_in_bar=None,
    )
    loudness = Loudness(None, None, None)
    heard = Heard(
        bpm=UNKNOWN,
        beat=beat,
        key=UNKNOWN,
        camelot=UNKNOWN,
        genre=UNKNOWN,
        loudness=loudness,
        energy=None,
        danceability=None,
        silent_samples=0,
        clipped_samples=0,
    )
    samples = said_beats(heard, 2) * 48_000
    assert samples.tolist() == pytest.approx([53_000, 62_000, 71_000])


def test_every_beat_of_a_grid_falls_into_one_hop():
    beats = np.concatenate([grid(0.13, 60 / 126, hop) for hop in range(100)])
    assert len(beats) == pytest.approx(50 * 126 / 60, abs=1)
    assert np.allclose(np.diff(beats), 60 / 126)


def test_shares_sum_to_one():
    tally = Tally()
    for verdict in ("right", "right", "wrong"):
        tally.add("group", verdict)
    assert tally.rows()["group"] == {"windows": 3, "right": 0.6667, "wrong": 0.3333}
