"""What disguises change, and what they leave."""

from __future__ import annotations

import torch

from training.disguise import (
    DROPPED_SHARE,
    STRANGE_SHARE,
    disguised_basic,
    disguised_evidence,
    disguised_sound,
    strangers,
)
from training.model import Standard


def test_half_of_the_sets_are_strange() -> None:
    torch.manual_seed(0)
    share = float(strangers(2_000).float().mean())
    assert abs(share - STRANGE_SHARE) < 0.05


def test_strange_evidence_is_bent_alike_all_along_a_set() -> None:
    torch.manual_seed(1)
    standard = Standard(40)
    evidence = torch.randn(2, 400, 40)
    strange = torch.tensor([True, False])[:, None, None]
    said = disguised_evidence(evidence, standard, strange)
    dropped = (said == standard.mean).all(dim=1)
    assert 0 < float(dropped.float().mean()) < 4 * DROPPED_SHARE
    error = (said - evidence).mean(dim=1)[~dropped].abs()
    owner = torch.tensor([True, False])[:, None].expand(2, 40)[~dropped]
    assert float(error[owner].mean()) > 0.1
    assert float(error[~owner].mean()) < 0.02, "a usual set is only blurred"
    both = torch.stack((said[0], evidence[0])).transpose(0, 2)[~dropped[0]]
    assert min(float(torch.corrcoef(each.T)[0, 1]) for each in both) > 0.95, "its course stays"


def test_strange_sound_is_bent_or_taken_away_and_usual_sound_is_left() -> None:
    torch.manual_seed(2)
    sets = 200
    sound = torch.randn(sets, 30, 8) + 5
    strange = strangers(sets)
    (said,) = disguised_sound([sound], strange)
    usual = ~strange[:, 0, 0]
    assert torch.equal(said[usual], sound[usual])
    moved = said[~usual]
    blank = (moved.std(dim=1) < 1e-6).all(dim=1)
    assert 0.05 < float(blank.float().mean()) < 0.4
    assert not torch.isclose(moved[~blank], sound[~usual][~blank]).all(dim=1).any()


def test_some_of_tempo_energy_and_danceability_is_left_out() -> None:
    torch.manual_seed(3)
    said = disguised_basic(torch.ones(10, 100, 3))
    assert set(said.unique().tolist()) == {0.0, 1.0}
