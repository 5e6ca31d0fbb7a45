from __future__ import annotations

import pytest

from core.media import SAMPLE_RATE_HZ
from core.messages import Component, Finding, Reading
from judge.parts import LIMITS, Part, part_losses
from tests.training.evaluation.making import moment, trace, transition
from training.evaluation.rubric import MEMORY_SECONDS, Readings, parts, read

SURE = 0.9


def middle(part):
    """Return the size at which half of a part is lost."""
    return sum(LIMITS[part]) / 2


def at(seconds, transitions=(), findings=(), energy=(0.5,), memory=None):
    moments = [moment(seconds - 2.5 * back, energy=e) for back, e in enumerate(reversed(energy))]
    whole = trace(moments[::-1], transitions=transitions, findings=findings)
    return read(Readings(whole, len(moments) - 1, memory))


def test_before_the_first_transition_mixing_is_in_the_middle():
    technical, selection, *_ = at(30.0)
    assert (technical, selection) == (5.5, 5.5)
    assert at(30.0, [transition(0, 20.0, 31.0)])[0] == 5.5


def test_a_transition_of_which_nothing_bad_was_heard_is_good():
    technical, selection, *_ = at(60.0, [transition(0, 20.0, 40.0)])
    assert (technical, selection) == (10.0, 10.0)


def test_an_offset_costs_what_every_offset_costs():
    flam = transition(0, 20.0, 40.0, offset_ms=Reading(-middle(Part.BEAT_OFFSET), SURE))
    assert parts(flam, [])[Part.BEAT_OFFSET] == pytest.approx(0.5)
    technical, selection, *_ = at(60.0, [flam])
    shares = dict.fromkeys(Part, 1.0) | {Part.BEAT_OFFSET: 0.5}
    losses = part_losses(Component.TECHNICAL, shares)
    assert technical == pytest.approx(10 - 9 * sum(losses.values()))
    assert losses[Part.BEAT_OFFSET] == pytest.approx(sum(losses.values()))
    assert selection == 10.0


def test_what_was_not_heard_surely_costs_nothing():
    flam = transition(0, 20.0, 40.0, offset_ms=Reading(-60.0, 0.1))
    assert at(60.0, [flam])[0] == 10.0


def test_drift_follows_from_tempo_where_it_was_not_measured_itself():
    apart = transition(
        0, 20.0, 40.0, tempo_difference_percent=Reading(-middle(Part.TEMPO_DRIFT) / 10, SURE)
    )
    assert parts(apart, [])[Part.TEMPO_DRIFT] == pytest.approx(0.5)
    measured = transition(
        *(0, 20.0, 40.0),
        tempo_difference_percent=Reading(-middle(Part.TEMPO_DRIFT) / 10, SURE),
        drift_ms_per_second=Reading(0.0, SURE),
    )
    assert parts(measured, [])[Part.TEMPO_DRIFT] == 1.0


def test_less_bass_than_one_track_has_is_no_excess():
    assert parts(transition(0, 0, 9, bass_excess_db=Reading(-5.0, SURE)), [])[Part.BASS] == 1.0
    more = Reading(middle(Part.BASS), SURE)
    assert parts(transition(0, 0, 9, bass_excess_db=more), [])[Part.BASS] == pytest.approx(0.5)


def test_a_new_track_that_is_softer_is_as_bad_as_one_that_is_louder():
    for sign in (-1, 1):
        step = Reading(sign * middle(Part.LEVEL), SURE)
        assert parts(transition(0, 0, 9, level_step_lu=step), [])[Part.LEVEL] == pytest.approx(0.5)


def test_faults_near_a_transition_are_its_own():
    def silent(second):
        start = round(second * SAMPLE_RATE_HZ)
        return Finding("dead_air", Component.TECHNICAL, start, start + 9, 1.0, 0.0, "s", -1.0)

    mixed = transition(0, 20.0, 22.0)
    assert parts(mixed, [silent(25.0)])[Part.SILENCE] == pytest.approx(0.5)
    assert parts(mixed, [silent(45.0)])[Part.SILENCE] == 1.0


def test_a_window_remembers_the_newest_best():
    flam = transition(0, 20.0, 40.0, offset_ms=Reading(60.0, SURE))
    clean = transition(1, 90.0, 100.0)
    whole = at(100.0, [flam, clean])[0]
    window = at(100.0, [flam, clean], memory=MEMORY_SECONDS)[0]
    assert window > whole
    assert whole == pytest.approx((10.0 + at(80.0, [flam])[0]) / 2)


def test_energy_that_moves_is_worth_more():
    still = at(60.0, energy=(0.8,) * 8)[2]
    moving = at(60.0, energy=(0.2, 0.2, 0.2, 0.8, 0.8, 0.8, 0.8, 0.8))[2]
    assert moving > still


def test_ever_more_tricks_add_ever_less():
    def after(count):
        told = [
            Finding("scratch", Component.CREATIVITY, 0, SAMPLE_RATE_HZ, 1.0, 0.0, "count", 0.2)
        ] * count
        return at(60.0, findings=told)[3]

    none, one, two, many = after(0), after(1), after(2), after(30)
    assert none < one < two < many <= 10.0
    assert two - one < one - none
