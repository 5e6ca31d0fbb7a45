"""What records do on purpose must happen, be told, and be nobody's flaw."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from core.messages import Genre
from training.simulator.arrangement import (
    PHRASE_BARS,
    Arrangement,
    Pace,
    Role,
    Section,
    SectionKind,
    draw_arrangement,
)
from training.simulator.channel import Channel, PlayedTrack
from training.simulator.deck import Deck
from training.simulator.harmony import Key
from training.simulator.randomness import stream
from training.simulator.set_plan import SetPlanner, SetStyle
from training.simulator.track import draw_track, render_track
from training.simulator.traits import Traits, crossed, distorted, flammed

A_MINOR = Key(9, minor=True)


@pytest.mark.parametrize(("pace", "low", "high"), [("rapid", 25, 45), ("brisk", 55, 90)])
def test_paces_are_kept(pace, low, high):
    gaps = []
    for seed in range(25):
        planner = SetPlanner(seed, SetStyle(pace=Pace(pace)))
        gaps += list(np.diff([planner.advance().start_sample for _ in range(6)]) / 48_000)
    assert low < np.mean(gaps) < high


@pytest.mark.parametrize("pace", Pace)
def test_sections_follow_each_other_on_the_grid_of_phrases(pace):
    for seed in range(60):
        drawn = draw_arrangement(stream(seed, "test"), Genre.TECHNO, pace=pace)
        kinds = [section.kind for section in drawn.sections]
        assert kinds[0] is SectionKind.INTRO and kinds[-1] is SectionKind.OUTRO
        assert drawn.outro_bar % PHRASE_BARS == 0
        assert all(bar % PHRASE_BARS == 0 for bar in drawn.drop_bars)
        for bar in drawn.hushed_bars:
            assert bar + 1 in drawn.drop_bars
            assert drawn.section_at(bar).kind in (SectionKind.BREAK, SectionKind.BUILD)


def test_records_have_peculiarities_at_natural_rates():
    tracks = [
        draw_track(seed, Genre.HOUSE, bpm=125, key=A_MINOR, pace=Pace.BRISK) for seed in range(400)
    ]
    for happens in (
        lambda t: t.arrangement.hushed_bars,
        lambda t: t.arrangement.soft_intro,
        lambda t: t.arrangement.half_time,
        lambda t: t.traits.flam_ms,
        lambda t: t.traits.bass_drive,
        lambda t: t.traits.polymeter_steps,
    ):
        assert 0.1 < np.mean([bool(happens(track)) for track in tracks]) < 0.35


def built_up(**traits):
    """Return a deck with a record of intro, break, drop and outro."""
    sections, start = [], 0
    for kind in (SectionKind.INTRO, SectionKind.BREAK, SectionKind.DROP, SectionKind.OUTRO):
        sections.append(Section(kind, start, 8))
        start += 8
    plan = draw_track(5, Genre.HOUSE, bpm=125, key=A_MINOR, pace=Pace.RAPID)
    plan = replace(plan, arrangement=Arrangement(tuple(sections), **traits), traits=Traits())
    return plan, Deck(PlayedTrack(0, plan, 0.0, 0.0, Channel()), render_track(plan))


def level_db(deck, plan, bar):
    music = deck._played(round(bar * plan.bar_samples), round(plan.bar_samples))
    return 10 * np.log10((music**2).mean() + 1e-12)


def test_a_planned_silence_is_next_to_nothing_before_the_drop():
    plan, deck = built_up(hushed_bars=(15,))
    assert level_db(deck, plan, 15) < level_db(deck, plan, 14) - 25
    assert level_db(deck, plan, 16) > level_db(deck, plan, 14) - 6


def test_a_soft_intro_is_soft_and_its_beat_comes_late():
    (plan, soft), (_, usual) = built_up(soft_intro=True), built_up()
    assert level_db(soft, plan, 0) < level_db(usual, plan, 0) - 6
    assert level_db(soft, plan, 16) == pytest.approx(level_db(usual, plan, 16), abs=0.1)
    kick = plan.arrangement.levels[Role.KICK]
    assert not kick[:4].any() and kick[4:8].all()


def test_a_half_time_break_has_a_beat():
    (plan, slow), (_, usual) = built_up(half_time=True), built_up()
    start, beat = round(10 * plan.bar_samples), round(plan.beat_samples)
    added = slow._played(start, 4 * beat) - usual._played(start, 4 * beat)
    beats = [float((added[n * beat : (n + 1) * beat] ** 2).mean()) for n in range(4)]
    assert beats[0] > 10 * beats[1]  # the bass drum on one
    assert beats[2] > 2 * beats[1]  # and the clap on three
    assert not plan.arrangement.levels[Role.HALF_TIME][16:].any()


def test_a_flammed_clap_comes_twice():
    rng = np.random.default_rng(0)
    claps = np.zeros((24_000, 2), dtype=np.float32)
    claps[6_000:7_000] = rng.standard_normal((1_000, 1))
    double = flammed(claps, 12.0)
    correlation = signal.correlate(double[:, 0], double[:, 0])[len(double) - 1 :]
    assert 300 + int(np.argmax(correlation[300:2_000])) == 12 * 48


def test_a_distorted_bass_is_denser_and_has_overtones():
    phase = 2 * np.pi * 55 * np.arange(48_000) / 48_000
    bass = np.stack([0.3 * np.sin(phase)] * 2, axis=1).astype(np.float32)
    crests, overtones = [], []
    for sound in (bass, distorted(bass, 6.0)):
        crests.append(np.abs(sound).max() / np.sqrt((sound**2).mean()))
        spectrum = np.abs(np.fft.rfft(sound[:, 0]))
        overtones.append(spectrum[165] / spectrum[55])
    assert crests[1] < crests[0] - 0.2
    assert overtones[0] < 0.001
    assert overtones[1] > 0.1


def test_a_polymetric_loop_is_as_long_as_it_is_said():
    loop = crossed(np.ones((100_000, 2), dtype=np.float32), 5_000.3, 12)
    assert len(loop) == 60_004 and loop[0, 0] == 1.0 and loop[-1, 0] == 0.0
