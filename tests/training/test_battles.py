"""A data set of battles must be whole, the same again, and go on where it was broken off."""

import hashlib
import json
from dataclasses import replace

import av
import numpy as np
import pytest
from pyarrow import parquet

from core.errors import BadInput
from judge.panels import FACETS
from training.battles import making
from training.battles.__main__ import main
from training.battles.making import FINISHED, make_battles
from training.battles.participants import Mixed, Participant, render_battle
from training.battles.recipe import CORNERS, Recipe, battle
from training.battles.tables import PANEL, PARTICIPANTS, judged, write_tables
from web.calibrating.panel_file import IDS, ORDER, read_panel
from web.calibrating.table import read_table

SHORT = Recipe(battles=2, hops=16, seed=4)


def quietly(finished, before, total):
    return finished


def digests(directory):
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    directory = tmp_path_factory.mktemp("battles")
    make_battles(SHORT, directory, workers=1, track=quietly)
    return directory


def test_battles_are_drawn_each_by_itself():
    for index in range(6):
        small, large = (battle(Recipe(battles=n), index) for n in (10, 1_000))
        assert small.battle_id == large.battle_id and small.split == large.split
        for one, other in zip(small.participants, large.participants, strict=True):
            assert one.seed == other.seed and one.nuisances == other.nuisances
        first, second = small.participants
        assert first.seed != second.seed
        assert first.style.genre == second.style.genre == small.genre
        assert first.nuisances == second.nuisances
    splits = [battle(Recipe(), index).split for index in range(300)]
    assert 0.73 < splits.count("train") / 300 < 0.87


def test_sound_and_truth_of_every_participant_are_there(made):
    rows = parquet.read_table(made / PARTICIPANTS).to_pylist()
    assert [row["participant_id"] for row in rows] == [
        f"battle-{index:05d}-{corner}" for index in range(2) for corner in CORNERS
    ]
    for row in rows:
        sound = made / row["audio_url"]
        assert hashlib.sha256(sound.read_bytes()).hexdigest() == row["audio_sha256"]
        with av.open(str(sound)) as file:
            seconds = sum(frame.samples for frame in file.decode(audio=0)) / 48_000
        assert seconds == pytest.approx(8.0, abs=0.1)
        for facet in ("energy", "creativity"):
            assert 1 <= row[f"true_{facet}"] <= 10
        said = [score["overall"] for score in row["human_scores"]]
        assert 5 <= len(said) <= 7
        assert row["avg_human_score"] == pytest.approx(np.mean(said))


def test_what_is_true_of_a_set_is_told_in_the_guides_words(tmp_path):
    recipe = Recipe(hops=90, seed=4)
    first, second = render_battle(battle(recipe, 0), recipe.hops, tmp_path)
    assert first.transitions and second.transitions
    for mixed in (*first.transitions, *second.transitions):
        assert mixed.start_time >= 0 and mixed.start_time + mixed.duration <= 45
        for name in ("beat_match_accuracy", "harmonic_compatibility", "transition_smoothness"):
            assert 0 <= getattr(mixed, name) <= 1
    assert all(1 <= value <= 10 for value in (*first.true_values, *second.true_values))
    assert min(first.true_values[:4]) < first.true_values[4] < max(first.true_values[:4])


def test_the_panel_is_one_that_calibration_reads(made):
    panel, sets = read_panel(read_table(made / PANEL, IDS, (*FACETS, ORDER)))
    assert len(sets) == 4 and len(panel.judges) >= 5


def test_what_is_made_does_not_depend_on_the_workers(made, tmp_path):
    make_battles(SHORT, tmp_path, workers=2, track=quietly)
    assert digests(tmp_path) == digests(made)


def test_what_was_broken_off_is_finished_and_the_rest_is_kept(made, tmp_path, monkeypatch):
    def broken_off(finished, before, total):
        for index in finished:
            yield index
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_battles(SHORT, tmp_path, workers=1, track=broken_off)
    assert [note.name for note in (tmp_path / FINISHED).iterdir()] == ["00000.json"]
    assert not (tmp_path / PARTICIPANTS).exists()
    (tmp_path / "audio" / "battle-00001-red.part").write_bytes(b"half a set")
    rendered = []
    render = making.render_battle
    monkeypatch.setattr(
        making, "render_battle", lambda each, *rest: rendered.append(each) or render(each, *rest)
    )
    make_battles(SHORT, tmp_path, workers=1, track=quietly)
    assert [each.battle_id for each in rendered] == ["battle-00001"]
    assert digests(tmp_path) == digests(made)


def test_another_data_set_is_not_written_over(made):
    with pytest.raises(BadInput, match="another length or seed, or made by"):
        make_battles(replace(SHORT, seed=5), made, workers=1, track=quietly)


def participant(index, corner, values):
    return Participant(
        battle_id=f"battle-{index:05d}",
        participant_id=f"battle-{index:05d}-{corner}",
        genre="house",
        split="train",
        seed=index,
        audio_url="audio/none.opus",
        audio_sha256="0" * 64,
        duration_seconds=60.0,
        nuisances=(),
        transitions=(Mixed(10.0, 20.0, 0.5, 1.0, 0.8), Mixed(40.0, 15.0, 1.0, 0.5, 0.9)),
        creative_techniques=("loop_roll",),
        true_values=values,
    )


def test_tables_keep_what_is_not_known_empty(tmp_path):
    everybody = [
        participant(0, "red", (None, None, 6.0, 4.0, None)),
        participant(0, "blue", (8.0, 7.0, 6.0, 4.0, 6.4)),
    ]
    write_tables(everybody, 0, tmp_path)
    unknown, known = parquet.read_table(tmp_path / PARTICIPANTS).to_pylist()
    assert unknown["true_technical"] is None and unknown["true_overall"] is None
    assert all(score["technical"] is None for score in unknown["human_scores"])
    assert all(score["technical"] is not None for score in known["human_scores"])
    assert known["mixing_data"]["overall_beat_matching"] == pytest.approx(0.75)
    assert known["mixing_data"]["creative_techniques"] == ["loop_roll"]
    assert judged(everybody, 0) == judged(everybody, 0) != judged(everybody, 1)


def test_the_command_says_what_it_made_and_what_it_refuses(tmp_path, monkeypatch, capsys):
    notes = []

    def quick(each, hops, directory):
        notes.append((each.battle_id, hops))
        return [
            participant(int(each.battle_id[-5:]), c, (8.0, 7.0, 6.0, 4.0, 6.4)) for c in CORNERS
        ]

    monkeypatch.setattr(making, "render_battle", quick)
    command = ["--output", str(tmp_path), "--workers", "1"]
    assert main([*command, "--tiny"]) == 0
    assert notes == [("battle-00000", 80), ("battle-00001", 80)]
    assert "2 battles" in capsys.readouterr().err
    assert main([*command, "--battles", "3", "--seconds", "40"]) == 0
    assert notes[2:] == [("battle-00002", 80)]
    assert main([*command, "--seconds", "50"]) == 2
    assert json.loads((tmp_path / "recipe.json").read_text())["hops"] == 80
    assert "another length" in " ".join(capsys.readouterr().err.split())
