"""The live listener beside librosa, which hears a whole file at once."""

from __future__ import annotations

import os
import re
from collections import deque
from itertools import islice
from pathlib import Path

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ
from judge.listening import Listener
from judge.readings import ANALYSIS_RATE_HZ, Heard
from stream.files import open_mix

from .signals import hops, info, kicks, minor_track, progression, stereo

AUDIO = Path(os.environ.get("DJUV_AUDIO", Path(__file__).parents[4] / "shared" / "data" / "audio"))
SECONDS = 30.0
OCTAVES = (0.5, 1.0, 2.0)

SYNTHETIC = {
    "dull": minor_track(57, 126, SECONDS),
    "bright": minor_track(62, 138, SECONDS, bright=True),
    "kicks": kicks(124, SECONDS),
}


RECORDINGS = sorted(AUDIO.glob("tracks/*BPM.ogg"))[::2]


def played(sound: NDArray[np.float32]) -> tuple[list[Heard], NDArray[np.float64]]:
    """Return what is heard hop by hop, and the chroma of it all."""
    listener = Listener(info())
    results, chroma = [], np.zeros(12)
    for hop, spectra in hops(sound):
        results.append(listener.hear(hop, spectra))
        chroma += listener.hop_chroma
    return results, chroma


def mono(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    return librosa.resample(sound.mean(axis=1), orig_sr=SAMPLE_RATE_HZ, target_sr=ANALYSIS_RATE_HZ)


def median_bpm(results: list[Heard]) -> float:
    return float(np.median([each.bpm.value for each in results if each.bpm.value is not None]))


def peer_bpm(sound: NDArray[np.float32]) -> float:
    return float(librosa.feature.tempo(y=mono(sound), sr=ANALYSIS_RATE_HZ)[0])


def cosine(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    one, other = one - one.mean(), other - other.mean()
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


@pytest.mark.parametrize("name", SYNTHETIC)
def test_tempo_agrees_but_for_octaves(name):
    sound = stereo(SYNTHETIC[name])
    bpm = median_bpm(played(sound)[0])
    # librosa's tempo lies on a grid of lags: 5 % is as close as it comes.
    assert any(bpm == pytest.approx(peer_bpm(sound) * octave, rel=0.05) for octave in OCTAVES)


@pytest.mark.parametrize("root", [48, 53, 57])
def test_chroma_agrees(root):
    triads = [[root + step for step in triad] for triad in ((0, 3, 7), (8, 12, 15), (3, 7, 10))]
    sound = stereo(progression(triads, SECONDS))
    peer = librosa.feature.chroma_cqt(y=mono(sound), sr=ANALYSIS_RATE_HZ).sum(axis=1)
    assert cosine(played(sound)[1], peer) > 0.85


@pytest.mark.parametrize("name", SYNTHETIC)
def test_onset_rate_agrees(name):
    sound = stereo(SYNTHETIC[name])
    rates = [each.onset_rate_hz for each in played(sound)[0] if each.onset_rate_hz is not None]
    peer = librosa.onset.onset_detect(y=mono(sound), sr=ANALYSIS_RATE_HZ, hop_length=120)
    assert np.mean(rates) == pytest.approx(len(peer) / SECONDS, rel=0.25)


@pytest.mark.parametrize("name", ["dull", "bright"])
def test_brightness_agrees(name):
    sound = stereo(SYNTHETIC[name])
    amplitude = np.abs(librosa.stft(y=mono(sound), n_fft=512, hop_length=120)).mean(axis=1)
    peer = librosa.feature.spectral_centroid(S=amplitude[:, None], sr=ANALYSIS_RATE_HZ)[0, 0]
    assert played(sound)[0][-1].brightness_hz == pytest.approx(peer, rel=0.15)


@pytest.mark.skipif(not RECORDINGS, reason="no recordings; name a folder in DJUV_AUDIO")
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_real_tracks_are_read_at_their_tempo(path):
    kept = deque((hop.samples for hop in islice(open_mix(path).hops(), 200)), maxlen=80)
    sound = np.concatenate(list(kept))
    truth = float(re.search(r"__(\d+)BPM", path.name)[1])
    bpm = median_bpm(played(sound)[0])
    assert any(bpm == pytest.approx(truth * octave, rel=0.01) for octave in OCTAVES)
