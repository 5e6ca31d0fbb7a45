"""A deck must play its track where the truth says, whatever the blocks."""

from dataclasses import replace

import numpy as np
import pytest

from core.messages import Genre
from training.simulator.arrangement import Pace, Role
from training.simulator.channel import Channel, Hand, PlayedTrack, Roll
from training.simulator.deck import Deck
from training.simulator.echoes import Echo
from training.simulator.harmony import Key
from training.simulator.track import draw_track, render_track


@pytest.fixture(scope="module")
def track():
    plan = draw_track(5, Genre.TECHNO, bpm=131.7, key=Key(9, minor=True), pace=Pace.BRISK)
    plan = replace(plan, arrangement=replace(plan.arrangement, soft_intro=False))
    return plan, render_track(plan)


def deck(track, *, origin=0.0, trim_db=0.0):
    plan, sound = track
    return Deck(PlayedTrack(0, plan, origin, trim_db, Channel()), sound)


def only(track, role):
    plan, sound = track
    return plan, replace(sound, parts=tuple(part for part in sound.parts if part.role is role))


def test_block_sizes_do_not_matter(track):
    whole = deck(track, origin=-300_000.25).render(0, 96_000)[0]
    played = deck(track, origin=-300_000.25)
    pieces = [played.render(start, 4_000)[0] for start in range(0, 96_000, 4_000)]
    np.testing.assert_allclose(np.concatenate(pieces), whole, atol=2e-3)


def test_kicks_fall_on_the_beats_of_the_truth(track):
    plan, _ = track
    origin = 1_234.5
    kicks = deck(only(track, Role.KICK), origin=origin)
    for beat in (0, 1, 7, 30):
        expected = origin + beat * plan.beat_samples
        start = int(expected) - 2_000
        kicks_here = np.abs(
            deck(only(track, Role.KICK), origin=origin).render(start, 4_000)[0][:, 0]
        )
        onset = start + int(np.argmax(kicks_here > 0.3 * kicks_here.max()))
        assert abs(onset - expected) < 100  # 2 ms, the attack of the drum
    assert not kicks.render(-10_000, 9_000)[0].any()  # nothing before the first bar


def test_trim_is_a_gain(track):
    loud = deck(track, origin=-400_000).render(0, 24_000)[0]
    soft = deck(track, origin=-400_000, trim_db=-6.0).render(0, 24_000)[0]
    np.testing.assert_allclose(soft, loud * 10 ** (-6 / 20), rtol=1e-4, atol=1e-6)


def test_a_roll_repeats_its_first_stretch(track):
    rolled = deck(track, origin=-400_000)
    rolled.played.channel.rolls.append(Roll(10_000, 34_000, 6_000))
    music = rolled._played(0, 40_000)
    plain = deck(track, origin=-400_000)._played(0, 40_000)
    np.testing.assert_allclose(music[16_000:22_000], plain[10_000:16_000], atol=1e-4)
    np.testing.assert_allclose(music[34_000:], plain[34_000:], atol=1e-4)


def test_an_echo_outlives_the_fader(track):
    played = deck(track, origin=-400_000)
    played.played.channel.fader.add([(9_760, 1.0), (10_000, 0.0)])
    played.played.channel.echoes.append(Echo(10_000, 8_000, 0.5, 3))
    output = played.render(0, 60_000)[0]
    power = [
        float((output[start : start + 8_000] ** 2).mean()) for start in range(10_000, 58_000, 8_000)
    ]
    assert power[0] > power[1] > power[2] > 0
    assert power[3] == power[4] == 0.0


def test_a_record_pulled_back_is_heard_backwards(track):
    plain = deck(track, origin=-400_000)._played(10_000, 24_001)
    pulled = deck(track, origin=-400_000)
    pulled.played.channel.hands.append(
        Hand(np.array([10_000.0, 34_000.0]), np.array([34_000.0, 10_000.0]))
    )
    music = np.concatenate([pulled._played(start, 8_000) for start in (10_000, 18_000, 26_000)])
    np.testing.assert_allclose(music, plain[:0:-1], atol=5e-3)
    after = pulled._played(34_000, 4_000)
    np.testing.assert_allclose(
        after, deck(track, origin=-400_000)._played(34_000, 4_000), atol=1e-6
    )


def test_what_the_record_plays_is_told_apart_from_the_channel(track):
    faded = deck(track, origin=-400_000, trim_db=-6.0)
    faded.played.channel.fader.add([(0, 0.5)])
    wet, dry = faded.render(0, 24_000)
    np.testing.assert_allclose(dry, deck(track, origin=-400_000)._played(0, 24_000))
    assert (wet**2).mean() == pytest.approx((dry**2).mean() / 16, rel=0.02)
    closed = deck(track, origin=-400_000)
    closed.played.channel.fader.add([(0, 0.0)])
    assert closed.render(0, 4_000)[1] is None
