"""Chat text made comparable: folded past disguises, cut into words, its language guessed."""

from sentiment.text.emotes import emote_spans
from sentiment.text.folding import FoldedText, fold

__all__ = ["FoldedText", "emote_spans", "fold"]
