"""What the network is asked at each hop, by hand."""

import numpy as np
import pytest
import torch

from judge.specification import LAG_HOPS, MEASURE_SCALES
from tests.training.examples import HEARD_HOPS, example
from training.targets import DURING, LATER, SETTLING, SETTLING_HOPS, mixing_tables, targets_of

pytestmark = pytest.mark.training
SPANS = ((10, 24), (70, 90))


def test_a_transition_is_asked_for_while_it_goes_on_and_most_when_it_settles():
    truth = example(0, hops=150, spans=SPANS).truth
    targets = targets_of(truth)
    start, end = SPANS[0]
    assert not targets.weight[: start + HEARD_HOPS].any(), "nothing was heard of it yet"
    assert (targets.weight[start + HEARD_HOPS : end] == DURING).all()
    assert (targets.weight[end : end + SETTLING_HOPS + 1] == SETTLING).all()
    assert (targets.weight[end + SETTLING_HOPS + 1 : SPANS[1][0] + HEARD_HOPS] == LATER).all()
    for hop, row in ((30, 0), (100, 1)):
        np.testing.assert_allclose(targets.parts[hop], truth.course.parts[row], rtol=1e-6)
        np.testing.assert_allclose(
            targets.measures[hop].numpy() * np.array(MEASURE_SCALES),
            truth.course.measures[row],
            rtol=1e-5,
        )
        assert targets.kind[hop] == truth.course.kind[row]


def test_whether_one_is_under_way_is_asked_of_four_seconds_ago():
    truth = example(0, hops=60, spans=((10, 24),)).truth
    active = targets_of(truth).active[:, 0].bool().numpy()
    assert np.flatnonzero(active).tolist() == list(range(10 + LAG_HOPS, 24 + LAG_HOPS + 1))


def test_a_transition_that_began_before_listening_is_not_asked_for():
    truth = example(0, hops=150, spans=SPANS).truth
    targets = targets_of(truth, first_hop=20)
    assert len(targets.weight) == 130
    assert not targets.weight[: SPANS[1][0] + HEARD_HOPS - 20].any()
    assert targets.weight[SPANS[1][1] - 20] == SETTLING
    np.testing.assert_allclose(targets.windows, truth.course.windows[20:], rtol=1e-6)


def test_a_set_without_transitions_asks_for_the_rest():
    targets = targets_of(example(0, spans=()).truth)
    assert not targets.weight.any()
    assert targets.parts.shape == (60, 10)
    assert targets.kind.dtype == targets.section.dtype == torch.long


def test_what_is_known_of_earlier_transitions_comes_once_they_settled():
    truth = example(3, hops=150, spans=SPANS).truth
    seen = set()
    for seed in range(30):
        tables, which = mixing_tables(truth, np.random.default_rng(seed))
        assert which.shape == (150,)
        assert tables.shape == (which.max() + 1, 10, 6)
        assert (np.diff(which) >= 0).all()
        assert not tables[0].any()
        assert not which[: SPANS[0][1] + LAG_HOPS + 20].any()
        seen.add(len(tables))
        for table in tables[1:]:
            assert table[-1].any()
            assert ((table >= 0) & (table <= 1)).all()
    assert {2, 3} <= seen, "some are missed, as by a server"
