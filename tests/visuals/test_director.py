"""The director's rules, over made-up courses of music."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from core.messages import Section
from core.show import ShowMode, ShowSettings
from tests.visuals.shows import heard, manual
from visuals.catalogue import SCENES
from visuals.director import (
    CUT_DWELL_SECONDS,
    MANUAL_MORPH_SECONDS,
    MORPH_DWELL_SECONDS,
    Director,
    Staging,
)
from visuals.scenes import SCENE_TYPES
from visuals.senses import Senses

STEP_SECONDS = 0.1
ENERGIES = {each.slug: each.energy for each in SCENE_TYPES}
AUTO = ShowSettings()

courses = st.lists(
    st.tuples(
        st.sampled_from([None, *Section]),
        st.floats(0.5, 25),  # seconds
        st.floats(0, 1),  # energy
        st.booleans(),  # whether it begins with a drop
    ),
    min_size=3,
    max_size=14,
)


def course(parts: list[tuple[Section | None, float, float, bool]], bpm: float) -> list[Senses]:
    senses, begun = [], 0.0
    for section, length, energy, drops in parts:
        for index in range(round(length / STEP_SECONDS)):
            at = index * STEP_SECONDS
            drop = max(0.0, 1 - at / 4) if drops else 0.0
            known = {"section": section, "energy": energy, "drop": drop}
            senses.append(heard(begun + at, bpm, **known))
        begun += round(length / STEP_SECONDS) * STEP_SECONDS
    return senses


def changes(senses: list[Senses], staged: list[Staging]) -> list[tuple[float, Staging, Senses]]:
    return [
        (moment.position_seconds, after, moment)
        for moment, (before, after) in zip(senses[1:], pairwise(staged), strict=True)
        if before.scene != after.scene
    ]


@settings(max_examples=60)
@given(courses, st.integers(0, 1000), st.sampled_from([90.0, 128.0, 174.0]))
def test_morphs_wait_cuts_wait_and_cuts_come_on_drops_alone(
    parts: list[tuple[Section | None, float, float, bool]], seed: int, bpm: float
) -> None:
    senses = course(parts, bpm)
    director = Director(seed, ENERGIES)
    staged = [director.direct(each, AUTO) for each in senses]
    last = 0.0
    for at, staging, moment in changes(senses, staged):
        if staging.cut:
            assert moment.drop > 0.7
            assert at - last >= CUT_DWELL_SECONDS - 1e-6
            assert staging.progress == 1
        else:
            assert at - last >= MORPH_DWELL_SECONDS - 1e-6
            assert staging.outgoing is not None
            assert staging.progress == 0
            assert moment.bar is not None
            assert moment.bar % 1 <= STEP_SECONDS * bpm / 240 + 1e-6  # on a bar line
        last = at
    assert all(each.scene != each.outgoing for each in staged)


@settings(max_examples=20)
@given(courses, st.integers(0, 1000))
def test_the_same_seed_and_music_stage_the_same(
    parts: list[tuple[Section | None, float, float, bool]], seed: int
) -> None:
    senses = course(parts, 128.0)
    one, same = Director(seed, ENERGIES), Director(seed, ENERGIES)
    assert [one.direct(each, AUTO) for each in senses] == [
        same.direct(each, AUTO) for each in senses
    ]


def long_set(bpm: float = 128.0) -> list[Senses]:
    parts = [
        (section, 24.0, energy, section is Section.DROP)
        for _ in range(8)
        for section, energy in ((Section.BREAK, 0.2), (Section.BUILD, 0.5), (Section.DROP, 0.9))
    ]
    return course(parts, bpm)


def test_drops_cut_sections_morph_and_many_scenes_come() -> None:
    senses = long_set()
    director = Director(4, ENERGIES)
    staged = [director.direct(each, AUTO) for each in senses]
    found = changes(senses, staged)
    assert sum(staging.cut for _, staging, _ in found) == 8
    assert sum(not staging.cut for _, staging, _ in found) >= 8
    assert len({staging.scene for _, staging, _ in found}) >= 7


def test_drops_get_fiercer_scenes_than_breaks() -> None:
    after: dict[Section, list[float]] = {Section.BREAK: [], Section.DROP: []}
    for seed in range(12):
        senses = long_set()
        director = Director(seed, ENERGIES)
        staged = [director.direct(each, AUTO) for each in senses]
        for _, staging, moment in changes(senses, staged):
            if moment.section in after:
                after[moment.section].append(ENERGIES[staging.scene])
    means = {section: sum(each) / len(each) for section, each in after.items()}
    assert means[Section.DROP] > means[Section.BREAK] + 0.25


def test_nothing_changes_where_the_music_does_not_until_it_has_been_long() -> None:
    senses = course([(Section.DROP, 70.0, 0.6, False)], 128.0)
    director = Director(1, ENERGIES)
    assert len({director.direct(each, AUTO).scene for each in senses}) == 1


def test_a_scene_is_not_stayed_with_for_ever() -> None:
    senses = course([(None, 200.0, 0.3, False)], 128.0)
    director = Director(1, ENERGIES)
    assert len({director.direct(each, AUTO).scene for each in senses}) >= 2


def test_calm_never_cuts() -> None:
    senses = long_set()
    director = Director(4, ENERGIES)
    staged = [director.direct(each, ShowSettings(calm=True)) for each in senses]
    assert not any(each.cut for each in staged)
    assert len({each.scene for each in staged}) > 2


@settings(max_examples=40)
@given(st.sampled_from(SCENES), st.sampled_from(SCENES))
def test_manual_morphs_within_a_second_even_out_of_a_morph(first: str, second: str) -> None:
    director = Director(2, ENERGIES)
    director.direct(heard(0), AUTO)
    at = 0.0
    for scene in (first, second):  # the second while the first is still on its way
        for _ in range(3):
            at += 0.05
            director.direct(heard(at), manual(scene))
    begun = at - 0.15
    while director.direct(heard(at), manual(second)).progress < 1 or at - begun < 0.3:
        at += 0.05
        assert at - begun < 1.2 + MANUAL_MORPH_SECONDS
    staged = director.direct(heard(at + 0.05), manual(second))
    assert staged.scene == second
    assert staged.outgoing is None
    assert at - begun < 1.0


def test_manual_without_a_scene_keeps_what_is_on_whatever_is_heard() -> None:
    senses = long_set()
    director = Director(2, ENERGIES)
    kept = ShowSettings(mode=ShowMode.MANUAL)
    assert len({director.direct(each, kept).scene for each in senses}) == 1
