"""A room's chat as pure state, without I/O."""

from sentiment.chat.config import ChatLimits
from sentiment.chat.floor import Outlet
from sentiment.chat.members import Appointment, Member, NameRules
from sentiment.chat.room import ChatRoom, Ruling
from sentiment.chat.rules import checked_rules

__all__ = [
    "Appointment",
    "ChatLimits",
    "ChatRoom",
    "Member",
    "NameRules",
    "Outlet",
    "Ruling",
    "checked_rules",
]
