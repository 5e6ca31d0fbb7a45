"""Moderation: rules, word lists and the model's opinion make a verdict that can be explained."""

from sentiment.moderation.lexicon import Lexicon
from sentiment.moderation.member import Member
from sentiment.moderation.moderator import Moderator
from sentiment.moderation.names import FittedName, fit_name, name_key
from sentiment.moderation.offences import Offences
from sentiment.moderation.verdict import ALLOWED, Verdict

__all__ = [
    "ALLOWED",
    "FittedName",
    "Lexicon",
    "Member",
    "Moderator",
    "Offences",
    "Verdict",
    "fit_name",
    "name_key",
]
