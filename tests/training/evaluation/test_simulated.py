from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from core.errors import ConfigurationInvalid
from core.media import HOP_SAMPLES
from core.messages import TransitionKind
from training.evaluation.alone import TrackAlone
from training.evaluation.flaws import FLAWS
from training.evaluation.plan import Plan, Sizes
from training.evaluation.simulated import Drawn, Simulated
from training.evaluation.styles import Revision, StyleWords
from training.simulator import Combinations, Draw, Flaws, SetStyle

SEED = 5_000_000


def test_words_become_the_simulators_values():
    style = StyleWords(genre="trance", combinations="unseen", spam=True).style()
    assert (style.genre.value, style.combinations) == ("trance", Combinations.UNSEEN)
    assert style.spam
    assert StyleWords().style() == SetStyle()
    kept = StyleWords(genre="house").style(SetStyle(tricks=2.0))
    assert (kept.tricks, kept.genre.value) == (2.0, "house")


def test_a_word_that_no_value_has_is_refused():
    with pytest.raises(ConfigurationInvalid, match=r"SetStyle\.genre cannot be 'polka'"):
        StyleWords(genre="polka").style()


def test_a_field_that_the_simulator_lacks_is_refused_by_name(monkeypatch):
    monkeypatch.setattr("training.evaluation.styles.get_type_hints", lambda _: {})
    with pytest.raises(ConfigurationInvalid, match="no field `family`"):
        StyleWords(family="unseen").style()


def test_a_revision_leaves_one_flaw_in_one_transition():
    drawn = Draw(TransitionKind.CUT, Flaws(level_db=-4.0, phrase_error_beats=2))
    revise = Revision("blend", "phrase_error_beats", 3.0, transition=1)
    assert revise(0, drawn) == Draw(TransitionKind.BLEND, Flaws())
    assert revise(1, drawn) == Draw(TransitionKind.BLEND, Flaws(phrase_error_beats=3))
    assert Revision()(1, drawn) == Draw(TransitionKind.CUT, Flaws())


def played(source, hops):
    playing = source.open()
    return playing, np.concatenate(list(islice(playing.blocks(), hops)))


@pytest.fixture(name="clean", scope="module")
def _clean():
    return played(Simulated(SEED, revision=Revision("bass_swap")), 120)


def test_a_flaw_changes_nothing_before_its_transition(clean):
    playing, sound = clean
    other, flawed = played(Simulated(SEED, revision=Revision("bass_swap", "offset_ms", 60.0)), 120)
    (first, *_) = playing.transitions(60.0)
    (also_first, *_) = other.transitions(60.0)
    begins = int(min(first.start_seconds, also_first.start_seconds) * 48_000) - HOP_SAMPLES
    np.testing.assert_array_equal(sound[:begins], flawed[:begins])
    assert not np.array_equal(sound, flawed)
    assert (first.kind, first.overlaps) == ("bass_swap", True)
    assert first.offset_ms == pytest.approx(0.0, abs=0.5)
    assert also_first.offset_ms == pytest.approx(60.0, abs=0.5)
    end = playing.truth(50.0, 60.0).whole[0], other.truth(50.0, 60.0).whole[0]
    assert end[0] == pytest.approx(10.0, abs=0.3)
    assert end[1] < end[0] - 1


def test_facts_are_told_where_one_track_plays_alone(clean):
    playing, _ = clean
    (first, *_) = playing.transitions(60.0)
    before = playing.truth(first.start_seconds - 10.5, first.start_seconds - 0.5)
    assert 100 < before.bpm < 160
    assert before.key.split()[1] in ("major", "minor")
    assert before.genre == playing.genre
    assert before.window[0] is None
    within = playing.truth(first.start_seconds - 5, first.start_seconds + 5)
    assert (within.bpm, within.key, within.beat) == (None, None, False)


def test_what_is_drawn_is_drawn_again_alike():
    first, second = (played(Drawn(1_000_003), 8)[1] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, played(Drawn(1_000_004), 8)[1])


def test_deeds_are_those_of_the_plan():
    playing, _ = played(Drawn(1_000_000, StyleWords(spam=True)), 60)
    deeds = playing.deeds(30.0)
    assert deeds
    assert all(0 <= deed.start_seconds < deed.end_seconds <= 30.0 for deed in deeds)


@pytest.mark.parametrize("intro_only", [False, True])
def test_a_track_alone_comes_round_again(intro_only):
    playing, sound = played(TrackAlone(SEED, intro_only=intro_only), 100)
    assert playing.transitions(50.0) == playing.deeds(50.0) == ()
    assert np.abs(sound).max() > 0.1
    if intro_only:
        bar = 4 * 60 / playing.truth(0, 10).bpm * 48_000
        lengths = [round(bars * bar) for bars in (4, 8, 16)]
        assert any(
            np.array_equal(sound[:HOP_SAMPLES], sound[length : length + HOP_SAMPLES])
            for length in lengths
        )


def test_pairs_share_their_seeds(tmp_path):
    plan = Plan(tmp_path, Sizes())
    seeds = {flaw.case(plan, 3, flaw.sizes["severe"]).source.seed for flaw in FLAWS}
    assert seeds == {plan.seeds.pairs + 3}
