"""One message read by itself: as the first of somebody in a room that nobody else is in.

For the command line, for evaluation, and for whoever wants to know what the chat would do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.crowd import Action, ChatRules
from sentiment.classifier import Classifier
from sentiment.moderation import Lexicon, Member, Moderator
from sentiment.opinion import Opinion
from sentiment.text import FoldedText, fold


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """What is known of one message, and what would become of it."""

    text: FoldedText
    opinion: Opinion
    action: Action
    reasons: tuple[str, ...]  # axes and rules, the strongest first

    def plain(self) -> dict[str, object]:
        """Return it as `python -m sentiment` writes it."""
        return {
            "text": self.text.raw,
            "sentiment": round(self.opinion.sentiment, 4),
            "label": self.opinion.label,
            "toxicity": round(self.opinion.toxicity, 4),
            "spam": round(self.opinion.spam, 4),
            "language": self.opinion.language,
            "action": self.action.value,
            "reasons": list(self.reasons),
        }


class MessageReader:
    """Reads messages that have nothing to do with each other.

    Parameters
    ----------
    classifier
        The model.
    rules
        What is allowed; the usual rules by default.
    """

    def __init__(self, classifier: Classifier, rules: ChatRules | None = None) -> None:
        self._classifier = classifier
        self._rules = rules or ChatRules()
        self._lexicon = Lexicon.shipped()

    def read(self, messages: Sequence[str]) -> Iterator[ReadMessage]:
        """Yield what each message is, in order."""
        texts = [fold(message) for message in messages]
        heard = [self._lexicon.read(text) for text in texts]
        opinions = self._classifier.read(texts, heard)
        for text, lists, opinion in zip(texts, heard, opinions, strict=True):
            # A room and a member of its own: what came before must not count.
            verdict = Moderator(self._lexicon).judge(
                text, opinion, Member(), self._rules, now_seconds=0.0, heard=lists
            )
            yield ReadMessage(text, opinion, verdict.action, verdict.reasons)
