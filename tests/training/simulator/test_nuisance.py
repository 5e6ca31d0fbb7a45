"""Nuisances must sound, keep time, and be the same again."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from training.simulator.nuisance import (
    CROWD_SHARE,
    GAIN_SHARE,
    MP3_SHARE,
    ROOM_SHARE,
    NuisanceChain,
    Nuisances,
    draw_nuisances,
)
from training.simulator.nuisances.colour import Wow
from training.simulator.nuisances.crowd import Crowd
from training.simulator.nuisances.dynamics import Compressor
from training.simulator.nuisances.room import Room
from training.simulator.nuisances.stage import MUSIC_RMS, Placed, level_of
from training.simulator.nuisances.voice import Mc, draw_speaker, phrase

BLOCK = 24_000
EACH = {
    "gain down": Nuisances(gain_db=-12.0),
    "gain up": Nuisances(gain_db=3.0),
    "tilt": Nuisances(tilt_db_per_decade=2.0),
    "wow": Nuisances(wow_percent=0.1),
    "compressor": Nuisances(compression_ratio=3.0),
    "limiter": Nuisances(limiter_drive_db=6.0),
    "room": Nuisances(room_seconds=0.8),
    "crowd": Nuisances(crowd_db=-20.0),
    "mc": Nuisances(mc_db=-4.0, mc_ducking_db=4.0),
    "mp3": Nuisances(mp3_bitrate_bps=192_000),
}


def music(blocks, seed=0):
    """Return hits at uneven times over a little noise, loud as mastered music."""
    rng = np.random.default_rng(seed)
    sound = 0.01 * rng.standard_normal((blocks * BLOCK, 2))
    hit = rng.standard_normal((2_400, 2)) * np.exp(-np.arange(2_400) / 500)[:, None]
    for start in np.cumsum(rng.uniform(3_000, 20_000, 4 * blocks)).astype(int):
        if start < len(sound) - len(hit):
            sound[start : start + len(hit)] += 0.3 * hit
    return sound.clip(-0.86, 0.86).astype(np.float32).reshape(blocks, BLOCK, 2)


def passed(nuisances, blocks, seed=1):
    return list(NuisanceChain(nuisances, seed)(iter(blocks)))


def silence(blocks):
    return np.zeros((blocks, BLOCK, 2), dtype=np.float32)


def through(stage, blocks):
    return np.concatenate([stage(block) for block in blocks])


def test_a_straight_cable_changes_no_bit():
    blocks = music(3)
    np.testing.assert_array_equal(passed(Nuisances.none(), blocks), blocks)
    assert Nuisances.none().present == ()


@pytest.mark.parametrize("name", EACH)
def test_each_keeps_time_and_stays_below_full_scale(name):
    blocks = music(24)
    returned = passed(EACH[name], blocks)
    assert [block.shape for block in returned] == [block.shape for block in blocks]
    before, after = np.concatenate(blocks), np.concatenate(returned)
    assert after.dtype == np.float32 and np.isfinite(after).all()
    assert np.abs(after).max() <= 1.0
    assert np.abs(after - before).max() > 1e-3
    match = signal.correlate(after[:, 0], before[:, 0], method="fft")
    assert abs(int(np.argmax(match)) - (len(before) - 1)) <= 48


@pytest.mark.parametrize("name", EACH)
def test_equal_seeds_give_equal_samples(name):
    blocks = music(9)
    first, again, other = (passed(EACH[name], blocks, seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    drawn = name in {"room", "crowd", "mc", "wow"}
    assert np.array_equal(first, other) is not drawn


def test_everything_at_once_needs_no_end():
    everything = Nuisances(-3.0, 1.0, 0.05, 2.0, 2.0, 0.5, -6.0, -25.0, -6.0, 3.0, 192_000)

    def endless():
        while True:
            yield from music(2)

    chain = NuisanceChain(everything, 2)(endless())
    assert all(next(chain).shape == (BLOCK, 2) for _ in range(4))
    assert set(everything.present) == set(Nuisances.__slots__) - {"room_wet_db"}


def test_what_is_drawn_follows_strength():
    many = [draw_nuisances(np.random.default_rng(seed)) for seed in range(2_000)]
    for name, share in (
        ("gain_db", GAIN_SHARE),
        ("room_seconds", ROOM_SHARE),
        ("crowd_db", CROWD_SHARE),
        ("mp3_bitrate_bps", MP3_SHARE),
    ):
        assert np.mean([name in drawn.present for drawn in many]) == pytest.approx(share, abs=0.03)
    assert all(-12 <= drawn.gain_db <= 3 and drawn.wow_percent == 0 for drawn in many)
    weak = [draw_nuisances(np.random.default_rng(seed), 0.5) for seed in range(2_000)]
    for mild, full in zip(weak, many, strict=True):
        assert set(mild.present) <= set(full.present)
        assert abs(mild.gain_db) <= abs(full.gain_db)
    assert draw_nuisances(np.random.default_rng(1), 0.0) == Nuisances.none()
    assert sum(len(d.present) for d in weak) < 0.6 * sum(len(d.present) for d in many)


def test_tilt_is_a_slope():
    white = np.random.default_rng(0).standard_normal((8, BLOCK, 2)).astype(np.float32) * 0.05
    tilted = np.concatenate(passed(Nuisances(tilt_db_per_decade=3.0), white))
    hertz, density = signal.welch(tilted[:, 0], 48_000, nperseg=8_192)
    _, flat = signal.welch(np.concatenate(white)[:, 0], 48_000, nperseg=8_192)
    band = (hertz > 60) & (hertz < 10_000)
    gain_db = 10 * np.log10(density[band] / flat[band])
    slope, _ = np.polyfit(np.log10(hertz[band]), gain_db, 1)
    assert slope == pytest.approx(3.0, abs=0.5)


def test_wow_swings_the_pitch():
    time = np.arange(10 * BLOCK) / 48_000
    sine = np.repeat(np.sin(2 * np.pi * 1_000 * time)[:, None], 2, axis=1).astype(np.float32)
    swung = through(Wow(0.2, 0.0), sine.reshape(10, BLOCK, 2))[4_800:, 0].astype(np.float64)
    hertz = np.gradient(np.unwrap(np.angle(signal.hilbert(swung)))) * 48_000 / (2 * np.pi)
    assert np.percentile(hertz[4_800:-4_800], 99) == pytest.approx(1_002, abs=0.3)


def test_a_compressor_narrows():
    rng = np.random.default_rng(1)
    noise = rng.standard_normal((4, BLOCK, 2)).astype(np.float32)
    loud, soft = (level_of(through(Compressor(4.0), noise * gain)[BLOCK:]) for gain in (0.8, 0.08))
    assert 20 * np.log10(loud / soft) < 14  # of 20 dB


def test_a_limiter_lets_nothing_above_its_ceiling_when_the_gain_is_up():
    blocks = music(4)
    hot = replace(EACH["crowd"], gain_db=3.0, crowd_db=-18.0)
    assert np.abs(passed(hot, blocks)).max() < 0.88


def test_a_room_rings_as_long_as_it_says():
    impulse = silence(6)
    impulse[0, 0] = 1.0
    response = through(Room(np.random.default_rng(4), 1.0, 0.0), impulse)[:, 0]
    assert (response**2).sum() == pytest.approx(1.0, abs=0.02)
    assert abs(response[0]) == pytest.approx(np.sqrt(0.5), abs=0.01)
    middle = signal.sosfilt(
        signal.butter(4, (400, 2_000), "bandpass", fs=48_000, output="sos"), response
    )
    left_db = 10 * np.log10(np.cumsum(middle[::-1] ** 2)[::-1] / (middle**2).sum() + 1e-12)
    fallen = [int(np.argmax(left_db < level)) for level in (-15, -35)]
    assert 3 * (fallen[1] - fallen[0]) / 48_000 == pytest.approx(1.0, rel=0.25)


def test_a_crowd_is_as_loud_as_it_should_be_and_alive():
    crowd = through(Crowd(np.random.default_rng(2), -20.0), silence(120))
    levels = [20 * np.log10(level_of(part) / MUSIC_RMS) for part in np.split(crowd, 60)]
    assert np.median(levels) == pytest.approx(-20.0, abs=3.0)
    assert max(levels) > np.median(levels) + 4.0  # somebody cheers
    assert np.corrcoef(crowd.T)[0, 1] < 0.6  # from all around


def test_speech_has_a_pitch_syllables_and_pauses():
    rng = np.random.default_rng(7)
    speaker = draw_speaker(rng)
    voice = phrase(rng, speaker, 3.0)
    assert level_of(voice) == pytest.approx(1.0, abs=1e-3)
    spectrum = np.abs(np.fft.rfft(voice)) ** 2
    hertz = np.fft.rfftfreq(len(voice), 1 / 48_000)
    assert spectrum[(hertz > 80) & (hertz < 4_000)].sum() > 0.85 * spectrum.sum()
    envelope = np.abs(voice)[: len(voice) // 480 * 480].reshape(-1, 480).mean(axis=1)
    rates = np.abs(np.fft.rfft(envelope - envelope.mean())) ** 2
    hertz = np.fft.rfftfreq(len(envelope), 0.01)
    assert rates[(hertz > 1) & (hertz < 9)].sum() > 0.5 * rates.sum()
    talk = through(Mc(np.random.default_rng(3), 0.0, 0.0), silence(120))
    speaking = np.abs(talk).reshape(120, -1).max(axis=1) > 0
    assert 0.05 < speaking.mean() < 0.8


def test_music_gives_way_to_speech():
    tone = np.full((120, BLOCK, 2), 0.1, dtype=np.float32)
    plain, ducked = (
        through(Mc(np.random.default_rng(3), -80.0, depth_db), tone) for depth_db in (0.0, 6.0)
    )
    assert plain.min() > 0.099
    assert ducked.min() == pytest.approx(0.05, abs=0.002)
    assert ducked.max() == pytest.approx(0.1, abs=0.001)


def test_placed_sounds_reach_over_blocks():
    sounds = Placed()
    sounds.add(3, np.arange(1, 6, dtype=np.float32))
    parts = [np.zeros(4, dtype=np.float32) for _ in range(3)]
    for index, part in enumerate(parts):
        sounds.mix_into(part, 4 * index)
    np.testing.assert_array_equal(np.concatenate(parts), [0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0, 0])
