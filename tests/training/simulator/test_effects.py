"""The second mixer must differ from the first in sound, and not in what it is asked to do."""

from itertools import islice

import numpy as np
import pytest

from core.messages import Genre, TransitionKind
from training.simulator import SetRenderer, SetStyle
from training.simulator.arrangement import Pace
from training.simulator.automation import Automation
from training.simulator.channel import Channel, PlayedTrack, Roll, channel_of
from training.simulator.deck import Deck
from training.simulator.echoes import Echo
from training.simulator.effects import FIRST, Effects, draw_mixer
from training.simulator.effects_second import (
    FADER_CURVES,
    LadderFilter,
    ShelfKnob,
    low_shelf,
    rolled_edges,
    tape_tail,
)
from training.simulator.filters import FILTER_OPEN_HZ, BassKnob, SweptFilter
from training.simulator.harmony import Key
from training.simulator.track import draw_track, render_track
from training.simulator.transitions import Draw

RNG = np.random.default_rng(2)
BANDS_HZ = ((40, 120), (900, 1_100), (6_000, 9_000))
NOISE = RNG.standard_normal((48_000, 2)).astype(np.float32) * 0.1


def second_mixer(seed=1):
    return draw_mixer(np.random.default_rng(seed), Effects.SECOND)


def levels_db(knob, position):
    """Return what is left of three bands once a knob stands still."""
    output = knob(NOISE, np.full(len(NOISE), position, dtype=np.float32), fresh=True)
    window = np.hanning(24_000)
    left, all_of_it = (
        np.abs(np.fft.rfft(window * sound[24_000:, 0])) ** 2 for sound in (output, NOISE)
    )
    hertz = np.fft.rfftfreq(24_000, 1 / 48_000)
    bands = [(hertz > low) & (hertz < high) for low, high in BANDS_HZ]
    return [10 * np.log10(left[band].sum() / all_of_it[band].sum()) for band in bands]


def test_a_killed_bass_is_gone_on_both_mixers_and_the_rest_is_left():
    for knob in (BassKnob(), ShelfKnob()):
        low, middle, high = levels_db(knob, 0.0)
        assert low < -24
        assert abs(middle) < 2 and abs(high) < 0.5


@pytest.mark.parametrize("kind", ["highpass", "lowpass"])
def test_the_ladder_is_steeper_than_the_first_filter(kind):
    cutoff_hz = 1_000.0
    first, ladder = (levels_db(make(kind), cutoff_hz) for make in (SweptFilter, LadderFilter))
    stopped, passed = (0, 2) if kind == "highpass" else (2, 0)
    assert ladder[stopped] < first[stopped] - 15
    assert abs(ladder[passed]) < 0.5
    assert ladder[1] > -3  # it rings at its edge


def test_a_filter_at_rest_changes_no_bit():
    for make in (SweptFilter, LadderFilter):
        rest = np.full(len(NOISE), FILTER_OPEN_HZ["lowpass"], dtype=np.float32)
        np.testing.assert_array_equal(make("lowpass")(NOISE, rest), NOISE)


def test_a_shelf_with_no_gain_is_a_wire():
    np.testing.assert_allclose(low_shelf(1.0)[0, :3], low_shelf(1.0)[0, 3:], atol=1e-12)


@pytest.mark.parametrize("curve", FADER_CURVES)
def test_fader_curves_rise_from_closed_to_open(curve):
    gains = curve(np.linspace(0, 1, 101))
    assert gains[0] == 0.0 and gains[-1] == 1.0
    assert (np.diff(gains) >= 0).all()
    assert np.abs(gains - np.linspace(0, 1, 101)).max() > 0.2


def test_the_truth_of_a_fader_is_its_gain():
    channel = channel_of(second_mixer())
    curve = channel.mixer.fader_curve
    channel.fader.add([(0.0, 0.0), (100.0, 1.0)])
    plain = Automation(1.0)
    plain.add([(0.0, 0.0), (100.0, 1.0)])
    moments = np.array([-5.0, 30.0, 60.0, 150.0])
    np.testing.assert_array_equal(channel.fader.at(moments), curve(plain.at(moments)))
    np.testing.assert_allclose(channel.fader.over(0, 100), curve(plain.over(0, 100)), rtol=1e-5)


def test_mixers_are_drawn_of_the_second_kind_alone():
    assert draw_mixer(np.random.default_rng(0), Effects.FIRST) is FIRST
    drawn = {second_mixer(seed).fader_curve for seed in range(20)}
    assert drawn == set(FADER_CURVES)


def test_tape_echoes_end_when_they_should_and_grow_dull():
    echo = Echo(cut_sample=48_000.0, length_samples=12_000.0, feedback=0.6, repeats=6)

    def read(start, samples):
        return NOISE[start : start + samples] * 3

    tail = tape_tail(read, echo)
    assert len(tail) <= echo.end_sample - echo.cut_sample < len(tail) + 8_000
    first, last = tail[:8_000], tail[-8_000:]
    assert np.sqrt((last**2).mean()) < 0.1 * np.sqrt((first**2).mean())

    def brightness(sound):
        spectrum = np.abs(np.fft.rfft(sound[:, 0])) ** 2
        hertz = np.fft.rfftfreq(len(sound), 1 / 48_000)
        return (spectrum * hertz).sum() / spectrum.sum()

    assert brightness(last) < 0.6 * brightness(first)


def test_rolls_fade_at_their_edges():
    gain = rolled_edges(0.0, 1_000, 1_000.0, 100)[:, 0]
    assert gain[0] == 0.0 and gain[500] == 1.0 and gain[999] < 0.02


def test_a_deck_plays_by_its_mixer():
    plan = draw_track(5, Genre.TECHNO, bpm=130.0, key=Key(9, minor=True), pace=Pace.BRISK)
    sound = render_track(plan)
    outputs = []
    for channel in (Channel(), channel_of(second_mixer())):
        channel.fader.add([(30_000, 1.0), (40_000, 0.0)])
        channel.bass.add([(0, 1.0), (20_000, 0.0)])
        channel.rolls.append(Roll(8_000, 20_000, 6_000))
        channel.echoes.append(Echo(40_000, 6_000, 0.6, 4))
        deck = Deck(PlayedTrack(0, plan, -400_000.0, 0.0, channel), sound)
        outputs.append(np.concatenate([deck.render(at, 24_000)[0] for at in (0, 24_000, 48_000)]))
    first, second = outputs
    assert np.isfinite(second).all()
    assert np.sqrt(((first - second) ** 2).mean()) > 0.05 * np.sqrt((first**2).mean())
    assert first[45_000:60_000].any() and second[45_000:60_000].any()
    assert not second[66_000:].any()  # the tape has run out


def test_a_set_keeps_its_music_and_its_truth_on_another_mixer():
    def always_filter(_, draw):
        return Draw(TransitionKind.FILTER, draw.flaws)

    sets = [
        SetRenderer(3, SetStyle(genre=Genre.TECHNO, effects=effects), revise=always_filter)
        for effects in Effects
    ]
    start = round(sets[0].truth.transitions[0].start_sample / 24_000)
    first, second = (
        np.concatenate(list(islice(each.blocks(), start + 12)))[24_000 * start :] for each in sets
    )
    assert np.sqrt(((first - second) ** 2).mean()) > 0.02 * np.sqrt((first**2).mean())
    for one, other in zip(sets[0].truth.transitions, sets[1].truth.transitions, strict=True):
        assert one == other
