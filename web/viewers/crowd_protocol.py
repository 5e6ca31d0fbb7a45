"""The crowd's half of the wire protocol `djuv.v1`: what its events and answers look like.

Pure functions from the types of `core.crowd` to JSON, specified by `docs/protocol.md` (a test holds
the two together).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from core.crowd import (
    ChatMessage,
    ChatRemoved,
    ChatRules,
    ChatRulesChanged,
    ChatTimedOut,
    CrowdEnvelope,
    CrowdEvent,
    CrowdPulse,
    Joined,
    Moment,
    QueuedMessage,
    Refused,
    Said,
)
from web.viewers.protocol import Json, event_payload


def envelope_payload(envelope: CrowdEnvelope) -> bytes:
    """Return the JSON of an event that everybody in the crowd gets."""
    kind, data = event_data(envelope.event)
    return event_payload(kind, envelope.seq, envelope.pts_microseconds, data)


def event_data(event: CrowdEvent) -> tuple[str, Json]:
    """Return an event's type and its `d`.

    Raises
    ------
    TypeError
        If `event` is none of the crowd's.
    """
    try:
        kind, convert = _EVENTS[type(event)]
    except KeyError:
        raise TypeError(f"{type(event).__name__} is not an event of the crowd") from None
    return kind, convert(event)


def joined_payload(joined: Joined, pts_microseconds: int) -> bytes:
    """Return the answer to `join`; the events that were missed follow it."""
    data = {
        "epoch": joined.epoch,
        "from_seq": joined.from_seq,
        "last_seq": joined.last_seq,
        "user": joined.user,
        "name": joined.name,
        "role": joined.role,
        "rules": public_rules_data(joined.rules),
        "silent_seconds": round(joined.silent_seconds, 1),
    }
    return event_payload("joined", 0, pts_microseconds, data)


def said_payload(said: Said, pts_microseconds: int) -> bytes:
    """Return what became of a viewer's own message."""
    data = {
        "key": said.key,
        "action": said.action,
        "message": said.message,
        "code": said.code,
        "retry_after_seconds": said.retry_after_seconds,
        "may_appeal": said.may_appeal,
    }
    return event_payload("said", 0, pts_microseconds, data)


def refused_payload(refused: Refused, of: str, key: str | None, pts_microseconds: int) -> bytes:
    """Return why something was not done; `of` is the type of what was asked."""
    data = {
        "of": of,
        "key": key,
        "code": refused.code,
        "retry_after_seconds": refused.retry_after_seconds,
    }
    return event_payload("refused", 0, pts_microseconds, data)


def queue_payload(waiting: Sequence[QueuedMessage], pts_microseconds: int) -> bytes:
    """Return what waits for a room's moderators; nobody else may be sent it."""
    data = {"waiting": [queued_data(message) for message in waiting]}
    return event_payload("queue", 0, pts_microseconds, data)


def queued_data(queued: QueuedMessage) -> Json:
    """Return one message that waits for a moderator."""
    return {
        "message": queued.message,
        "user": queued.user,
        "name": queued.name,
        "text": queued.text,
        "action": queued.action,
        "reasons": list(queued.reasons),
        "appealed": queued.appealed,
        "sent_unix_ms": queued.sent_unix_ms,
        "offences": queued.offences,
    }


def public_rules_data(rules: ChatRules) -> Json:
    """Return a room's rules without its own list of words, which is not for everybody's eyes."""
    return {
        "levels": rules.levels,
        "slow_seconds": rules.slow_seconds,
        "allowed_sites": list(rules.allowed_sites),
        "emotes_only": rules.emotes_only,
    }


def rules_data(rules: ChatRules) -> Json:
    """Return all of a room's rules, for whoever may change them."""
    return public_rules_data(rules) | {"blocked_words": list(rules.blocked_words)}


def moment_data(moment: Moment) -> Json:
    """Return an epic moment."""
    return {
        "id": moment.id,
        "status": moment.status,
        "start_seconds": round(moment.start_seconds, 3),
        "end_seconds": round(moment.end_seconds, 3),
        "code": moment.code,
        "epoch": moment.epoch,
        "strength": round(moment.strength, 3),
        "hype": _rounded(moment.hype, 1),
        "clip": moment.clip,
        "clip_reason": moment.clip_reason,
    }


def _message(message: ChatMessage) -> Json:
    reply = message.reply
    return {
        "kind": "message",
        "id": message.id,
        "user": message.user,
        "name": message.name,
        "role": message.role,
        "text": message.text,
        "emotes": [
            {"name": emote.name, "start": emote.start, "end": emote.end} for emote in message.emotes
        ],
        "reply": None
        if reply is None
        else {"message": reply.message, "name": reply.name, "text": reply.text},
        "sent_unix_ms": message.sent_unix_ms,
    }


def _removed(removed: ChatRemoved) -> Json:
    return {"kind": "removed", "messages": list(removed.messages), "code": removed.code}


def _timed_out(timed_out: ChatTimedOut) -> Json:
    return {"kind": "timed_out", "user": timed_out.user, "seconds": round(timed_out.seconds, 1)}


def _rules(changed: ChatRulesChanged) -> Json:
    return {"kind": "rules", "rules": public_rules_data(changed.rules)}


def _pulse(pulse: CrowdPulse) -> Json:
    return {
        "hype": _rounded(pulse.hype, 1),
        "reason": pulse.reason,
        "mood": _rounded(pulse.mood, 3),
        "mood_count": pulse.mood_count,
        "chatters": pulse.chatters,
        "messages_per_minute": round(pulse.messages_per_minute, 1),
        "synchrony": _rounded(pulse.synchrony, 3),
        "top_emotes": list(pulse.top_emotes),
        "reactions": pulse.reactions,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


_Conversion: TypeAlias = tuple[str, Callable[[Any], Json]]

_EVENTS: Final[Mapping[type[object], _Conversion]] = {
    ChatMessage: ("chat", _message),
    ChatRemoved: ("chat", _removed),
    ChatTimedOut: ("chat", _timed_out),
    ChatRulesChanged: ("chat", _rules),
    CrowdPulse: ("crowd", _pulse),
    Moment: ("moment", moment_data),
}
