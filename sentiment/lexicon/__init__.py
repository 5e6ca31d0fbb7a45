"""What words, emoji and emotes are worth, as lists that people can read and mend."""

from sentiment.lexicon.valence import Valences, valences

__all__ = ["Valences", "valences"]
