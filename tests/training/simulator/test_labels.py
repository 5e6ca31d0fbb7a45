"""Labels of rendered sets: unknown until something shows, of each hop, in the judge's own terms."""

import numpy as np
import pytest

from core.media import HOP_SAMPLES
from core.messages import Component, Section, Technique, TransitionKind
from judge.parts import Part, concluded
from tests.training.simulator.staged import SECOND, staged
from training.simulator.labels import HEARD_SECONDS, Labels, window_energy

SECONDS = 20


@pytest.fixture(scope="module")
def blend():
    return staged(TransitionKind.BASS_SWAP, SECONDS)


@pytest.fixture(scope="module")
def labels(blend):
    return Labels(blend.renderer.truth, blend.renderer.stems, blend.renderer.start_sample)


def begins_seconds(stage, labels):
    (_, verdict), *_ = labels.verdicts
    return (verdict.start_sample - stage.renderer.start_sample) / SECOND


def test_nothing_is_said_of_mixing_before_the_first_transition(blend, labels):
    known = begins_seconds(blend, labels) + HEARD_SECONDS
    before, after = labels.window(0.0, known - 1), labels.window(known - 9, known + 1)
    assert np.isnan(before[:2]).all()
    assert np.isfinite(before[2:]).all()
    assert np.isfinite(after).all()
    assert after.dtype == np.float32
    assert np.isnan(labels.whole_set(known - 1)[:2]).all()
    assert np.isfinite(labels.whole_set(known + 1)).all()


def test_a_window_is_judged_by_its_newest_transition(labels):
    (_, verdict), *_ = labels.verdicts
    label = labels.window(SECONDS - 10, SECONDS)
    newest = [v for _, v in labels.verdicts if labels._hop_heard(v) <= 2 * SECONDS][-1]
    for column, component in enumerate((Component.TECHNICAL, Component.SELECTION)):
        assert label[column] == pytest.approx(float(concluded(component, newest.parts)))
    assert 0 <= label.min() <= label.max() <= 1
    assert verdict.parts.shape == (len(Part),)


def test_the_course_has_a_row_for_every_hop(blend, labels):
    course = labels.course()
    hops = len(blend.audio) // HOP_SAMPLES
    assert len(course.newest) >= hops
    for values in (course.age_hops, course.active, course.section, course.windows):
        assert len(values) == len(course.newest)
    assert course.techniques.shape == (len(course.newest), len(Technique))
    assert course.section.max() < len(Section)
    start, end = labels.spans()[0]
    assert course.active[start]
    assert not course.active[:start].any()
    heard = int(np.flatnonzero(course.newest == 0)[0])
    assert heard == start + round(2 * HEARD_SECONDS)
    assert course.age_hops[heard] == heard - end
    assert (course.newest[:heard] == -1).all()
    assert TransitionKind.BASS_SWAP is tuple(TransitionKind)[course.kind[0]]


def test_a_label_of_a_hop_does_not_depend_on_what_comes_later(labels):
    course = labels.course()
    for hop in (10, 25):
        window = labels.window((hop - 19) * 0.5, (hop + 1) * 0.5)
        np.testing.assert_allclose(course.windows[hop], window[2:], rtol=1e-6)


def test_a_flaw_shows_in_the_component_that_it_belongs_to(labels):
    for flaws, column in (({"offset_ms": 70.0}, 0), ({"key_fifths": 6}, 1)):
        stage = staged(TransitionKind.BASS_SWAP, SECONDS, **flaws)
        flawed = Labels(stage.renderer.truth, stage.renderer.stems, stage.renderer.start_sample)
        clean, worse = (each.whole_set(SECONDS) for each in (labels, flawed))
        assert worse[column] < clean[column] - 0.15
        assert worse[1 - column] == pytest.approx(clean[1 - column], abs=0.05)


def test_the_energy_of_a_window_by_hand():
    steady = np.stack((np.full(60, 0.75), np.full(60, 0.9)))
    assert window_energy(steady) == pytest.approx(0.65)
    lifeless = np.stack((np.full(60, 0.75), np.zeros(60)))
    assert window_energy(lifeless) == pytest.approx(0.65 * 0.6)
    dropping = steady.copy()
    dropping[0, -40:-20] = 0.1
    assert window_energy(dropping) == pytest.approx(1.0)
    assert window_energy(np.zeros((2, 0))) == 0
