"""The ear as a whole: what is heard and told becomes senses."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import Phase, SessionState, Transition
from core.messages import Reading as Unmeasured
from core.show import EMBEDDING_SIZE
from tests.golden.render import house
from tests.judge.music import info
from tests.visuals.hearing.told import beat, score
from visuals.hearing.ear import Ear
from visuals.senses import Mode, Section

FRAME = SAMPLE_RATE_HZ // 20
HOUSE = house()
KICK_PERIOD = 60 / 124


def trace(ear, pcm, events=(), start=0):
    """Hear `pcm` in frames of 50 ms; return the senses after each."""
    waiting = sorted(events, key=lambda event: event[0])
    senses = []
    for position in range(0, len(pcm), FRAME):
        part = pcm[position : position + FRAME]
        ear.hear(part, start + position)
        end = start + position + len(part)
        while waiting and waiting[0][0] * SAMPLE_RATE_HZ <= end:
            ear.event(waiting.pop(0)[1])
        senses.append(ear.senses(end))
    return senses


def noise(seconds, rms, seed=0):
    shape = (round(seconds * SAMPLE_RATE_HZ), 2)
    return (rms * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)


def bass(seconds, level=0.3):
    """A kick on each beat at 120 BPM, with a chord over it."""
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    kick = level * 2 * np.exp(-8 * (time % 0.5)) * np.sin(2 * np.pi * 55 * (time % 0.5))
    chord = 0.05 * (np.sin(2 * np.pi * 330 * time) + np.sin(2 * np.pi * 4_400 * time))
    return np.stack([kick + chord] * 2, axis=1).astype(np.float32)


def test_silence_is_nothing():
    senses = trace(Ear(), np.zeros((5 * SAMPLE_RATE_HZ, 2), np.float32))[-1]
    assert (senses.low, senses.mid, senses.high, senses.level, senses.onset) == (0,) * 5
    assert (senses.energy, senses.drop, senses.transition) == (0.0, 0.0, 0.0)
    assert (senses.tonic, senses.mode, senses.section, senses.score, senses.hype) == (None,) * 5


def test_the_hiss_of_an_open_input_does_not_dance():
    senses = trace(Ear(), noise(20, 10 ** (-75 / 20)))
    assert max(each.level for each in senses) < 0.05
    assert max(each.onset for each in senses) < 0.05


def test_levels_of_music_lie_around_one():
    senses = trace(Ear(), HOUSE)[100:]
    for band in ("low", "mid", "high", "level"):
        values = [getattr(each, band) for each in senses]
        assert 0.5 < np.mean(values) < 2.0
        assert 0 <= min(values) <= max(values) <= 3.0
    hits = [each.onset for each in senses]
    assert max(hits) > 0.8
    assert np.median(hits) < 0.5


@pytest.mark.parametrize("gain_db", [-40.0, -20.0, 3.0])
def test_a_quiet_set_dances_like_a_loud_one(gain_db):
    loud = trace(Ear(), HOUSE)[60:]
    other = trace(Ear(), HOUSE * np.float32(10 ** (gain_db / 20)))[60:]
    for band in ("low", "mid", "level"):
        one, two = (np.mean([getattr(each, band) for each in some]) for some in (loud, other))
        assert two == pytest.approx(one, rel=0.25)


def test_a_fade_to_silence_ends_at_nothing():
    senses = trace(Ear(), np.concatenate((HOUSE, np.zeros((3 * SAMPLE_RATE_HZ, 2), np.float32))))
    assert senses[-1].level == 0.0
    after = [each.level for each in senses[len(HOUSE) // FRAME + 2 :]]
    assert max(np.diff(after)) <= 0  # it sinks, and never flares up


@pytest.mark.parametrize("other", [120, 480, 960, 24_000])
def test_how_the_sound_is_cut_makes_no_difference(other):
    events = [(0.5 * n, beat(max(0.5 * n - 0.7, 0), 124, 0.8, n % 4)) for n in range(20)]

    def by(size):
        ear, waiting, end = Ear(), list(events), 0
        for position in range(0, 10 * SAMPLE_RATE_HZ, size):
            ear.hear(HOUSE[position : position + size], position)
            end = position + size
            while end % HOP_SAMPLES == 0 and waiting and waiting[0][0] * SAMPLE_RATE_HZ <= end:
                ear.senses(end)
                ear.event(waiting.pop(0)[1])
        return asdict(ear.senses(end))

    one, two = by(other), by(4_800)
    for name, value in one.items():
        np.testing.assert_equal(np.asarray(two[name]), np.asarray(value), err_msg=name)


def test_a_gap_is_silence_and_the_beat_goes_on():
    ear = Ear()
    trace(ear, HOUSE, [(1.0, beat(KICK_PERIOD, 124))])
    before = ear.senses(len(HOUSE))
    later = len(HOUSE) + 3 * SAMPLE_RATE_HZ
    ear.hear(HOUSE[:FRAME], later)
    after = ear.senses(later)
    assert after.position_seconds == pytest.approx(before.position_seconds + 3)
    assert after.beat == pytest.approx(before.beat + 3 / KICK_PERIOD, abs=0.02)
    assert after.level == 0.0


def test_an_hour_that_is_missing_is_passed_at_once():
    ear = Ear()
    trace(ear, HOUSE[: 5 * SAMPLE_RATE_HZ], [(1.0, beat(KICK_PERIOD, 124))])
    before = ear.senses(5 * SAMPLE_RATE_HZ)
    later = 3_605 * SAMPLE_RATE_HZ + 100
    ear.hear(HOUSE[:FRAME], later)
    after = ear.senses(later + FRAME)
    assert after.position_seconds == pytest.approx(3_605.052, abs=0.001)
    assert after.beat == pytest.approx(before.beat + 3_600 / KICK_PERIOD, rel=1e-3)
    assert after.beat_confidence < 0.01


def test_it_may_begin_in_the_middle_of_a_set():
    senses = trace(Ear(), HOUSE[: 10 * SAMPLE_RATE_HZ], start=1_000_123)
    assert senses[0].position_seconds == pytest.approx((1_000_123 + FRAME) / SAMPLE_RATE_HZ)
    assert senses[-1].level > 0.3


def test_moments_never_run_backwards_nor_ahead_of_what_was_heard():
    ear = Ear()
    ear.hear(HOUSE[:48_000], 0)
    assert ear.senses(24_000).position_seconds == 0.5
    assert ear.senses(12_000).position_seconds == 0.5
    assert ear.senses(96_000).position_seconds == 1.0


def test_who_is_not_asked_for_minutes_keeps_no_more_than_some_seconds():
    ear = Ear()
    for second in range(60):
        ear.hear(noise(1, 0.1, second), second * SAMPLE_RATE_HZ)
    assert len(ear._rows) <= 1_300
    assert ear.senses(0).position_seconds > 40.0


def test_the_bass_that_comes_back_after_a_breakdown_is_a_drop():
    low_cut = bass(6, 0.0)
    pcm = np.concatenate((bass(12), low_cut, bass(8)))
    events = [(0.5 * n, beat(max(0.5 * n - 0.5, 0), 120, 0.9, (n - 1) % 4)) for n in range(1, 52)]
    senses = trace(Ear(), pcm, events)
    drops = np.array([each.drop for each in senses])
    lands = 18 * SAMPLE_RATE_HZ // FRAME
    assert drops[:lands].max() == 0.0
    assert drops[lands : lands + 3].max() > 0.95
    assert np.all(np.diff(drops[lands + 2 : lands + 60]) < 0)  # it fades over two bars: 4 s
    assert drops[lands + 85 :].max() == 0.0


@pytest.mark.parametrize("missing_seconds", [3, 6, 15])
def test_sound_that_was_lost_on_the_way_is_no_breakdown(missing_seconds):
    ear = Ear()
    trace(ear, bass(20))
    after = trace(ear, bass(10), start=(20 + missing_seconds) * SAMPLE_RATE_HZ)
    assert max(each.low for each in after) > 0.5
    assert max(each.drop for each in after) == 0.0


def test_a_loss_within_a_breakdown_does_not_cost_the_drop():
    ear = Ear()
    trace(ear, np.concatenate((bass(12), bass(4, 0.0))))
    after = trace(ear, np.concatenate((bass(1, 0.0), bass(4))), start=19 * SAMPLE_RATE_HZ)
    assert max(each.drop for each in after) > 0.9


def test_bass_between_kicks_and_a_first_kick_are_no_drops():
    pcm = np.concatenate((bass(4, 0.0), bass(20)))
    assert max(each.drop for each in trace(Ear(), pcm)) == 0.0


@pytest.mark.parametrize("before", [Section.BREAK, Section.BUILD])
def test_the_judges_word_of_a_drop_lands_once(before):
    told = [(2.0, before), (4.0, Section.DROP), (4.5, Section.BREAK), (5.0, Section.DROP)]
    events = [(at, score(section=section)) for at, section in told]
    senses = trace(Ear(), HOUSE[: 10 * SAMPLE_RATE_HZ], events)
    drops = [each.drop for each in senses]
    assert max(drops[:78]) == 0.0
    assert max(drops[78:82]) > 0.95
    assert np.all(np.diff(drops[82:]) <= 0)


def test_a_told_drop_lands_on_the_next_beat():
    told = [(2.0, score(section="build")), (4.1, score(section="drop"))]
    beats = [(0.5 * n, beat(0.5 * n - 0.5, 120, 0.9)) for n in range(2, 16)]
    senses = trace(Ear(), HOUSE[: 8 * SAMPLE_RATE_HZ], told + beats)
    drops = np.array([each.drop for each in senses])
    lands = senses[int(np.argmax(drops))].position_seconds
    assert drops.max() > 0.95
    assert lands == pytest.approx(4.5, abs=0.051)


def test_an_intro_that_turns_into_a_drop_is_none():
    events = [(2.0, score(section="intro")), (4.0, score(section="drop"))]
    senses = trace(Ear(), HOUSE[: 6 * SAMPLE_RATE_HZ], events)
    assert senses[-1].section is Section.DROP
    assert max(each.drop for each in senses) == 0.0


def test_what_comes_each_half_second_glides():
    events = [
        (2.0, score(energy=0.2, overall=5.0)),
        (4.0, score(energy=0.9, overall=8.0)),
    ]
    ear = Ear()
    ear.hype(0.1)
    senses = trace(ear, HOUSE[: 12 * SAMPLE_RATE_HZ], events)
    energies = np.array([each.energy for each in senses])
    assert np.abs(np.diff(energies)).max() < 0.05
    assert energies[-1] == pytest.approx(0.9, abs=0.03)
    scores = [each.score for each in senses]
    assert scores[0] is None
    known = np.array([each for each in scores if each is not None])
    assert known[0] == 5.0
    assert known[-1] == pytest.approx(8.0, abs=0.05)
    assert np.abs(np.diff(known)).max() < 0.2
    assert senses[-1].hype == pytest.approx(0.1)


def test_hype_is_not_known_until_told_and_no_more_when_taken_back():
    ear = Ear()
    ear.hear(HOUSE[:FRAME], 0)
    assert ear.senses(0).hype is None
    ear.hype(4.0)
    assert ear.senses(FRAME).hype == 1.0
    ear.hype(None)
    assert ear.senses(FRAME).hype is None


def test_a_key_counts_once_scores_agree():
    told = ["A minor", "C major", "A minor", "F# major", "F# major", "F# major", None]
    ear, keys = Ear(), []
    for number, key in enumerate(told):
        ear.hear(HOUSE[:HOP_SAMPLES], number * HOP_SAMPLES)
        ear.event(score(key=key))
        senses = ear.senses(number * HOP_SAMPLES)
        keys.append((senses.tonic, senses.mode))
    assert keys[:5] == [(9, Mode.MINOR)] * 5
    assert keys[5:] == [(6, Mode.MAJOR)] * 2


def test_a_key_and_a_section_are_forgotten_when_nothing_is_said_for_long():
    ear = Ear()
    ear.hear(HOUSE, 0)
    ear.event(score(key="Bb minor", section="build"))
    assert (ear.senses(0).tonic, ear.senses(0).section) == (10, Section.BUILD)
    for _ in range(20):
        ear.event(score())
    assert (ear.senses(0).tonic, ear.senses(0).section) == (None, None)


def transition(start, end, *, settled):
    unknown = Unmeasured(None, reason="not_measured")
    start_sample, end_sample = (round(each * SAMPLE_RATE_HZ) for each in (start, end))
    return Transition(0, start_sample, end_sample, settled, *[unknown] * 5)


def test_a_transition_comes_and_goes():
    events = [
        (4.0, transition(1.0, 4.0, settled=False)),
        (8.0, transition(1.0, 8.0, settled=False)),
        (12.0, transition(1.0, 11.0, settled=True)),
    ]
    senses = trace(Ear(), HOUSE[: 18 * SAMPLE_RATE_HZ], events)
    values = np.array([each.transition for each in senses])
    assert values[:79].max() == 0.0
    assert np.all(np.diff(values[80:239]) > 0)
    assert 0.2 < values[235] < 1.0
    assert values[-1] < 0.01
    assert np.abs(np.diff(values)).max() < 0.05


def test_a_set_that_stalls_is_doubted():
    ear = Ear()
    trace(ear, HOUSE[: 4 * SAMPLE_RATE_HZ], [(0.5, beat(0.0, 124, 0.9))])
    ear.event(SessionState(info(), Phase.STALLED))
    trace(ear, HOUSE[: 3 * SAMPLE_RATE_HZ], start=4 * SAMPLE_RATE_HZ)
    assert ear.senses(7 * SAMPLE_RATE_HZ).beat_confidence < 0.01


def test_the_embedding_is_blended_over_seconds_and_nothing_else_is_taken():
    ear, vector = Ear(), np.linspace(-1, 1, EMBEDDING_SIZE, dtype=np.float32)
    ear.hear(HOUSE[: 10 * SAMPLE_RATE_HZ], 0)
    assert not ear.senses(0).embedding.any()
    ear.embedding(HOP_SAMPLES, vector)
    ear.embedding(HOP_SAMPLES, np.full(EMBEDDING_SIZE, np.nan, np.float32))
    ear.embedding(HOP_SAMPLES, np.zeros(3, np.float32))
    early = ear.senses(FRAME).embedding
    np.testing.assert_allclose(early, vector * (1 - np.exp(-0.025)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(ear.senses(len(HOUSE)).embedding, vector, atol=0.01)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3 * SAMPLE_RATE_HZ), max_size=20), st.floats(0.0, 1.0))
def test_whenever_it_is_asked_beats_only_grow(asked, told_after):
    ear = Ear()
    ear.hear(HOUSE[: 3 * SAMPLE_RATE_HZ], 0)
    beats, positions = [], []
    for number, position in enumerate(asked):
        if number == round(told_after * len(asked)):
            ear.event(beat(0.2, 130, 0.9, 1))
        senses = ear.senses(position)
        beats.append(senses.beat)
        positions.append(senses.position_seconds)
    assert np.all(np.diff(positions) >= 0)
    assert np.all(np.diff(beats) >= 0)
