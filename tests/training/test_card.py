"""The figures of the model card: right, beside what they are worth, in their place."""

import numpy as np
import pytest

import training.card
from judge.parts import TRANSITION_PARTS
from tests.training.examples import example
from training.card import (
    BEGIN,
    CAVEAT,
    END,
    Figure,
    figures_as_markdown,
    held_out_figures,
    write_figures,
)
from training.dataset import Split
from training.hindsight import HindsightModel
from training.looks import Looks
from training.model import seeded_judge
from training.train import SettledHops

pytestmark = pytest.mark.training


class Believing(HindsightModel):
    """Says what the senses say."""

    def __init__(self) -> None:
        super().__init__((), (), np.ones(15, np.float32), np.ones(10, np.float32))

    def mixed(self, features, senses):
        return senses.copy()


def test_figures_by_hand(monkeypatch):
    rng = np.random.default_rng(0)
    truth = rng.uniform(0, 1, (500, 10)).astype(np.float32)
    windows = rng.uniform(0, 1, (500, 2)).astype(np.float32)
    hops = SettledHops(truth, truth, np.full_like(windows, windows.mean(axis=0)), windows)
    told = np.concatenate((truth, np.zeros((500, 5))), axis=1)
    settled = np.arange(500) % 2 == 0
    looks = Looks(np.zeros((500, 1), np.float32), told, settled, np.zeros(500), np.zeros(500))
    monkeypatch.setattr(training.card, "settled_hops", lambda model, examples: hops)
    monkeypatch.setattr(training.card, "looks_at", lambda examples, seed: looks)
    monkeypatch.setattr(training.card, "senses_at", lambda *_: told)
    figures = held_out_figures(seeded_judge(0), Believing(), [])
    assert figures["technical"].r2 == pytest.approx(1)
    assert figures["technical"].mae_points == pytest.approx(0)
    assert figures["energy"].r2 == pytest.approx(0, abs=1e-4), "saying the mean explains nothing"
    assert figures["energy"].mae_points == pytest.approx(9 / 4, abs=0.15)
    assert figures["energy"].spread_points == pytest.approx(9 / 12**0.5, abs=0.1)
    assert {f"part: {part.value}" for part in TRANSITION_PARTS} <= figures.keys()


def test_a_model_is_examined_on_what_it_is_given():
    sets = [example(seed, hops=120, spans=((40, 60),)) for seed in (0, 1)]
    figures = held_out_figures(seeded_judge(0), Believing(), sets)
    assert len(figures) == 14
    assert all(np.isfinite(figure.r2) for figure in figures.values())


def test_the_table_says_what_it_does_not_show():
    markdown = figures_as_markdown({"energy": Figure(0.5, 0.9, 2.0)}, Split([], [], []))
    assert "| energy | 0.50 | 0.90 | 2.00 |" in markdown
    assert CAVEAT in markdown


def test_figures_replace_figures_and_leave_the_rest(tmp_path):
    page = tmp_path / "MODEL_CARD.md"
    page.write_text("# A card\n\nWords.\n")
    for text in ("first", "second"):
        write_figures(page, text, "unused")
    written = page.read_text()
    assert written.startswith("# A card\n\nWords.\n")
    assert written.count(BEGIN) == written.count(END) == 1
    assert "second" in written
    assert "first" not in written
    write_figures(tmp_path / "new.md", "third", "A title")
    assert (tmp_path / "new.md").read_text().startswith("# A title\n")
