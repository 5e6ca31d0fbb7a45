"""Recordings that are made here, since none is part of the project."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from core.media import SAMPLE_RATE_HZ
from training.evaluation.recordings import Recording, converted, exact_bpm, folder, found, sound


def tone(seconds, hz=1_000.0, rate_hz=44_100):
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * hz * times)).astype(np.float32)


def pitch_hz(samples):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return np.argmax(spectrum) * SAMPLE_RATE_HZ / len(samples)


@pytest.fixture(name="files")
def _files(tmp_path):
    for name in ("loops", "tracks"):
        (tmp_path / name).mkdir()
    soundfile.write(tmp_path / "loops" / "loop_amen.flac", tone(1.753), 44_100)
    soundfile.write(tmp_path / "loops" / "kick.flac", tone(0.2), 44_100)
    soundfile.write(tmp_path / "tracks" / "song__127.5BPM.wav", tone(3.0), 44_100)
    (tmp_path / "tracks" / "song__127.5BPM.txt").write_text("no sound")
    return tmp_path


def test_those_with_a_tempo_are_found(files):
    loop, track = found(files)
    assert (loop.name, loop.loop) == ("loop_amen", True)
    assert loop.bpm == pytest.approx(4 * 60 / 1.753, rel=1e-4)
    assert track == Recording(str(files / "tracks" / "song__127.5BPM.wav"), 127.5, loop=False)
    assert found(files / "nowhere") == []


def test_the_variable_names_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DJUV_AUDIO", str(tmp_path))
    assert folder() == tmp_path


def test_a_loop_holds_whole_beats():
    assert exact_bpm(2 * SAMPLE_RATE_HZ, 121.0) == 120.0
    assert exact_bpm(SAMPLE_RATE_HZ // 10, 60.0) == 600.0


@pytest.mark.parametrize("speed", [1.0, 0.94, 1.07])
def test_speed_moves_length_and_pitch_alike(files, speed):
    samples = sound(files / "tracks" / "song__127.5BPM.wav", speed)
    assert samples.shape == (pytest.approx(3.0 * SAMPLE_RATE_HZ / speed, abs=2), 2)
    assert pitch_hz(samples[SAMPLE_RATE_HZ : 2 * SAMPLE_RATE_HZ, 0]) == pytest.approx(
        1_000 * speed, abs=1.5
    )


def test_what_has_the_rate_already_is_left_alone():
    samples = np.random.default_rng(0).normal(size=(480, 2)).astype(np.float32)
    np.testing.assert_array_equal(converted(samples, SAMPLE_RATE_HZ), samples)
