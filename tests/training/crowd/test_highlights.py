import json
import os
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadInput
from sentiment.classifier import Classifier
from sentiment.moments import MomentRules
from tests.training.crowd.broadcasts import HIGHLIGHTS, LAG_SECONDS, SECONDS, PlainReader, write
from training.crowd.highlights import FOLDS, Index, folds, main, measure
from training.crowd.highlights_data import read_games
from training.crowd.highlights_events import count, found, spans
from training.crowd.highlights_fit import fitted
from training.crowd.highlights_replay import AFTER_SECONDS, feel, rate_index, reported

REAL = Path(os.environ.get("DJUV_CHAT", "nowhere"))


@pytest.fixture(scope="module")
def games(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chat")
    write(folder, 6)
    return read_games(folder)


@pytest.fixture(scope="module")
def felt(games):
    return {game.name: feel(game, PlainReader()) for game in games}


def test_games_are_read_as_written(games) -> None:
    assert [game.name for game in games] == [f"game{place}" for place in range(6)]
    assert games[0].seconds == SECONDS
    assert spans(games[0].labels) == list(HIGHLIGHTS)
    seconds = [at_seconds for at_seconds, _ in games[0].messages]
    assert seconds == sorted(seconds)


def test_games_that_are_not_there_are_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="highlights"):
        read_games(tmp_path)


def test_a_game_is_felt_to_its_end_and_a_little_longer(games, felt) -> None:
    of_first = felt["game0"]
    assert (
        len(of_first.hype) == len(of_first.rate) == len(of_first.signs) == SECONDS + AFTER_SECONDS
    )
    assert np.isnan(of_first.hype[:60]).all() and np.isnan(of_first.rate[:60]).all()
    assert np.isfinite(of_first.hype[100:SECONDS]).all()


def test_nothing_is_heard_before_it_was_said(games, felt) -> None:
    first = games[0]
    half = type(first)(first.name, first.labels, tuple(m for m in first.messages if m[0] < 350))
    early = feel(half, PlainReader())
    assert np.array_equal(early.hype[:350], felt["game0"].hype[:350], equal_nan=True)
    assert not np.array_equal(early.hype[350:], felt["game0"].hype[350:], equal_nan=True)
    assert np.array_equal(rate_index(half)[:350], felt["game0"].rate[:350], equal_nan=True)


def test_what_is_planted_is_found(games, felt) -> None:
    rules = MomentRules(lag_seconds=float(LAG_SECONDS))
    counts = [
        count(reported(felt[game.name].hype, game.seconds, rules), spans(game.labels))
        for game in games
    ]
    assert found(counts).f1 > 0.9


def test_a_shuffled_index_finds_no_more_than_chance(games, felt) -> None:
    rng = np.random.default_rng(5)
    shuffled = {name: rng.permutation(each.hype) for name, each in felt.items()}
    row = Index(games, shuffled).row("shuffled", dict.fromkeys(felt, (0.65, 21.0)))
    assert row.auc == pytest.approx(0.5, abs=0.08)
    assert row.found.f1 < row.chance.f1 + 0.25


def test_each_game_is_left_out_once(games) -> None:
    parts = folds(games)
    assert len(parts) == FOLDS
    assert sorted(name for part in parts for name in part) == [game.name for game in games]


def with_labels_flipped(games, names):
    return [
        type(game)(game.name, ~game.labels, game.messages) if game.name in names else game
        for game in games
    ]


def test_settings_are_chosen_on_other_games(games, felt) -> None:
    hype, part = {name: each.hype for name, each in felt.items()}, folds(games)[0]
    before = Index(games, hype).tuned(folds(games))
    after = Index(with_labels_flipped(games, part), hype).tuned(folds(games))
    assert all(after[name] == before[name] for name in part)
    assert after != before  # those that were tuned on flipped games


def test_a_fitted_logistic_never_sees_the_game_it_is_tried_on(games, felt) -> None:
    parts = folds(games)
    name = parts[0][0]
    before = fitted(games, felt, parts, LAG_SECONDS)[name]
    flipped = with_labels_flipped(games, parts[0])
    assert np.array_equal(fitted(flipped, felt, parts, LAG_SECONDS)[name], before)


def test_the_report_says_what_was_measured(games, tmp_path: Path) -> None:
    rows = measure(games, PlainReader(), tmp_path)
    document = json.loads((tmp_path / "highlights.json").read_text(encoding="utf-8"))
    text = (tmp_path / "highlights.md").read_text(encoding="utf-8")
    assert document["corpus"]["games"] == 6
    assert [row["shipped"] for row in document["rows"]] == [True, True, False, False]
    assert document["rows"][0]["found"]["f1"] == rows[0].found.f1
    assert document["met"] == (rows[0].found.f1 >= 0.6)
    assert rows[0].found.f1 > rows[0].chance.f1 + 0.2
    for row in rows:
        assert row.interval[0] <= row.found.f1 <= row.interval[1]
        assert row.name in text and f"{row.chance.f1:.3f}" in text
    assert "{" not in text.replace("{}", "")


def test_without_data_it_says_what_to_set(monkeypatch, capsys) -> None:
    monkeypatch.delenv("DJUV_CHAT", raising=False)
    assert main([]) == 2
    assert "DJUV_CHAT" in capsys.readouterr().err


@pytest.mark.skipif(
    not (REAL / "dev" / "highlights" / "chat.tsv.gz").is_file(),
    reason="data absent: name the folder of chats in DJUV_CHAT",
)
def test_real_highlights_are_found_beyond_chance() -> None:
    games = read_games(REAL)[:4]
    reader = Classifier.load()
    index = Index(games, {game.name: feel(game, reader).hype for game in games})
    row = index.row("shipped", {game.name: (MomentRules().sure, 21.0) for game in games})
    assert row.auc > 0.65
    assert row.found.f1 > row.chance.f1 + 0.05
