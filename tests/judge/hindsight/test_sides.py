"""What a transition shows in hindsight, from notes that are made up so that the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from core.media import HOP_SECONDS
from judge.evidence import EVIDENCE_FEATURES
from judge.hindsight import ASPECTS, HINDSIGHT_FEATURES, NOTE_FEATURES, Hindsight
from judge.hindsight.beats import beat_features, fitted
from judge.hindsight.harmony import KEY_FEATURES, key_features
from judge.hindsight.levels import LEVEL_FEATURES, SUSTAINED_FEATURES, level_features
from judge.hindsight.likeness import LIKENESS_FEATURES, Portraits, portrait
from judge.hindsight.phrases import FOLD_FEATURES, fold_features
from judge.hindsight.record import BLOCKS, Notes, SetRecord
from judge.hindsight.spans import AFTER_HOPS, BEFORE_HOPS, sides
from judge.listening.onsets import FINE_BANDS

PERIOD = 60 / 128
MAJOR = np.array([1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1], np.float32)


def beats(hops: int, first: int, *, period: float = PERIOD, late: float = 0.0):
    """Return how long before each hop's end the newest beat was, and the period."""
    ends = (first + np.arange(hops) + 1) * HOP_SECONDS
    since = (ends - late) % period
    return since.astype(np.float32), np.full(hops, period, np.float32)


def notes(hops: int, seed: int = 0) -> Notes:
    rows = np.zeros((hops, NOTE_FEATURES), np.float32)
    rows[:, :2] = np.stack(beats(hops, 0), axis=1)
    made = Notes(rows)
    rng = np.random.default_rng(seed)
    made.spectra[:] = rng.normal(-4, 0.1, made.spectra.shape)
    made.bands_db[:] = -20 + rng.normal(0, 0.1, made.bands_db.shape)
    made.momentary_lufs[:] = -12
    made.chroma[:] = MAJOR + 0.1
    return made


@pytest.mark.parametrize("late_ms", [0.0, 9.0, 40.0, -70.0])
def test_an_offset_shows_in_milliseconds(late_ms: float) -> None:
    before = fitted(*beats(30, 0), 0)
    after = fitted(*beats(30, 60, late=late_ms / 1000), 60)
    shown = beat_features((before, None, after), (15.0, 30.0))
    whole_ms, percent = shown[16], shown[20]
    assert whole_ms == pytest.approx(abs(late_ms), abs=1.0)
    assert percent == pytest.approx(0, abs=0.01)
    assert np.isnan(shown[:16]).all(), "nothing is known of the time between"


@pytest.mark.parametrize("percent", [0.1, -0.5, 1.5])
def test_a_difference_of_tempo_shows_in_percent(percent: float) -> None:
    before = fitted(*beats(30, 0), 0)
    after = fitted(*beats(30, 60, period=PERIOD / (1 + percent / 100)), 60)
    assert beat_features((before, None, after), (15.0, 30.0))[20] == pytest.approx(
        percent, abs=0.02
    )


def test_a_tracker_that_jumps_to_the_off_beat_has_heard_no_offset() -> None:
    before = fitted(*beats(30, 0), 0)
    after = fitted(*beats(30, 60, late=PERIOD / 2), 60)
    shown = beat_features((before, None, after), (15.0, 30.0))
    assert shown[16] == pytest.approx(PERIOD * 500, abs=2)
    assert shown[17] < 2


def test_a_line_needs_beats() -> None:
    since, period = beats(10, 0)
    assert fitted(since, np.zeros_like(period), 0) is None
    assert np.isnan(beat_features((None, None, None), (0.0, 1.0))[:24]).all()


@pytest.mark.parametrize("fifths", range(7))
def test_keys_lie_as_far_apart_as_they_do(fifths: int) -> None:
    old = np.tile(MAJOR, (20, 1))
    new = np.roll(old, 7 * fifths, axis=1)
    shown = key_features(old, old, new)
    assert int(np.argmax(shown[:7])) == fifths
    assert shown.shape == (KEY_FEATURES,)


def test_drums_alone_have_no_distance_of_keys() -> None:
    nothing = np.zeros((20, 12), np.float32)
    assert np.isnan(key_features(nothing, nothing, np.tile(MAJOR, (20, 1)))[:14]).all()


def test_a_step_of_level_shows() -> None:
    made = notes(120)
    made.momentary_lufs[60:] += 6
    shown = level_features(made, sides(0, 120, (56, 64), 0), PERIOD)
    assert shown[:30:5] == pytest.approx(6, abs=0.5)  # all percentiles of the loudness
    assert shown.shape == (LEVEL_FEATURES,)


def test_a_second_bass_is_seen_between_the_drums() -> None:
    made = notes(120)
    spectra = made.spectra
    spectra[:, :, :3] = -6.0
    spectra[:, 0, :3] = 0.0  # the drum
    louder = Notes(made.rows.copy())
    louder.spectra[56:68, 1:, :3] += 0.35  # 3 dB more between the drums for 6 s
    span = sides(0, 120, (50, 72), 0)
    one, two = (
        level_features(each, span, PERIOD)[-SUSTAINED_FEATURES:].reshape(4, 3, -1)[:, :, [0, 1, 3]]
        for each in (made, louder)
    )
    assert one[0] == pytest.approx(0, abs=1e-5)
    assert two[0, :2] == pytest.approx(3.04, abs=0.05), "quiet and middle tenths rise"
    assert two[1, :2] == pytest.approx(3.04, abs=0.05), "above all that was heard"
    loudest = level_features(louder, span, PERIOD)[:-SUSTAINED_FEATURES]
    assert np.nanmax(np.abs(loudest - level_features(made, span, PERIOD)[:-SUSTAINED_FEATURES])) < 1


@pytest.mark.parametrize("beats_gone", [0, 8, 16])
def test_a_hole_in_the_bass_is_as_long_as_it_is(beats_gone: int) -> None:
    made = notes(120)
    hole = round(beats_gone * PERIOD / HOP_SECONDS)
    made.spectra[56 : 56 + hole, :, :4] -= 4
    shown = level_features(made, sides(0, 120, (50, 70), 0), PERIOD)[:-SUSTAINED_FEATURES]
    assert shown[-9:-6] == pytest.approx(hole * HOP_SECONDS / PERIOD, abs=0.5)


@pytest.mark.parametrize("error", [0, 3, 5])
def test_phrases_miss_each_other_by_so_many_beats(error: int) -> None:
    made = notes(128)
    flat = made.spectra.reshape(-1, FINE_BANDS)
    for number in range(136):
        moved = error if number > 68 else 0
        at = round(number * PERIOD / HOP_SECONDS * BLOCKS)
        flat[at:] += (
            1.0 if (number - moved) % 16 == 0 else -1.0 if (number - moved) % 16 == 8 else 0
        )
    made.spectra[:] = flat.reshape(made.spectra.shape)
    line = fitted(*beats(60, 0), 0)
    shown = fold_features(made, sides(0, 128, (62, 66), 0), 0, (line, line))
    assert shown.shape == (FOLD_FEATURES,)
    assert int(np.argmax(shown[:8])) == error


def test_a_track_that_comes_again_is_like_itself() -> None:
    rng = np.random.default_rng(1)
    sounds = rng.normal(0, 1, (3, 6, 42)).astype(np.float32)
    found = {}
    for name, order in (("again", (0, 1, 0)), ("new", (0, 1, 2))):
        album = Portraits()
        for place, track in enumerate(order):
            for step in range(12):
                album.add(48 * place + 4 * step + 3, sounds[track][step % 6])
        found[name] = album.likeness((48, 96), (96, 144))
    assert found["again"][0] == pytest.approx(0, abs=1e-6)
    assert found["new"][0] > 0.5
    assert np.isnan(Portraits().likeness((0, 10), (10, 20))).all()
    assert found["new"].shape == (LIKENESS_FEATURES,)


def test_a_portrait_does_not_depend_on_the_level() -> None:
    made = notes(4)
    louder = Notes(made.rows.copy())
    louder.spectra[:] += 0.7
    louder.chroma[:] *= 2
    assert portrait(louder) == pytest.approx(portrait(made), abs=1e-5)


def test_sides_keep_to_what_is_kept_and_to_the_transition_before() -> None:
    found = sides(100, 400, (200, 220), 180)
    assert found.before == slice(80, 100)
    assert found.within == slice(100, 120)
    assert found.after == slice(120, 120 + AFTER_HOPS)
    assert sides(0, 400, (200, 220), 0).before == slice(200 - BEFORE_HOPS, 200)
    lost = sides(300, 400, (200, 220), 0)
    assert lost.before == lost.within == slice(0, 0)


def test_a_gap_forgets_what_was_before_it() -> None:
    record = SetRecord()
    evidence, row = np.zeros(EVIDENCE_FEATURES, np.float32), np.zeros(NOTE_FEATURES, np.float32)
    for hop in (0, 1, 2, 50, 51):
        record.hear(hop, evidence, row)
    assert (record.first_hop, record.next_hop) == (50, 52)
    assert len(record.evidence) == len(record.notes.rows) == 2


def test_a_short_gap_is_taken_to_be_like_what_was_before_it() -> None:
    record = SetRecord()
    for hop in (0, 1, 2, 6, 7):
        record.hear(
            hop,
            np.full(EVIDENCE_FEATURES, hop, np.float32),
            np.full(NOTE_FEATURES, hop, np.float32),
        )
    assert (record.first_hop, record.next_hop) == (0, 8)
    assert record.evidence[:, 0].tolist() == [0, 1, 2, 2, 2, 2, 6, 7]
    assert record.notes.rows[:, 0].tolist() == [0, 1, 2, 2, 2, 2, 6, 7]


def test_silences_are_no_likeness() -> None:
    memory, made = Hindsight(), notes(120)
    made.momentary_lufs[20:40] = made.momentary_lufs[80:] = -70
    for hop in range(120):
        memory.hear(hop, np.zeros(EVIDENCE_FEATURES, np.float32), made.rows[hop])
    assert np.isnan(memory.features((60, 72), 44)[ASPECTS["likeness"]]).all()


def test_everything_together_and_nan_for_what_cannot_be_known() -> None:
    memory, made = Hindsight(), notes(120)
    rng = np.random.default_rng(3)
    evidence = rng.normal(0, 1, (120, EVIDENCE_FEATURES)).astype(np.float32)
    for hop in range(120):
        memory.hear(hop, evidence[hop], made.rows[hop])
    shown = memory.features((50, 70), 0)
    assert shown.shape == (HINDSIGHT_FEATURES,)
    within = shown[ASPECTS["within"]]
    assert within == pytest.approx(evidence[50:74].mean(axis=0), abs=1e-5)
    assert np.isfinite(shown[ASPECTS["beats"]]).all()
    first = memory.features((0, 10), 0)
    assert np.isnan(first[ASPECTS["step"]]).all(), "nothing came before it"
    assert np.isnan(first[ASPECTS["likeness"]]).all()
