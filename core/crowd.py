"""What the rooms tell each other of the crowd: chat, its pulse, and epic moments.

The crowd of a room has an order of its own, apart from any set's: people talk before, between and
after sets. One process *hosts* the crowd of a room and gives out its sequence numbers; others ask
it through a `CrowdDoor` and hear of it by `CrowdEnvelope`. Nothing here is ever recorded: chat
text lives in memory only.

Codes (`code`, `reason`) are slugs that pages translate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias


class Role(StrEnum):
    """What somebody may do in a room's chat."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    DJ = "dj"


class Axis(StrEnum):
    """What moderation looks at, each with a level of its own."""

    INSULT = "insult"  # somebody is insulted, demeaned or harassed
    HATE = "hate"  # a group is, for what its people are
    THREAT = "threat"  # harm is wished or announced
    SEXUAL = "sexual"  # sexual content or propositions
    SWEARING = "swearing"  # bad language at nobody
    SPAM = "spam"  # adverts, scams, begging
    LINKS = "links"  # addresses beyond those allowed
    FLOOD = "flood"  # rate, repetition, walls of symbols that are no hype


class Action(StrEnum):
    """What becomes of a message, from mild to strict."""

    ALLOW = "allow"
    HOLD = "hold"  # nobody sees it until a moderator approves
    DELETE = "delete"  # nobody sees it; its author may appeal
    TIME_OUT = "time_out"  # deleted, and its author is silent for a while


class Reaction(StrEnum):
    """A tap to cheer."""

    FIRE = "fire"
    HEART = "heart"
    HANDS = "hands"
    WOW = "wow"
    BOO = "boo"


class Deed(StrEnum):
    """What a moderator can do."""

    APPROVE = "approve"  # show a held message, or grant an appeal
    DENY = "deny"
    DELETE = "delete"  # take a shown message away
    TIME_OUT = "time_out"
    UNDO = "undo"  # the last deed on this message or user, while its text is still held
    CLEAR = "clear"  # the whole chat


class MomentStatus(StrEnum):
    """How sure a moment is."""

    PROVISIONAL = "provisional"  # the sound says so
    CONFIRMED = "confirmed"  # the crowd does too
    WITHDRAWN = "withdrawn"  # the crowd did not


EMOTE_NAME_MOST = 24

EMOTE_NAME = f"[a-z0-9_]{{2,{EMOTE_NAME_MOST}}}"
"""An emote's name, which stands between colons in a message; a regular expression."""

LEVEL_MOST = 4
"""Levels run from 0, where an axis is not looked at, to 4, the strictest."""


@dataclass(frozen=True, slots=True)
class ChatRules:
    """How a room's chat is kept; its DJ and moderators change it."""

    levels: dict[str, int] = field(
        default_factory=lambda: {
            "insult": 2, "hate": 3, "threat": 3, "sexual": 2,
            "swearing": 0, "spam": 2, "links": 2, "flood": 2,
        }
    )  # fmt: skip
    slow_seconds: float = 0.0  # least time between two messages of one viewer; 0 is none
    allowed_sites: tuple[str, ...] = ()  # registered names such as "soundcloud.com"
    blocked_words: tuple[str, ...] = ()  # the room's own, whole words
    emotes_only: bool = False


@dataclass(frozen=True, slots=True)
class EmoteSpan:
    """An emote within a message's text: `text[start:end]` is its `:name:`."""

    name: str
    start: int  # of Unicode code points
    end: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What a reply answers, as it was shown."""

    message: str  # id
    name: str
    text: str  # its beginning


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message that everybody may see."""

    id: str
    user: str  # salted, rotating hash of the person; means nothing tomorrow
    name: str
    role: Role
    text: str
    emotes: tuple[EmoteSpan, ...]
    reply: Quote | None
    sent_unix_ms: int


@dataclass(frozen=True, slots=True)
class ChatRemoved:
    """Messages that are shown no more: the pages take them away, and the history has."""

    messages: tuple[str, ...]  # ids
    code: str  # "deleted", "timed_out", "cleared"


@dataclass(frozen=True, slots=True)
class ChatTimedOut:
    """A user is silent for a while, or (0 seconds) no longer."""

    user: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ChatRulesChanged:
    """The chat is kept otherwise from now on."""

    rules: ChatRules


@dataclass(frozen=True, slots=True)
class CrowdPulse:
    """The crowd as a whole, once a second. What is not known is None, with `reason`."""

    hype: float | None  # 0-100
    reason: str | None  # why there is no hype index: "too_few", "warming_up"
    mood: float | None  # -1 to 1, mean of what people said of late; one user is one voice
    mood_count: int  # of users behind it
    chatters: int  # users who spoke or cheered of late
    messages_per_minute: float
    synchrony: float | None  # 0-1: how likely two of the latest emotes are the same
    top_emotes: tuple[str, ...]
    reactions: dict[str, int]  # Reaction -> users who gave it of late


@dataclass(frozen=True, slots=True)
class Moment:
    """An epic moment. The same `id` comes again as it changes; the last one counts."""

    id: str
    status: MomentStatus
    start_seconds: float  # of the moment itself on the media clock, not of the reaction
    end_seconds: float
    code: str  # "drop", "peak", "change", "crowd": what it was
    epoch: str  # the set
    strength: float  # 0-1
    hype: float | None  # highest index of the reaction
    clip: str | None = None  # id of the clip, once it is cut
    clip_reason: str | None = None  # why there is none


CrowdEvent: TypeAlias = (
    ChatMessage | ChatRemoved | ChatTimedOut | ChatRulesChanged | CrowdPulse | Moment
)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class CrowdEnvelope:
    """An event of a room's crowd; `seq` counts from 1 without gaps within `epoch`."""

    room: str
    epoch: str  # of the crowd: new when its host starts, and with every new salt
    seq: int
    pts_microseconds: int  # the set's media clock then; 0 where nobody plays
    event: CrowdEvent


# What is asked of a room's crowd. `person` is a digest of the secret that a browser keeps; the
# host salts it once more, so that what leaves it cannot be traced back.


@dataclass(frozen=True, slots=True)
class Join:
    """Read the chat and, with a name, speak in it."""

    room: str
    person: str | None  # None reads only
    name: str | None
    address: str  # a digest of where from, for limits
    credential: str | None = None  # a stream key, or a moderator's pass
    epoch: str | None = None  # of the last event seen
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Joined:
    """Who one is, and what one missed."""

    epoch: str
    from_seq: int  # from here on there is no gap
    last_seq: int
    events: tuple[CrowdEnvelope, ...]  # oldest first
    rules: ChatRules
    user: str | None = None
    name: str | None = None
    role: Role = Role.VIEWER
    silent_seconds: float = 0.0  # left of a time-out


@dataclass(frozen=True, slots=True)
class Say:
    """Say something. The same `key` of the same person comes through once, however often sent."""

    room: str
    person: str
    key: str  # the client's own name for the message
    text: str
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What became of a message. `code` says why it is not shown."""

    key: str
    action: Action
    message: str | None  # id, where it is shown or held
    code: str | None = None  # such as "held", "insult", "slow_mode", "timed_out", "not_joined"
    retry_after_seconds: float | None = None
    may_appeal: bool = False


@dataclass(frozen=True, slots=True)
class Cheer:
    """React with a tap."""

    room: str
    person: str
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class Appeal:
    """Ask a moderator to look at one's own message again."""

    room: str
    person: str
    key: str  # of the message, as in `Say`


@dataclass(frozen=True, slots=True)
class Moderate:
    """Do something as a moderator; names a message or a user."""

    room: str
    person: str
    deed: Deed
    message: str | None = None
    user: str | None = None
    seconds: float | None = None  # of a time-out


@dataclass(frozen=True, slots=True)
class Configure:
    """Keep the chat otherwise."""

    room: str
    person: str
    rules: ChatRules


@dataclass(frozen=True, slots=True)
class ReadQueue:
    """Show what waits for a moderator, and what was done of late."""

    room: str
    person: str


@dataclass(frozen=True, slots=True)
class ReadMoments:
    """Show a room's epic moments, without its chat: anybody may ask."""

    room: str


@dataclass(frozen=True, slots=True)
class Moments:
    """The latest moments, the newest first."""

    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """What a moderator has to look at."""

    message: str  # id
    user: str
    name: str
    text: str
    action: Action  # what the machine did
    reasons: tuple[str, ...]  # axes and rules behind it, the strongest first
    appealed: bool
    sent_unix_ms: int
    offences: int  # of the user so far


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One decision, of the machine or of a moderator; kept for a short time."""

    at_unix_seconds: float
    room: str
    actor: str  # "machine", or the moderator's name
    deed: str  # an Action or a Deed
    user: str
    name: str
    text: str | None
    reasons: tuple[str, ...]
    message: str | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits, oldest first, and the latest decisions, newest first."""

    waiting: tuple[QueuedMessage, ...]
    decisions: tuple[AuditEntry, ...]
    rules: ChatRules


@dataclass(frozen=True, slots=True)
class Done:
    """It was done."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not."""

    code: str  # "not_joined", "not_allowed", "name_taken", "name_unfit", "unknown_message", "busy"
    retry_after_seconds: float | None = None


CrowdRequest: TypeAlias = (
    Join | Say | Cheer | Appeal | Moderate | Configure | ReadQueue | ReadMoments
)
CrowdReply: TypeAlias = Joined | Said | Queue | Moments | Done | Refused


class CrowdDoor(Protocol):
    """The way to a room's crowd, in this process or another."""

    async def ask(self, request: CrowdRequest) -> CrowdReply:
        """Ask for something; bounded in time.

        Raises
        ------
        core.errors.BusUnavailable
            If the crowd's host cannot be reached just now.
        """
        ...

    def listen(self, room: str, accept: Callable[[CrowdEnvelope], None]) -> Callable[[], None]:
        """Hear a room's crowd from now on; return what ends that.

        `accept` must return at once. Envelopes come in order; a gap in `seq` or a new epoch means
        that some were lost on the way, and that `Join` with the last seen `seq` brings them.
        """
        ...

    def listen_queue(
        self, room: str, accept: Callable[[Sequence[QueuedMessage]], None]
    ) -> Callable[[], None]:
        """Hear what waits for a room's moderators whenever that changes; return what ends that."""
        ...
