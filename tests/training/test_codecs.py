import numpy as np
import pytest
from scipy.signal import correlate

from training.codecs import through_mp3


def music(blocks, samples=24_000):
    rng = np.random.default_rng(3)
    time = np.arange(blocks * samples) / 48_000
    sound = 0.3 * np.sin(2 * np.pi * 220 * time) + 0.05 * rng.standard_normal(len(time))
    sound *= 0.4 + 0.6 * (time % 0.5 < 0.1)
    return np.stack([sound, 0.8 * sound], axis=1).astype(np.float32).reshape(blocks, samples, 2)


@pytest.mark.parametrize("bitrate_bps", [128_000, 320_000])
def test_mp3_comes_back_on_time_and_whole(bitrate_bps):
    blocks = music(5)
    returned = list(through_mp3(iter(blocks), bitrate_bps))
    assert [block.shape for block in returned] == [block.shape for block in blocks]
    before, after = np.concatenate(blocks), np.concatenate(returned)
    lag = int(np.argmax(correlate(after[:, 0], before[:, 0], method="fft"))) - (len(before) - 1)
    assert lag == 0
    lost_db = 10 * np.log10(((after - before) ** 2).mean() / (before**2).mean())
    assert -60 < lost_db < -8  # it is lossy, and it is the same music


def test_more_bits_lose_less():
    blocks = music(4)

    def lost(bitrate_bps):
        returned = np.concatenate(list(through_mp3(blocks, bitrate_bps)))
        return float(((returned - np.concatenate(blocks)) ** 2).mean())

    assert lost(320_000) < 0.5 * lost(64_000)


def test_mp3_needs_no_end():
    def endless():
        while True:
            yield from music(2)

    stream = through_mp3(endless(), 192_000)
    assert next(stream).shape == next(stream).shape == (24_000, 2)
