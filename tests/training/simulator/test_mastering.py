import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from training.simulator.mastering import CEILING, Limiter, clipped, loudness_lufs


def test_loudness_of_a_calibrated_sine():
    seconds = np.arange(10 * 48_000) / 48_000
    sine = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1_000 * seconds)
    assert abs(loudness_lufs(np.stack([sine, sine], axis=1)) + 23.0) < 0.1  # EBU Tech 3341, case 1


@settings(max_examples=25)
@given(seed=st.integers(0, 2**31), gain=st.floats(0.05, 8.0))
def test_limiter_never_exceeds_its_ceiling(seed, gain):
    rng = np.random.default_rng(seed)
    limiter = Limiter()
    for _ in range(3):
        block = (gain * rng.standard_cauchy((6_400, 2)).clip(-3, 3)).astype(np.float32)
        assert np.abs(limiter(block)).max() <= CEILING + 1e-6


def test_limiter_leaves_quiet_sound_alone_but_for_its_delay():
    rng = np.random.default_rng(1)
    audio = (0.1 * rng.standard_normal((9_600, 2))).clip(-0.8, 0.8).astype(np.float32)
    limiter = Limiter()
    output = np.concatenate([limiter(audio[:3_200]), limiter(audio[3_200:])])
    np.testing.assert_allclose(output[limiter.delay_samples :], audio[: -limiter.delay_samples])


def test_clipping_only_where_it_is_driven():
    audio = np.full((4, 2), 0.8, dtype=np.float32)
    driven = clipped(audio, np.array([0, 0, 6, 6], dtype=np.float32))
    np.testing.assert_allclose(driven[:2], 0.8)
    np.testing.assert_allclose(driven[2:], 1.0)
