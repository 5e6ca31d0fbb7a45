"""Transitions must sound as the truth says: kinds, and flaws in their doses."""

import math

import numpy as np
import pytest
from scipy import signal

from core.messages import TransitionKind
from tests.training.simulator.staged import SECOND, decibels, staged
from training.simulator.deck import Deck
from training.simulator.mastering import loudness_lufs
from training.simulator.track import render_track

LOW, MID, HIGH = range(3)
KINDS = sorted(TransitionKind)
FOR_DROPS = {"seed": 3, "entry": TransitionKind.BLEND}
"""A track whose drop another one can join."""


def lag_ms(first, second):
    """Return how much later the second of two like sounds comes."""
    correlation = signal.correlate(second[:, 0], first[:, 0])
    return (int(np.argmax(correlation)) - len(first) + 1) / 48


@pytest.mark.parametrize("offset_ms", [-60.0, 5.0, 40.0, 150.0])
def test_an_offset_is_heard_as_large_as_it_is_said(offset_ms):
    good = staged(TransitionKind.CUT, 10)
    late = staged(TransitionKind.CUT, 10, offset_ms=offset_ms)
    start = good.plan.switch_sample + SECOND
    assert late.plan.switch_sample == good.plan.switch_sample
    measured = lag_ms(good.heard(start, start + 3 * SECOND), late.heard(start, start + 3 * SECOND))
    assert measured == pytest.approx(offset_ms, abs=0.1)


def test_a_tempo_difference_drifts_by_ten_milliseconds_a_second_and_percent():
    stage = staged(TransitionKind.BASS_SWAP, 6, tempo_difference_percent=0.5)
    length_beats = 16
    lags = []
    for beat in (0, length_beats):
        moment = stage.outgoing.sample_of_bar(stage.outgoing.bar_at(stage.plan.start_sample))
        moment += beat * stage.outgoing.plan.beat_samples
        beats = (moment - stage.incoming.origin_sample) / stage.incoming.plan.beat_samples
        lags.append((beats + 0.5) % 1 - 0.5)
    seconds = length_beats * stage.outgoing.plan.beat_samples / SECOND
    drift_ms = (lags[1] - lags[0]) * stage.incoming.plan.beat_samples / 48
    assert drift_ms / seconds == pytest.approx(5.0, rel=0.01)


@pytest.mark.parametrize(("level_db", "tolerance"), [(-9.0, 0.1), (3.0, 0.3), (9.0, 3.0)])
def test_a_level_is_heard_as_large_as_it_is_said(level_db, tolerance):
    good = staged(TransitionKind.CUT, 10)
    wrong = staged(TransitionKind.CUT, 10, level_db=level_db)
    start = good.plan.switch_sample
    step = [loudness_lufs(stage.heard(start, start + 4 * SECOND)) for stage in (good, wrong)]
    assert step[1] - step[0] == pytest.approx(level_db, abs=tolerance)


@pytest.mark.parametrize("overlap", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("kind", [TransitionKind.BASS_SWAP, TransitionKind.FILTER])
def test_the_second_bass_is_as_loud_as_it_is_said(kind, overlap):
    stage = staged(kind, 20, bass_overlap=overlap)
    plan, beat = stage.plan, stage.outgoing.plan.beat_samples
    before = (plan.switch_sample - 5 * beat, plan.switch_sample - 2 * beat)
    knob = stage.incoming.channel.bass.at(np.array(before))
    np.testing.assert_allclose(knob, overlap)
    _, (wet, dry) = stage.powers(*before)
    gain = stage.incoming.channel.fader.at(np.array(before)).mean()
    assert np.sqrt(wet[LOW] / dry[LOW]) / gain == pytest.approx(overlap, abs=0.15)


@pytest.mark.parametrize(
    "kind", [TransitionKind.BLEND, TransitionKind.DOUBLE_DROP, TransitionKind.SCRATCH_IN]
)
def test_a_hole_in_the_bass_is_as_long_as_it_is_said(kind):
    holes = []
    for flaws in ({}, {"bass_hole_beats": 12}):
        stage = staged(kind, 40, lead_in_seconds=16.0, **FOR_DROPS, **flaws)
        plan, beat = stage.plan, stage.outgoing.plan.beat_samples
        start, end = plan.start_sample, max(plan.end_sample, plan.switch_sample + 16 * beat)
        levels = stage.renderer.stems.between(start, end)
        low = sum(levels[track.index].wet[:, LOW] for track in (stage.outgoing, stage.incoming))
        dry = sum(levels[track.index].dry[:, LOW] for track in (stage.outgoing, stage.incoming))
        missing = (low < 0.02 * dry) & (dry > 0)
        holes.append(missing.sum() * 6_000 / beat)
    assert holes[1] - holes[0] == pytest.approx(12.0, abs=4.0)


def test_silence_is_as_long_as_it_is_said():
    stage = staged(TransitionKind.CUT, 12, silence_seconds=1.5)
    start = stage.plan.switch_sample - 2.0 * SECOND
    sound = stage.heard(start, stage.plan.switch_sample + 0.5 * SECOND)
    quiet = np.abs(sound).max(axis=1).reshape(-1, 480).max(axis=1) < 10 ** (-60 / 20)
    assert quiet.sum() * 0.01 == pytest.approx(1.5, abs=0.06)


@pytest.mark.parametrize("kind", [TransitionKind.BLEND, TransitionKind.CUT])
def test_the_red_clips_for_as_long_as_it_is_said(kind):
    stage = staged(kind, 24, clip_drive_db=6.0)
    plan = stage.plan
    assert np.abs(stage.heard(plan.start_sample, plan.clip_end_sample)).max() == 1.0
    assert (
        np.abs(stage.heard(plan.start_sample - 3 * SECOND, plan.start_sample - SECOND)).max() < 0.9
    )
    after = stage.heard(plan.clip_end_sample + SECOND, plan.clip_end_sample + 2 * SECOND)
    assert 0 < np.abs(after).max() < 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_the_incoming_track_takes_over(kind):
    stage = staged(kind, 40, lead_in_seconds=16.0, **FOR_DROPS)
    plan = stage.plan
    assert plan.kind is kind
    assert plan.start_sample <= plan.switch_sample <= plan.end_sample
    before = stage.renderer.stems.between(plan.start_sample - 2 * SECOND, plan.start_sample - 6_000)
    assert before[stage.outgoing.index].wet.sum() > 0
    if stage.incoming.index in before:
        assert before[stage.incoming.index].wet.sum() == 0
    after = stage.renderer.stems.between(plan.end_sample + 6_000, plan.end_sample + 2 * SECOND)
    assert after[stage.incoming.index].wet.sum() > 0
    if stage.outgoing.index in after:
        assert after[stage.outgoing.index].wet.sum() == 0


def test_a_blend_keeps_its_level():
    stage = staged(TransitionKind.BLEND, 24)
    plan = stage.plan
    for share in np.linspace(0.1, 0.9, 9):
        moment = np.array([plan.start_sample + share * (plan.end_sample - plan.start_sample)])
        gains = [track.channel.fader.at(moment)[0] for track in (stage.outgoing, stage.incoming)]
        assert -1.0 < decibels(sum(gain**2 for gain in gains)) < 2.4


def test_a_double_drop_has_two_drops_and_one_bass():
    stage = staged(TransitionKind.DOUBLE_DROP, 40, lead_in_seconds=16.0, **FOR_DROPS)
    plan, beat = stage.plan, stage.outgoing.plan.beat_samples
    incoming_drop = stage.incoming.sample_of_bar(stage.incoming.plan.arrangement.first_drop_bar)
    assert stage.outgoing.bar_at(incoming_drop) in stage.outgoing.plan.arrangement.drop_bars
    for start, playing in ((incoming_drop + 2 * beat, 0), (plan.switch_sample + 2 * beat, 1)):
        powers = stage.powers(start, start + 8 * beat)
        assert all(decibels(wet[HIGH] / dry[HIGH]) > -3 for wet, dry in powers)
        lows = [decibels(wet[LOW] / dry[LOW]) for wet, dry in powers]
        assert lows[playing] > -1 and lows[1 - playing] < -12


def test_a_loop_roll_shortens_until_the_one():
    stage = staged(TransitionKind.LOOP_ROLL, 12, lead_in_seconds=2.0)
    plan, bar = stage.plan, stage.outgoing.plan.bar_samples
    rolls = stage.outgoing.channel.rolls
    lengths = np.array([roll.length_samples for roll in rolls])
    np.testing.assert_allclose(lengths[:-1] / lengths[1:], 2.0)
    assert rolls[-1].end_sample == pytest.approx(plan.switch_sample)
    if plan.switch_sample - plan.start_sample == pytest.approx(4 * bar):
        assert lengths[0] == pytest.approx(bar)
    last = rolls[-1]
    record = Deck(stage.outgoing, render_track(stage.outgoing.plan))
    _, music = record.render(round(last.start_sample), round(4 * last.length_samples))
    period = round(last.length_samples)
    np.testing.assert_allclose(music[period : 2 * period - 8], music[: period - 8], atol=0.05)


def test_a_backspin_runs_backwards_and_ever_slower():
    stage = staged(TransitionKind.BACKSPIN, 8)
    plan = stage.plan
    (hand,) = stage.outgoing.channel.hands
    assert 0.5 < (hand.end_sample - hand.start_sample) / SECOND < 1.2
    assert hand.end_sample == pytest.approx(plan.switch_sample)
    speed = np.diff(hand.positions) / np.diff(hand.moments)
    turned = speed[len(speed) // 10 :]
    assert (turned < 0).all() and (np.diff(turned[:-1]) > 0).all()
    assert turned[0] < -4 and turned[-1] > -1
    record = Deck(stage.outgoing, render_track(stage.outgoing.plan))
    first, last = round(hand.start_sample) + 4_800, round(hand.end_sample) - 480
    _, music = record.render(first, last - first)
    moments = np.arange(first, last)
    positions = np.interp(moments, hand.moments, hand.positions)
    passed = np.arange(math.ceil(positions[-1]), math.floor(positions[0]))
    when = np.interp(passed, positions[::-1], moments[::-1])  # the later, the further back
    unwound = np.interp(when, moments, music[:, 0])
    straight = record._track(passed[0], len(passed))[:, 0]
    assert np.corrcoef(unwound, straight)[0, 1] > 0.9


def test_a_scratch_moves_the_first_beat_both_ways_and_lets_go_on_the_one():
    for seed in range(3, 6):
        stage = staged(TransitionKind.SCRATCH_IN, 8, seed=seed)
        (hand,) = stage.incoming.channel.hands
        drop = stage.incoming.sample_of_bar(stage.incoming.plan.arrangement.first_drop_bar)
        assert hand.end_sample == pytest.approx(drop) == pytest.approx(stage.plan.switch_sample)
        assert hand.positions[-1] == pytest.approx(drop)
        reach = (hand.positions - drop) / stage.incoming.plan.beat_samples
        assert reach.min() >= -1e-6 and 0.3 < reach.max() < 1
        speed = np.diff(hand.positions) / np.diff(hand.moments)
        assert (speed > 0.5).mean() > 0.2 and (speed < -0.5).mean() > 0.2
        before = stage.renderer.stems.between(stage.plan.start_sample, drop - 6_000)
        assert before[stage.incoming.index].wet.sum() > 0


def test_an_echo_out_rings_on_under_the_next_track():
    stage = staged(TransitionKind.ECHO_OUT, 12)
    plan = stage.plan
    levels = stage.renderer.stems.between(plan.switch_sample, plan.end_sample)
    ringing = levels[stage.outgoing.index].wet.sum(axis=1)
    thirds = [part.sum() for part in np.array_split(ringing, 3)]
    assert thirds[0] > 2 * thirds[1] > 4 * thirds[2] > 0
