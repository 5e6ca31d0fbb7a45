"""Public sets are read as their authors published them, and nothing is read twice."""

from pathlib import Path

import pytest

from core.errors import BadInput
from training.crowd.samples import (
    Sample,
    chat_folder,
    own_samples,
    training_samples,
    without_repeats,
)

GOLD = "id_obs,coder_1,coder_2,text\n1,1,1,eres tonto @ana @luis mira\n2,1,0,vaya\n3,NA,1,nada\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for language in ("english", "spanish"):
        base = tmp_path / "train" / "umsab-sentiment" / language
        base.mkdir(parents=True)
        for part in ("train", "val"):
            (base / f"{part}_text.txt").write_text('it\\u2019s ""so"" good\nmeh\n')
            (base / f"{part}_labels.txt").write_text("2\n1\n")
    davidson = tmp_path / "train" / "davidson-hate-offensive" / "data"
    davidson.mkdir(parents=True)
    (davidson / "labeled_data.csv").write_text(
        ",count,class,tweet\n0,3,2,!!! RT @somebody: hello &amp; bye http://t.co/x\n1,3,0,bad\n"
    )
    surge = tmp_path / "train" / "surge-toxicity"
    surge.mkdir()
    (surge / "toxicity_en.csv").write_text('text,is_toxic\n"you fool",Toxic\n"fine",Not Toxic\n')
    gold = tmp_path / "train" / "gold-standard-toxicity-es" / "data" / "tidy"
    gold.mkdir(parents=True)
    for name in ("goldstd_Convention.csv", "goldstd_protests.csv"):
        (gold / name).write_text(GOLD)
    return tmp_path


def test_every_set_is_read_in_one_form(folder: Path) -> None:
    samples = list(training_samples(folder))
    first = samples[0]
    assert first.text == 'it’s "so" good'
    assert (first.sentiment, first.language, first.toxic) == (1, "en", None)
    davidson = [each for each in samples if each.source == "davidson"]
    assert [each.text for each in davidson] == ["hello & bye", "bad"]
    assert [(each.toxic, each.target) for each in davidson] == [(0.0, "none"), (1.0, "group")]
    assert [each.toxic for each in samples if each.source == "surge"] == [1.0, 0.0]
    gold = [each for each in samples if each.source == "gold-es"]
    assert [each.toxic for each in gold] == [1.0, 0.5] * 2
    assert gold[0].text == "eres tonto @user mira"


def test_repeats_become_one_that_knows_all() -> None:
    one = Sample("Good  set!", "a", sentiment=1)
    two = Sample("good set", "b", toxic=0.0)
    (merged,) = without_repeats([one, two])
    assert (merged.source, merged.sentiment, merged.toxic) == ("a", 1, 0.0)


def test_without_the_folder_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DJUV_CHAT", str(tmp_path))
    with pytest.raises(BadInput, match="DJUV_CHAT"):
        chat_folder()


def test_the_projects_own_messages_are_labelled_whole() -> None:
    own = list(own_samples())
    assert len(own) >= 2_000
    assert all(
        None not in (each.sentiment, each.toxic, each.target, each.spam, each.language)
        for each in own
    )
