"""What holds for the evidence as a whole."""

import subprocess
import sys

import numpy as np
import pytest

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from judge.evidence import EVIDENCE_FEATURES, PLACES, EvidenceTaker
from judge.evidence.folding import APART_BINS, BEAT_BINS, ONSET_BANDS
from judge.listening import Listener
from judge.listening.onsets import FINE_BANDS
from tests.judge.listening.signals import info, placed, stereo
from tests.judge.scoring.parts import PLAIN, hop

from .ears import click, evidence, music

SECONDS = 14
COUNT = SECONDS * SAMPLE_RATE_HZ
RNG = np.random.default_rng(8)
SOUNDS = {
    "silence": np.zeros((COUNT, 2)),
    "noise": RNG.uniform(-1, 1, (COUNT, 2)),
    "beyond full scale": RNG.uniform(-9, 9, (COUNT, 2)),
    "one click": np.eye(COUNT, 1)[:, [0, 0]],
    "denormals": np.full((COUNT, 2), 1e-40),
}
MUSIC = music(SECONDS)


@pytest.fixture(scope="module")
def of_music():
    return evidence(MUSIC)


@pytest.mark.parametrize("name", SOUNDS)
def test_anything_has_finite_evidence(name):
    rows = evidence(SOUNDS[name].astype(np.float32))
    assert rows.shape == (2 * SECONDS, EVIDENCE_FEATURES)
    assert rows.dtype == np.float32
    assert np.isfinite(rows).all()
    assert np.abs(rows).max() < 200


def test_before_anything_was_heard_there_is_none():
    assert not EvidenceTaker().take(hop(0), Listener(info()), PLAIN).any()


def test_it_says_more_than_nothing(of_music):
    assert (of_music[-1] != 0).mean() > 0.5
    assert np.array_equal(evidence(MUSIC), of_music)


def test_a_louder_copy_shows_nearly_the_same(of_music):
    """Spectra are compressed above a floor, so that their faintest bands move a little."""
    louder = evidence(MUSIC * np.float32(2.0))
    differences = np.abs(louder - of_music)[10:]
    assert np.quantile(differences, 0.95) < 0.1
    assert differences.max() < 0.5
    assert differences.mean() < 0.02


def test_nothing_looks_ahead(of_music):
    other = MUSIC.copy()
    other[10 * SAMPLE_RATE_HZ :] = SOUNDS["noise"][10 * SAMPLE_RATE_HZ :]
    # The last hop before they part is left out: the resampling filter of the test looks ahead.
    assert np.array_equal(evidence(other)[:19], of_music[:19])


def test_where_on_the_clock_a_set_stands_does_not_matter(of_music):
    later = evidence(MUSIC, first=40_000)
    assert np.abs(later - of_music).max() < 1e-3


@pytest.mark.parametrize("offset_ms", [0, 40, 80])
def test_the_offset_of_two_click_tracks_shows_in_the_fold(offset_ms):
    period = 60 / 125
    times = np.arange(0.2, SECONDS - 0.5, period)
    both = np.sort(np.concatenate((times, times + offset_ms / 1000)))
    rows = evidence(stereo(placed(click(), both.tolist(), SECONDS)))
    table = rows[-1, PLACES["folds"]][: ONSET_BANDS * APART_BINS].reshape(ONSET_BANDS, -1)
    far = table[-1, 2:]
    bin_ms = 1000 * period / BEAT_BINS
    if offset_ms == 0:
        assert far.max() < 0.25
    else:
        assert far.max() > 0.35
        assert (3 + int(np.argmax(far))) * bin_ms == pytest.approx(offset_ms, abs=1.5 * bin_ms)


def test_a_flam_that_was_not_there_a_while_ago_is_new():
    period = 60 / 125
    times = np.arange(0.2, 29.5, period)
    late = times[times > 22] + 0.06
    alone = evidence(stereo(placed(click(), times.tolist(), 30)))
    joined = evidence(stereo(placed(click(), sorted([*times, *late]), 30)))
    new = [np.abs(rows[-1, PLACES["flams"]]).max() for rows in (alone, joined)]
    assert new[0] < 0.1
    assert new[1] > 0.3


def test_what_lies_where_is_everything_once():
    places = sorted(PLACES.values(), key=lambda place: place.start)
    assert [place.start for place in places] == [0, *(place.stop for place in places[:-1])]
    assert places[-1].stop == EVIDENCE_FEATURES


def test_the_number_of_threads_changes_no_bit():
    script = (
        "import hashlib\n"
        "from tests.judge.evidence.ears import evidence, music\n"
        "print(hashlib.sha256(evidence(music(10)).tobytes()).hexdigest())\n"
    )
    digests = set()
    for threads in ("1", "2"):
        limits = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), threads)
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**limits, "PYTHONHASHSEED": threads, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
            timeout=60.0,
        )
        digests.add(done.stdout.splitlines()[-1])
    assert len(digests) == 1


def test_a_hole_and_a_clipped_run_show_at_once():
    holed = MUSIC.copy()
    holed[20 * HOP_SAMPLES : 20 * HOP_SAMPLES + 12_000] = 0
    whole, shown = evidence(MUSIC), evidence(holed)
    assert np.array_equal(whole[:19], shown[:19])
    quietest = PLACES["faults"].stop - 1
    assert shown[20, quietest] < whole[20, quietest] - 0.5, (
        "the quietest twentieth against the peak"
    )


def test_without_a_beat_nothing_is_folded():
    rows = evidence(SOUNDS["silence"].astype(np.float32))
    for kind in ("folds", "flams", "grids", "phrases", "pulse", "counts"):
        assert not rows[:, PLACES[kind]].any(), kind


def test_timbre_does_not_depend_on_the_level():
    timbre = slice(PLACES["sound"].start, PLACES["sound"].start + FINE_BANDS)
    loud, quiet = evidence(MUSIC)[8:, timbre], evidence(0.25 * MUSIC)[8:, timbre]
    assert np.abs(loud - quiet).max() < 0.08
