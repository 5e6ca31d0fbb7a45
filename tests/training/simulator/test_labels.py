"""Labels must order matched pairs: the same set, one flaw changed."""

from dataclasses import replace

import numpy as np
import pytest

from training.simulator.flaws import Skill
from training.simulator.labels import Labels
from training.simulator.psychometrics import goodness, level_audibility
from training.simulator.set_plan import SetPlanner, SetStyle
from training.simulator.transitions import TransitionKind
from training.simulator.verdicts import judge_transition


def flawless_transition(kind):
    for seed in range(200):
        planner = SetPlanner(seed, SetStyle(skill=Skill(1.0, 0.0, 0.0)))
        plan = planner.advance()
        clean = plan.key_distance <= 1 and abs(plan.tempo_ratio - 1) < 0.04
        if plan.kind is kind and clean:
            return planner.truth, plan
    raise AssertionError(f"no {kind} in 200 sets")


def moved(truth, plan, milliseconds):
    """Return the same set with the incoming track late."""
    incoming = truth.tracks[1]
    late = replace(incoming, origin_sample=incoming.origin_sample + 48 * milliseconds)
    return replace(truth, tracks=[truth.tracks[0], late]), plan


def test_a_flawless_blend_is_technically_good():
    truth, plan = flawless_transition(TransitionKind.BLEND)
    verdict = judge_transition(truth, plan)
    assert verdict.technical > 0.9
    assert verdict.selection > 0.95


def test_lag_costs_from_the_threshold_of_hearing_on():
    truth, plan = flawless_transition(TransitionKind.BLEND)
    scores = [judge_transition(*moved(truth, plan, ms)).beat_match for ms in (0, 5, 25, 45, 80)]
    assert scores[0] == pytest.approx(scores[1], abs=0.01)
    assert scores[1] > scores[2] + 0.1 > scores[3] + 0.2 > scores[4]


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("level", {"level_step_db": -7.0}),
        ("phrase", {"phrase_error_beats": 3}),
        ("faults", {"clip_drive_db": 6.0}),
        ("harmony", {"key_distance": 5}),
        ("tempo", {"tempo_ratio": 1.11}),
    ],
)
def test_each_flaw_costs_its_own_part_and_no_other(part, changes):
    truth, plan = flawless_transition(TransitionKind.BLEND)
    flaw_names = {name for name in changes if hasattr(plan.flaws, name)}
    flaws = replace(plan.flaws, **{name: changes[name] for name in flaw_names})
    rest = {name: value for name, value in changes.items() if name not in flaw_names}
    before = judge_transition(truth, plan)
    after = judge_transition(truth, replace(plan, flaws=flaws, **rest))
    assert getattr(after, part) < getattr(before, part) - 0.4
    for other in {"beat_match", "level", "bass", "phrase", "faults", "harmony", "tempo"} - {part}:
        assert getattr(after, other) == getattr(before, other)


def test_silence_is_a_fault_of_a_switch():
    truth, plan = flawless_transition(TransitionKind.CUT)
    holed = replace(plan, flaws=replace(plan.flaws, silence_seconds=2.0))
    assert judge_transition(truth, holed).faults < 0.4 < judge_transition(truth, plan).faults


def test_a_flam_under_a_closed_fader_is_no_flam():
    assert level_audibility(1.0, 10 ** (-25 / 20)) == pytest.approx(0.0, abs=1e-9)
    assert level_audibility(1.0, 10 ** (-5 / 20)) == 1.0


def test_goodness_is_straight_between_its_limits():
    np.testing.assert_allclose(goodness([0, 12, 36, 60, 90], (12, 60)), [1, 1, 0.5, 0, 0])


def test_window_labels_are_scores_and_vary():
    rows = []
    for seed in range(12):
        planner = SetPlanner(seed, SetStyle())
        for _ in range(3):
            planner.advance()
        labels = Labels(planner.truth)
        rows += [labels.window(start, start + 10) for start in range(0, 90, 9)]
        assert labels.whole_set(100.0).shape == (4,)
    table = np.array(rows)
    assert table.min() >= 0 and table.max() <= 1
    assert (table.std(axis=0) > 0.05).all()


def test_a_break_has_less_energy_than_a_drop():
    planner = SetPlanner(2, SetStyle(skill=Skill(1.0, 0.0, 0.0)))
    planner.advance()
    track = planner.truth.tracks[1]
    labels = Labels(planner.truth)
    centres = {}
    for section in track.plan.arrangement.sections:
        middle = track.sample_of_bar(section.start_bar + section.bars / 2) / 48_000
        centres[section.kind.value] = labels.window(middle - 5, middle + 5)[2]
    assert centres["drop"] > centres["break"] + 0.2
