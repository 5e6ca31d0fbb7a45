"""`python -m training.crowd.highlights` finds highlights of broadcasts from their chat alone.

The chats are played back through what ships. Two thresholds are tuned, always on other games than
those measured on; nothing is learnt that ships. Written beside every figure: what a blind guess of
the same kind would find, and what the message rate alone finds in the same run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import DjUniverseError
from sentiment.classifier import Classifier
from sentiment.moments import MomentRules
from training.crowd.highlights_data import Game, read_games
from training.crowd.highlights_events import (
    Count,
    Found,
    Span,
    count,
    found,
    interval,
    spans,
    thrown,
)
from training.crowd.highlights_fit import fitted
from training.crowd.highlights_replay import Reader, feel, reported
from training.crowd.highlights_report import Corpus, Row, write_report
from training.crowd.metrics import area_under_curve
from training.crowd.samples import chat_folder

Values = NDArray[np.float64]
Setting = tuple[float, float]
"""Probability from which a moment is one, and lag in seconds."""

OUTPUT: Final = Path("docs/crowd-evaluation")
FOLDS: Final = 5
SEED: Final = 7
SURE: Final = (0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70)
LAG_SECONDS: Final = (18.0, 21.0, 24.0)
BROADCAST_LAG_SECONDS: Final = 21.0
"""Lag that stands for these broadcasts where nothing is tuned: their reactions peak 20 to 25 s
after what they are about. In a room it is learnt from the sound."""

THROWS: Final = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the report; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m training.crowd.highlights", description=__doc__
    )
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--games", type=int, default=0, help="so many of the games; 0 is all")
    asked = parser.parse_args(arguments)
    try:
        games = read_games(chat_folder())
        measure(games[: asked.games or len(games)], Classifier.load(), asked.output)
    except DjUniverseError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def measure(games: Sequence[Game], reader: Reader, output: Path) -> list[Row]:
    """Play all games back, write what was found, and return it.

    Parameters
    ----------
    games
        At least as many as there are folds.
    reader
        The model.
    output
        Folder of the report.
    """
    felt = {}
    for game in games:
        felt[game.name] = feel(game, reader)
        _say(f"{len(felt)} of {len(games)} games played back")
    parts = folds(games)
    hype = Index(games, {name: each.hype for name, each in felt.items()})
    rate = Index(games, {name: each.rate for name, each in felt.items()})
    learnt = Index(games, fitted(games, felt, parts, round(BROADCAST_LAG_SECONDS)))
    shipped = (MomentRules().sure, BROADCAST_LAG_SECONDS)
    rows = [
        hype.row("tuned on other games", hype.tuned(parts), shipped=True),
        hype.row("shipped", {game.name: shipped for game in games}, shipped=True),
        rate.row("rate, tuned on other games", rate.tuned(parts), shipped=False),
        learnt.row("logistic fitted on other games, not shipped", learnt.tuned(parts)),
    ]
    notes = {"throws": THROWS, "grid": len(SURE) * len(LAG_SECONDS), "sure": shipped[0]}
    write_report(output, _corpus(games), rows, notes)
    for row in rows:
        _say(f"{row.name}: AUC {row.auc:.3f}, F1 {row.found.f1:.3f}, chance {row.chance.f1:.3f}")
    return rows


def folds(games: Sequence[Game]) -> list[list[str]]:
    """Return the names of games that are left out together, each game once."""
    order = np.random.default_rng(SEED).permutation(len(games))
    return [[games[place].name for place in order[fold::FOLDS]] for fold in range(FOLDS)]


@dataclass(frozen=True, slots=True)
class Index:
    """An index of each game's crowd, second by second, and what moments follow from it."""

    games: Sequence[Game]
    of: Mapping[str, Values]

    def tuned(self, parts: Sequence[Sequence[str]]) -> dict[str, Setting]:
        """Return for each game the setting that finds most in the games of other folds."""
        counts = {
            setting: {game.name: self._count(game, setting) for game in self.games}
            for setting in product(SURE, LAG_SECONDS)
        }
        chosen = {}
        for part in parts:
            others = [game.name for game in self.games if game.name not in part]

            def f1(setting: Setting, others: Sequence[str] = others) -> float:
                return found([counts[setting][name] for name in others]).f1

            best = max(counts, key=f1)
            chosen.update(dict.fromkeys(part, best))
        return chosen

    def row(self, name: str, settings: Mapping[str, Setting], *, shipped: bool = False) -> Row:
        """Return what is found with a setting for each game."""
        counts = [self._count(game, settings[game.name]) for game in self.games]
        used = tuple(sorted(set(settings.values())))
        return Row(
            name=name,
            auc=self._auc(settings),
            found=found(counts),
            interval=interval(counts),
            chance=self._chance(settings),
            settings=used,
            shipped=shipped,
        )

    def _moments(self, game: Game, setting: Setting) -> list[Span]:
        sure, lag_seconds = setting
        rules = MomentRules(sure=sure, lag_seconds=lag_seconds)
        return reported(self.of[game.name], game.seconds, rules)

    def _count(self, game: Game, setting: Setting) -> Count:
        return count(self._moments(game, setting), spans(game.labels))

    def _chance(self, settings: Mapping[str, Setting]) -> Found:
        rng = np.random.default_rng(SEED)
        counts = []
        for game in self.games:
            moments, labelled = self._moments(game, settings[game.name]), spans(game.labels)
            counts += [count(thrown(moments, game.seconds, rng), labelled) for _ in range(THROWS)]
        return found(counts)

    def _auc(self, settings: Mapping[str, Setting]) -> float:
        areas = []
        for game in self.games:
            lag = round(settings[game.name][1])
            index = self.of[game.name][lag : lag + game.seconds]
            known = np.isfinite(index)
            truth = game.labels[known]
            if truth.any() and not truth.all():
                areas.append(area_under_curve(truth, index[known]))
        return float(np.mean(areas))


def _corpus(games: Sequence[Game]) -> Corpus:
    seconds = sum(game.seconds for game in games)
    return Corpus(
        games=len(games),
        messages=sum(len(game.messages) for game in games),
        hours=seconds / 3600,
        labelled=sum(len(spans(game.labels)) for game in games),
        share=sum(int(game.labels.sum()) for game in games) / seconds,
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
