"""What goes wrong must be drawn in every dose, and in the combinations that are asked for."""

import numpy as np
import pytest

from training.simulator.flaws import (
    BROAD,
    HELD_OUT_PAIRS,
    Combinations,
    Flaws,
    Skill,
    draw_flaws,
)

AUDIBLE = {
    "offset_ms": 7.0,
    "tempo_difference_percent": 0.04,
    "key_fifths": 1.5,
    "level_db": 1.0,
    "clip_drive_db": 0.1,
    "bass_overlap": 0.1,
    "bass_hole_beats": 1.0,
    "phrase_error_beats": 0.5,
    "silence_seconds": 0.1,
    "monotone": 0.5,
    "repeat": 0.5,
}


def drawn(count=1_500, *, skill=BROAD, combinations=Combinations.ALL, overlapping=True):
    return [
        draw_flaws((seed, 3), skill, 0.0, overlapping=overlapping, combinations=combinations)
        for seed in range(count)
    ]


def audible(flaws, name):
    return abs(getattr(flaws, name)) > AUDIBLE[name]


def test_every_flaw_comes_in_every_dose():
    table = drawn() + drawn(overlapping=False)
    for name, (median, largest) in {
        "offset_ms": (45, 150), "tempo_difference_percent": (0.3, 4), "key_fifths": (3, 6),
        "level_db": (3.5, 9), "clip_drive_db": (3.5, 8), "bass_overlap": (0.6, 1),
        "bass_hole_beats": (11, 32), "phrase_error_beats": (2, 7), "silence_seconds": (1, 4),
    }.items():  # fmt: skip
        sizes = np.abs([getattr(flaws, name) for flaws in table if audible(flaws, name)])
        assert 0.85 * largest < sizes.max() <= largest
        assert 0.25 < (sizes <= median).mean() < 0.85
    for name in ("offset_ms", "level_db", "key_fifths", "tempo_difference_percent"):
        signs = [np.sign(getattr(flaws, name)) for flaws in table if audible(flaws, name)]
        assert abs(np.mean(signs)) < 0.15


def test_a_flawless_dj_makes_no_audible_mistake():
    for flaws in drawn(200, skill=Skill(1.0, 0.0, 0.0)):
        assert not any(audible(flaws, name) for name in AUDIBLE)


def test_flaws_are_independent_but_for_a_common_skill():
    table = drawn(3_000)
    offsets, levels = (
        np.array([audible(flaws, name) for flaws in table]) for name in ("offset_ms", "level_db")
    )
    correlation = np.corrcoef(offsets, levels)[0, 1]
    assert 0.05 < correlation < 0.4


def test_held_out_pairs_never_meet_in_training():
    for overlapping in (True, False):
        for flaws in drawn(combinations=Combinations.TRAINED, overlapping=overlapping):
            for pair in HELD_OUT_PAIRS:
                assert not all(audible(flaws, name) for name in pair)
    both = [
        all(audible(flaws, name) for name in pair) for flaws in drawn() for pair in HELD_OUT_PAIRS
    ]
    assert any(both)  # which they do by chance


@pytest.mark.parametrize("overlapping", [True, False])
def test_unseen_combinations_hold_a_pair_each_time(overlapping):
    for flaws in drawn(300, combinations=Combinations.UNSEEN, overlapping=overlapping):
        assert any(all(audible(flaws, name) for name in pair) for pair in HELD_OUT_PAIRS)


def test_what_cannot_be_heard_is_not_claimed():
    flaws = Flaws(
        tempo_difference_percent=1.0, bass_overlap=1.0, silence_seconds=1.0, offset_ms=30.0
    )
    assert flaws.possible(overlapping=True) == Flaws(
        tempo_difference_percent=1.0, bass_overlap=1.0, offset_ms=30.0
    )
    assert flaws.possible(overlapping=False) == Flaws(silence_seconds=1.0, offset_ms=30.0)
