"""Scoring: the conclusions drawn from what was heard and what the model thinks."""

from judge.scoring.scorer import SetScorer
from judge.scoring.weights import GENRE_WEIGHTS

__all__ = ["GENRE_WEIGHTS", "SetScorer"]
