import pytest

from sentiment.moments.joining import TRUST, fit, probability
from sentiment.moments.rules import MomentRules

SURE = MomentRules().sure


def test_either_witness_can_make_it_likely() -> None:
    assert probability(70.0) == pytest.approx(0.70)
    assert probability(70.0, 0.8) > probability(70.0)
    assert probability(0.0, 1.0) == pytest.approx(TRUST)


def test_sound_alone_is_never_sure() -> None:
    assert probability(30.0, 1.0) < SURE  # a crowd as usual
    assert probability(50.0, 0.9) > SURE > probability(50.0)  # one that is moved


def test_a_reaction_fits_best_a_lag_later() -> None:
    assert fit(113.0, 100.0, 13.0) == 1.0
    assert fit(101.0, 100.0, 13.0) < 0.4
    assert fit(200.0, 100.0, 13.0) < 1e-6
