"""A fair listener's verdict, from what was planned and how loud each deck was made to be."""

from dataclasses import replace

import numpy as np
import pytest

from core.messages import Component, TransitionKind
from judge.parts import TRANSITION_PARTS, Part, concluded
from judge.specification import Measure
from tests.training.simulator.staged import QUIET, SECOND
from training.simulator import Draw, Flaws
from training.simulator.psychometrics import goodness, power_audibility
from training.simulator.set_plan import SetPlanner
from training.simulator.stems import CELL_SAMPLES, StemBands
from training.simulator.verdicts import judge_transition

LOW, MID, HIGH = range(3)
OPEN = np.full(3, 0.1)


class MadeStems:
    """Levels of two decks as a function of time: `levels(deck, times) -> (wet, dry)`, (n, 3)."""

    end_sample = 10_000 * SECOND

    def __init__(self, levels):
        self._levels = levels

    def between(self, start_sample, end_sample):
        first = int(np.floor(start_sample / CELL_SAMPLES))
        cells = first + np.arange(max(1, int(np.ceil(end_sample / CELL_SAMPLES)) - first))
        times = (cells + 0.5) * CELL_SAMPLES
        made = {}
        for deck in (0, 1):
            wet, dry = self._levels(deck, times)
            shape = (len(times), 3)
            made[deck] = StemBands(
                np.broadcast_to(wet, shape).astype(np.float32),
                np.broadcast_to(dry, shape).astype(np.float32),
            )
        return made


def planned(kind, **flaws):
    """Return a truth and its first transition, in time and in key but for `flaws`."""
    for seed in range(60):
        planner = SetPlanner(seed, QUIET, revise=lambda *_: Draw(kind, replace(Flaws(), **flaws)))
        plan = planner.advance()
        near = plan.key_distance <= 1 or "key_fifths" in flaws
        if plan.kind is kind and near and abs(plan.tempo_ratio - 1) < 0.04:
            return planner.truth, plan
    raise AssertionError(f"no {kind} in 60 sets")


def open_decks(plan, *, gain=1.0):
    """Both faders open while they overlap, the incoming one at `gain`; basses swapped."""

    def levels(deck, times):
        playing = times < plan.end_sample if deck == 0 else times >= plan.start_sample
        wet = playing[:, None] * OPEN * (gain if deck else 1.0)
        leading = times < plan.switch_sample if deck == 0 else times >= plan.switch_sample
        wet[:, LOW] *= leading
        return wet, playing[:, None] * OPEN

    return MadeStems(levels)


def shares(kind, stems=open_decks, **flaws):
    truth, plan = planned(kind, **flaws)
    verdict = judge_transition(truth, stems(plan), plan)
    parts = dict(zip(TRANSITION_PARTS, verdict.parts.tolist(), strict=True))
    measures = dict(zip(Measure, verdict.measures.tolist(), strict=True))
    return parts, measures, verdict


def test_a_flawless_swap_loses_nothing():
    parts, measures, verdict = shares(TransitionKind.BASS_SWAP)
    assert all(share == pytest.approx(1, abs=0.02) for share in parts.values())
    assert measures[Measure.OFFSET_MS] == pytest.approx(0, abs=1)
    assert concluded(Component.TECHNICAL, verdict.parts) > 0.98
    assert verdict.end_sample - verdict.start_sample >= 3 * SECOND


@pytest.mark.parametrize(
    ("part", "flaws"),
    [
        (Part.BEAT_OFFSET, {"offset_ms": 60.0}),
        (Part.LEVEL, {"level_db": -7.0}),
        (Part.PHRASE, {"phrase_error_beats": 4}),
        (Part.CLIPPING, {"clip_drive_db": 6.0}),
        (Part.HARMONY, {"key_fifths": 5}),
    ],
)
def test_each_flaw_costs_its_own_part_and_no_other(part, flaws):
    clean, _, _ = shares(TransitionKind.BASS_SWAP)
    parts, _, _ = shares(TransitionKind.BASS_SWAP, **flaws)
    assert parts[part] < 0.55
    for other in set(Part) - {part}:
        assert parts[other] == pytest.approx(clean[other], abs=0.05), other


def test_lag_costs_from_the_threshold_of_hearing_on():
    scores = [
        shares(TransitionKind.BASS_SWAP, offset_ms=float(ms))[0][Part.BEAT_OFFSET]
        for ms in (0, 10, 30, 60)
    ]
    assert scores[0] == pytest.approx(scores[1], abs=0.01)
    assert scores[1] > scores[2] + 0.2
    assert scores[2] > scores[3] + 0.2


def test_a_drift_is_ten_times_the_difference_in_tempo():
    parts, measures, _ = shares(TransitionKind.BASS_SWAP, tempo_difference_percent=0.55)
    assert parts[Part.TEMPO_DRIFT] == pytest.approx(0.5, abs=0.1)
    assert measures[Measure.DRIFT_MS_PER_SECOND] > 0


def test_a_flam_under_a_fader_that_is_nearly_closed_is_no_flam():
    def far_under(plan):
        return open_decks(plan, gain=10 ** (-30 / 10))

    heard, _, _ = shares(TransitionKind.BASS_SWAP, offset_ms=60.0)
    hidden, _, _ = shares(TransitionKind.BASS_SWAP, far_under, offset_ms=60.0)
    assert heard[Part.BEAT_OFFSET] < 0.3
    assert hidden[Part.BEAT_OFFSET] == 1
    assert hidden[Part.HARMONY] == 1


def bass(levels):
    """Both decks play middle and treble; `levels(deck, times, plan)` gives wet and dry bass."""

    def stems(plan):
        def both(deck, times):
            wet, dry = np.tile(OPEN, (len(times), 1)), np.tile(OPEN, (len(times), 1))
            wet[:, LOW], dry[:, LOW] = levels(deck, times, plan)
            return wet, dry

        return MadeStems(both)

    return stems


def test_two_basses_at_once_clash_and_a_swap_does_not():
    def both(deck, times, plan):
        return 0.1, 0.1

    def swapped(deck, times, plan):
        return 0.1 * ((times < plan.switch_sample) != (deck == 1)), 0.1

    clash, measures, _ = shares(TransitionKind.BASS_SWAP, bass(both))
    clean, calm, _ = shares(TransitionKind.BASS_SWAP, bass(swapped))
    assert clash[Part.BASS] < 0.1
    assert measures[Measure.BASS_EXCESS_DB] == pytest.approx(3.01, abs=0.05)
    assert clean[Part.BASS] == 1
    assert calm[Measure.BASS_EXCESS_DB] == pytest.approx(0, abs=0.05)


def gone(plan, times, beats=24):
    return abs(times - plan.switch_sample) < beats / 2 * plan_beat_samples(plan)


def plan_beat_samples(plan):
    return 60 / 128 * SECOND  # about a beat of the music that is played here


def test_bass_that_the_records_have_and_nobody_plays_is_a_hole():
    def turned_down(deck, times, plan):
        playing = (times < plan.switch_sample) != (deck == 1)
        return 0.1 * (playing & ~gone(plan, times)), 0.1

    parts, measures, _ = shares(TransitionKind.BASS_SWAP, bass(turned_down))
    assert parts[Part.BASS] < 0.3
    assert measures[Measure.BASS_EXCESS_DB] < -1.5, "below 0 where there is none"


def test_a_break_that_the_records_planned_is_no_hole():
    def broken_down(deck, times, plan):
        playing = (times < plan.switch_sample) != (deck == 1)
        present = 0.1 * ~gone(plan, times)
        return playing * present, present

    assert shares(TransitionKind.BASS_SWAP, bass(broken_down))[0][Part.BASS] == 1


def test_a_late_entry_stumbles_and_an_effect_hides_some_of_it():
    cut, measures, _ = shares(TransitionKind.CUT, offset_ms=60.0)
    masked, _, _ = shares(TransitionKind.ECHO_OUT, offset_ms=60.0)
    clean, _, _ = shares(TransitionKind.CUT)
    assert clean[Part.BEAT_OFFSET] == 1
    assert cut[Part.BEAT_OFFSET] < masked[Part.BEAT_OFFSET] - 0.1 < 0.9
    assert measures[Measure.OFFSET_MS] == 60
    assert cut[Part.TEMPO_DRIFT] == 1, "nothing plays together that could drift"


def test_silence_beyond_a_beat_is_a_fault_and_hides_the_stumble():
    parts, _, _ = shares(TransitionKind.CUT, silence_seconds=1.5, offset_ms=60.0)
    assert parts[Part.SILENCE] == pytest.approx(1 - (1.5 - 0.48) / 2, abs=0.05)
    assert parts[Part.BEAT_OFFSET] == 1


def test_a_repeat_costs_repetition():
    truth, plan = planned(TransitionKind.CUT)
    again = replace(plan, flaws=replace(plan.flaws, repeat=True))
    stems = open_decks(plan)
    before, after = (judge_transition(truth, stems, each).parts for each in (plan, again))
    changed = [part for part, a, b in zip(TRANSITION_PARTS, before, after, strict=True) if a != b]
    assert changed == [Part.REPETITION]


def test_audibility_is_of_the_softer_beside_the_louder():
    powers = 10 ** (-np.array([0.0, 6.0, 15.5, 25.0, 60.0]) / 10)
    np.testing.assert_allclose(power_audibility(1.0, powers), [1, 1, 0.5, 0, 0], atol=1e-9)
    np.testing.assert_allclose(power_audibility(powers, 1.0), [1, 1, 0.5, 0, 0], atol=1e-9)
    assert power_audibility(0.0, 0.0) == 0


def test_goodness_is_straight_between_its_limits():
    np.testing.assert_allclose(goodness([0, 12, 36, 60, 90], (12, 60)), [1, 1, 0.5, 0, 0])
