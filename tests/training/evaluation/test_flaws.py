from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from judge.parts import LIMITS, Part
from training.evaluation.flaws import BELOW, FLAWS, MODERATE, SEVERE, examined
from training.evaluation.plan import Plan, Sizes
from training.simulator import Flaws
from training.simulator.transitions import OVERLAPPING

IN_UNITS_OF_LIMITS = {
    "offset_ms": (Part.BEAT_OFFSET, abs),
    "tempo_difference_percent": (Part.TEMPO_DRIFT, lambda percent: 10 * abs(percent)),
    "level_db": (Part.LEVEL, abs),
    "bass_overlap": (Part.BASS, lambda gain: 10 * np.log10(1 + gain**2)),
    "phrase_error_beats": (Part.PHRASE, abs),
    "silence_seconds": (Part.SILENCE, lambda seconds: seconds - 0.5),
    "key_fifths": (Part.HARMONY, abs),
}


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.name)
def test_the_simulator_can_play_it_where_it_is_put(flaw):
    assert flaw.field in {field.name for field in fields(Flaws)}
    kind = type(getattr(Flaws(), flaw.field))
    put_in = Flaws(**{flaw.field: kind(flaw.sizes[SEVERE])})
    assert put_in.possible(overlapping=flaw.kind in OVERLAPPING) == put_in
    assert kind(flaw.sizes[SEVERE]) == flaw.sizes[SEVERE]


@pytest.mark.parametrize(
    "flaw", [flaw for flaw in FLAWS if flaw.field in IN_UNITS_OF_LIMITS], ids=lambda flaw: flaw.name
)
def test_sizes_are_what_they_are_called_by_the_limits_of_the_rubric(flaw):
    part, measured = IN_UNITS_OF_LIMITS[flaw.field]
    good, bad = LIMITS[part]
    if BELOW in flaw.sizes:
        assert measured(flaw.sizes[BELOW]) <= good
    moderate = measured(flaw.sizes[MODERATE])
    assert good + 0.3 * (bad - good) < moderate < bad
    assert measured(flaw.sizes[SEVERE]) >= bad - 0.01
    doses = [measured(dose) for dose in flaw.doses]
    assert doses == sorted(doses)
    assert doses[-2] > good


def test_a_tiny_plan_examines_few(tmp_path):
    few = examined(Plan(tmp_path, Sizes(), tiny=True))
    assert 1 < len(few) < len(FLAWS)
    assert examined(Plan(tmp_path, Sizes())) == FLAWS
