"""What is kept up hop by hop is what is counted over the whole set, to the bit."""

import numpy as np
import pytest

from core.messages import Genre, Technique
from judge import rubric
from judge.scoring import SetScorer
from judge.scoring.driving import Driving
from judge.scoring.whole_set import SetCourse
from tests.judge.scoring.parts import info, opinion, play, transition_course


def course(rng, hops):
    """Return drive and pulse, shape (hops,), that rise, fall and break off often."""
    drive = np.repeat(rng.uniform(0, 1, hops // 8 + 1), rng.integers(4, 9))[:hops]
    pulse = np.repeat(rng.uniform(-0.2, 0.6, hops // 8 + 1), rng.integers(4, 9))[:hops]
    length = min(len(drive), len(pulse))
    return drive[:length] + rng.normal(0, 0.02, length), pulse[:length]


@pytest.mark.parametrize("seed", range(12))
def test_every_hop_says_what_a_look_at_the_whole_set_would(seed):
    rng = np.random.default_rng(seed)
    drive, pulse = course(rng, 700)
    driving, spans = Driving(), []
    for hop in range(len(drive)):
        driving.hear(float(drive[hop]), float(pulse[hop]))
        if hop % 40 == 39:
            spans.append((hop - int(rng.integers(12, 39)), hop - 10))
        whole = rubric.energy_aspects(drive[: hop + 1], pulse[: hop + 1], spans, Genre.TECHNO)
        assert driving.aspects(spans, Genre.TECHNO) == whole


def test_a_technique_is_held_against_each_settled_transition_once(monkeypatch):
    """Else each score of a long set costs its techniques times its transitions."""
    asked = []
    counts = SetCourse.counts

    def count(deed, tracks):
        asked.append((deed, len(tracks)))
        return counts(deed, tracks)

    monkeypatch.setattr(SetCourse, "counts", staticmethod(count))
    spans = [(start, start + 20) for start in range(100, 1_500, 100)]
    opinions = transition_course(1_600, spans)
    for hop in range(50, 1_600, 100):
        opinions[hop] = opinion(techniques={Technique.SCRATCH: 0.9})
    scorer = SetScorer(info())
    play(opinions, scorer=scorer)
    techniques, transitions = {deed for deed, _ in asked}, len(spans)
    held = sum(against for _, against in asked)
    assert len(techniques) == 16
    assert len(scorer._record.tracks) == transitions
    once = len(techniques) * transitions
    under_way = 60 * transitions * len(techniques)  # hop by hop, the one that may still grow
    assert held <= 2 * once + under_way
