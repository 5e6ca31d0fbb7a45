"""A simulated panel must be as people are, and be understood by what calibrates to people."""

import numpy as np
import pytest

from core.errors import BadInput
from core.messages import Component, Genre
from judge.panels import FACETS, check_design
from judge.panels.agreement import intraclass
from judge.panels.severity import fit_severity
from judge.scoring.weights import GENRE_WEIGHTS
from training.panel import (
    JUDGES_A_BATTLE,
    Person,
    TrueSet,
    convene,
    copied,
    draw_pool,
    indifferent,
    upside_down,
    write_panel,
)
from web.calibrating.panel_file import IDS, ORDER, read_panel
from web.calibrating.table import read_table


def sets(battles, seed=0):
    rng = np.random.default_rng(seed)
    return [
        TrueSet(f"battle-{index:03d}", name, Genre.TECHNO, rng.uniform(2, 10, 4))
        for index in range(battles)
        for name in ("red", "blue")
    ]


def panel(battles, seed=0):
    rng = np.random.default_rng(seed)
    return convene(rng, draw_pool(rng), sets(battles, seed))


def read(scores, tmp_path):
    path = tmp_path / "panel.parquet"
    write_panel(scores, path)
    return read_panel(read_table(path, IDS, (*FACETS, ORDER)))[0]


def test_scores_are_halves_from_five_to_seven_people_a_battle():
    scores = panel(30)
    assert len({(s.battle_id, s.participant_id, s.judge_id) for s in scores}) == len(scores)
    for battle in {s.battle_id for s in scores}:
        benches = [
            {s.judge_id for s in scores if (s.battle_id, s.participant_id) == (battle, name)}
            for name in ("red", "blue")
        ]
        assert benches[0] == benches[1]
        assert JUDGES_A_BATTLE[0] <= len(benches[0]) <= JUDGES_A_BATTLE[1]
    values = np.array([[s.said[facet] for facet in FACETS] for s in scores])
    assert values.min() >= 1 and values.max() <= 10
    np.testing.assert_array_equal(2 * values, np.round(2 * values))


def test_everybody_hears_each_battle_whole_and_in_an_order_of_their_own():
    scores = panel(30)
    orders = set()
    for judge in {s.judge_id for s in scores}:
        mine = sorted((s for s in scores if s.judge_id == judge), key=lambda s: s.order)
        assert [s.order for s in mine] == list(range(1, len(mine) + 1))
        battles = [s.battle_id for s in mine]
        assert battles[::2] == battles[1::2]
        orders.add(tuple(battles))
    assert len(orders) == len({s.judge_id for s in scores})


def test_equal_seeds_give_equal_panels():
    assert panel(8, seed=3) == panel(8, seed=3) != panel(8, seed=4)


def test_one_who_is_always_right_says_what_is_true():
    pool = [Person(f"judge {index}") for index in range(5)]
    each = sets(6)
    true = {(s.battle_id, s.participant_id): s.values for s in each}
    for score in convene(np.random.default_rng(0), pool, each):
        values = true[score.battle_id, score.participant_id]
        for component, value in zip(Component, values, strict=True):
            assert abs(score.said[component.value] - value) <= 0.25
        weights = GENRE_WEIGHTS[Genre.TECHNO]
        whole = sum(weights[c] * v for c, v in zip(Component, values, strict=True))
        assert abs(score.said["overall"] - whole) <= 0.25


def test_what_nobody_can_say_stays_empty():
    each = TrueSet("b", "red", Genre.HOUSE, np.array([np.nan, np.nan, 8.0, 6.0]))
    score = convene(np.random.default_rng(0), [Person("only")], [each])[0]
    assert score.said["technical"] is None and score.said["selection"] is None
    assert score.said["energy"] == 8.0 and 6.0 <= score.said["overall"] <= 8.0


def test_people_agree_as_people_do(tmp_path):
    read_back = read(panel(150), tmp_path)
    scores = read_back.scores["overall"]
    single, mean = intraclass(scores, np.ones((1, len(scores))))
    assert 0.25 < single[0] < 0.75
    assert mean[0] > single[0] + 0.1


def test_calibration_finds_who_is_severe(tmp_path):
    rng = np.random.default_rng(5)
    pool = draw_pool(rng)
    read_back = read(convene(rng, pool, sets(120, 5)), tmp_path)
    check_design(read_back)
    severity = fit_severity(read_back.scores["technical"], read_back.order)
    known = {person.judge_id: person.leniency for person in pool}
    found = dict(zip(read_back.judges, severity.leniency, strict=True))
    pairs = np.array([(known[judge], found[judge]) for judge in found])
    assert np.corrcoef(pairs.T)[0, 1] > 0.9


def test_spoiled_panels_are_refused_and_the_same_panel_unspoiled_is_not(tmp_path):
    scores = panel(60)
    first, second = sorted({s.judge_id for s in scores})[:2]
    check_design(read(scores, tmp_path))
    for spoiled in (
        indifferent(scores, first),
        upside_down(scores, first),
        copied(scores, first, second),
    ):
        assert len(spoiled) == len(scores) and spoiled != scores
        with pytest.raises(BadInput):
            check_design(read(spoiled, tmp_path))
