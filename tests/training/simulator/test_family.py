"""Two families must share nothing that a judge could learn by heart."""

from itertools import islice

import numpy as np
import pytest

from core.messages import Genre
from training.simulator import BLOCK_SAMPLES, SetRenderer, SetStyle, harmony, rhythms
from training.simulator.composition import compose
from training.simulator.drums import draw_kit
from training.simulator.family import Family
from training.simulator.harmony import Key, Mode, modes_of, progressions_of
from training.simulator.instruments import bass_loop, lead_loop, pad_loop, stab_loop
from training.simulator.loops import LoopTime
from training.simulator.mastering import loudness_lufs
from training.simulator.melody import Line, Note
from training.simulator.percussion import drum_loops
from training.simulator.randomness import stream
from training.simulator.rendering import HEADROOM_DB
from training.simulator.set_plan import SetPlanner
from training.simulator.track import TEMPO_RANGES_BPM, tempo_range_bpm

STEP_SAMPLES = 5_760.0  # 125 BPM
GENRES = tuple(TEMPO_RANGES_BPM)


def rms(audio):
    return float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))))


@pytest.mark.parametrize("genre", GENRES)
def test_families_share_no_pattern(genre):
    tables = [rhythms.claps, rhythms.hats, rhythms.basses, rhythms.chords]
    for table in tables:
        studio, unseen = (set(table(family, genre)) for family in Family)
        assert studio and unseen and not studio & unseen
    for shared in (rhythms.FILLS, rhythms.RIDES, rhythms.SHAKERS):
        assert not set(shared[Family.STUDIO]) & set(shared[Family.UNSEEN])
    broken = [set(rhythms.kicks(family, genre, broken=True)) for family in Family]
    assert not broken[0] & broken[1]
    for minor in (True, False):
        studio, unseen = (set(progressions_of(f, genre.value, minor=minor)) for f in Family)
        assert not studio & unseen


def test_every_pattern_is_a_bar():
    patterns = []
    for family in Family:
        for table in (rhythms.FILLS, rhythms.RIDES, rhythms.SHAKERS):
            patterns += table[family]
        for genre in GENRES:
            for table in (rhythms.claps, rhythms.hats, rhythms.basses, rhythms.chords):
                patterns += table(family, genre)
            patterns += rhythms.kicks(family, genre, broken=True)
    assert {len(pattern) for pattern in patterns} == {16}


def test_notes_of_a_pattern_are_held_as_drawn():
    assert rhythms.notes_of("o--.o...o-------") == [(0, 3), (4, 1), (8, 8)]


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("genre", GENRES)
def test_all_notes_belong_to_a_mode_of_the_family(family, genre):
    for seed in range(12):
        key = Key(seed, minor=bool(seed % 3))
        score = compose(stream(seed, "score"), genre, key, family)
        off = score.bass[0].pitch - round(score.bass[0].pitch)
        notes = [*score.bass, *score.chords, *score.pad, *score.lead]
        written = [note.pitch - off for note in notes]
        assert all(abs(pitch - round(pitch)) < 1e-6 for pitch in written)
        assert abs(off) <= 0.2 + 1e-9
        pitches = {round(pitch) % 12 for pitch in written}
        modes = modes_of(family, minor=key.minor)[0]
        scales = [{key.scale(mode).note(d) % 12 for d in range(7)} for mode in modes]
        assert any(pitches <= scale for scale in scales)
        ends = [note.step + note.steps for note in notes]
        assert max(ends) <= 16 * score.bars + 1.3


def test_modes_start_where_their_names_say():
    assert harmony.Scale(2, Mode.DORIAN).note(6) == 2 + 10
    assert harmony.Scale(4, Mode.PHRYGIAN).note(1) == 5
    assert harmony.Scale(4, Mode.PHRYGIAN).note(8) == 17


@pytest.mark.parametrize("family", Family)
def test_a_kit_has_its_parts_in_their_registers(family):
    for seed in range(6):
        kit = draw_kit(np.random.default_rng(seed), 0.5, family)
        for name in kit.__slots__:
            sound = getattr(kit, name)
            assert np.isfinite(sound).all() and np.abs(sound).max() == pytest.approx(1.0)
        assert _centre_hz(kit.kick) < 350
        assert _centre_hz(kit.percussion) > 200
        assert _centre_hz(kit.closed_hat) > 5_000
        assert len(kit.open_hat) > 2 * len(kit.closed_hat)


def _centre_hz(sound):
    power = np.abs(np.fft.rfft(sound)) ** 2
    return float((np.fft.rfftfreq(len(sound), 1 / 48_000) * power).sum() / power.sum())


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("genre", GENRES)
def test_all_drums_sound_and_differ_from_record_to_record(family, genre):
    first, again, other = (
        drum_loops(stream(seed, "drums"), genre, STEP_SAMPLES, 0.1, family) for seed in (1, 1, 2)
    )
    for role, loop in first.items():
        assert np.isfinite(loop).all() and loop.any()
        np.testing.assert_array_equal(loop, again[role])
        if role in other:
            assert rms(loop - other[role]) > 1e-4


def played(family, seed, pitch=57.0):
    """Return one held note on each instrument."""
    time = LoopTime(STEP_SAMPLES, 1, 0.0)
    note = (Note(0.0, 12.0, pitch, 1.0),)
    rng = np.random.default_rng(seed)
    yield bass_loop(rng, Genre.TECHNO, note, time, family)
    yield bass_loop(rng, Genre.DUBSTEP, note, time, family)
    yield stab_loop(rng, note, time, family)
    yield pad_loop(rng, note, time, family)
    for line in Line:
        yield lead_loop(rng, line, note, time, family)


@pytest.mark.parametrize("family", Family)
def test_instruments_play_the_note_that_is_written(family):
    for seed in range(8):
        for low, high in zip(played(family, seed), played(family, seed, 58.0), strict=True):
            assert np.isfinite(low).all() and 0.005 < rms(low) < 3.0
            assert _semitones_between(low, high) == pytest.approx(1.0, abs=0.15)


def _semitones_between(low, high):
    """Return how far one spectrum lies above another on a logarithmic axis."""
    grid = np.geomspace(80, 3_000, 4_800)
    hertz = np.fft.rfftfreq(4 * len(low), 1 / 48_000)
    spectra = [
        np.interp(grid, hertz, np.abs(np.fft.rfft(sound.sum(axis=1), 4 * len(sound))))
        for sound in (low, high)
    ]
    match = np.correlate(spectra[1], spectra[0], "same")
    middle = len(grid) // 2
    near = slice(middle - 200, middle + 200)
    steps = int(np.argmax(match[near])) - 200
    return steps * 12 * np.log2(grid[1] / grid[0])


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("genre", GENRES)
def test_records_of_both_families_sound_mastered(family, genre):
    style = SetStyle(genre=genre, family=family, genre_changes=0.0)
    audio = np.concatenate(list(islice(SetRenderer(5, style).blocks(), 16)))
    assert audio.shape == (16 * BLOCK_SAMPLES, 2)
    assert np.isfinite(audio).all()
    assert -14 < loudness_lufs(audio) + HEADROOM_DB < -8


def test_the_family_reaches_every_track_and_widens_the_tempi():
    planner = SetPlanner(4, SetStyle(family=Family.UNSEEN))
    for _ in range(3):
        planner.advance()
    assert {track.plan.family for track in planner.truth.tracks} == {Family.UNSEEN}
    for genre in GENRES:
        (low, high), (lower, higher) = (tempo_range_bpm(genre, family) for family in Family)
        assert lower < low < high < higher
