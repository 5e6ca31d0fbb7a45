"""Judges messages of one room, one at a time, before anybody sees them.

Nothing here waits, reads a clock or keeps a text. The room's `Moderator` remembers hashes of what
was said of late; each user's `Member` remembers their rate and offences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.crowd import Action, Axis, ChatRules, EmoteSpan, Role
from sentiment.moderation.case import Case, Finding
from sentiment.moderation.levels import GRAVE, MODEL_LEAST, STRENGTHS, level_of, model_scores
from sentiment.moderation.lexicon import Heard, Lexicon, holds_blocked
from sentiment.moderation.links import Standing, addresses, standing_of
from sentiment.moderation.member import Member
from sentiment.moderation.offences import GRAVE as GRAVE_OFFENCE
from sentiment.moderation.offences import SLIGHT as SLIGHT_OFFENCE
from sentiment.moderation.personal import EMAIL, PHONE, personal_data
from sentiment.moderation.repeats import (
    REPEATS_MOST,
    USERS_MOST,
    RoomTexts,
    saying_of,
    times_said,
)
from sentiment.moderation.shapes import LENGTH_MOST, odd_shape
from sentiment.moderation.verdict import ALLOWED, Verdict
from sentiment.opinion import Opinion
from sentiment.text.emotes import EMOTE
from sentiment.text.folding import FoldedText

HYPE_MOMENT: Final = 60.0
"""Hype index, 0-100, from which the crowd may paste and repeat as it likes."""

FLOOD_COUNTED_EVERY_SECONDS: Final = 10.0
"""Messages too many within this time are one offence: who is excited is not punished ten times."""

_LINK_SCORES: Final = {
    Standing.ALLOWED: 0.0,
    Standing.KNOWN: 0.3,
    Standing.UNKNOWN: 0.7,
    Standing.SHADY: 0.95,
}
PERSONAL_SCORE: Final = 0.7
"""Of what leads to a person, on the axis of links: it waits at the usual level."""

PERSONAL: Final = "personal"
"""Code of what is not shown since it leads to a person."""

_GRAVE_AXES: Final = frozenset({Axis.HATE, Axis.THREAT})
_PERSONAL_RULES: Final = frozenset({EMAIL, PHONE})
_PICTURES: Final = re.compile(
    "[\u200d\ufe0e\ufe0f\u20e3\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)


class Moderator:
    """Judges the messages of one room.

    Parameters
    ----------
    lexicon
        The word lists; those that ship by default.
    """

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self._lexicon = lexicon or Lexicon.shipped()
        self._texts = RoomTexts()

    def judge(
        self,
        text: FoldedText,
        opinion: Opinion | None,
        member: Member,
        rules: ChatRules,
        now_seconds: float,
        *,
        hype: float | None = None,
        emotes: Sequence[EmoteSpan] | None = None,
        heard: Heard | None = None,
    ) -> Verdict:
        """Return what becomes of a message; its author's `member` remembers it.

        Parameters
        ----------
        text
            The message.
        opinion
            What the model thinks of it; None where there is no model, then the rules decide alone.
        member
            Its author.
        rules
            Of the room.
        now_seconds
            Monotonic.
        hype
            The room's hype index, 0-100; None where there is none.
        emotes
            Where in the shown text the room's emotes are; without, whatever looks like one counts.
        heard
            What the lists say of the message, where they have been asked already.
        """
        if heard is None:
            heard = self._lexicon.read(text)
        if heard.unlawful:
            return _unlawful(member, now_seconds)
        if member.role is not Role.VIEWER:
            return _of_the_house(heard)
        if refused := _unreadable(text, rules, emotes):
            return Verdict(Action.DELETE, (refused,), refused)
        case = Case(model_scores(opinion) if opinion is not None else {})
        self._hear(case, text, heard, rules)
        wait_seconds = self._watch_flood(
            case, text, member, rules, now_seconds=now_seconds, hype=hype or 0.0
        )
        if holds_blocked(text, rules.blocked_words):
            return _blocked(case, member, now_seconds)
        if not case.scores and max(case.model.values(), default=0.0) < MODEL_LEAST:
            return ALLOWED
        return _decided(case, member, rules, now_seconds, wait_seconds)

    def _hear(self, case: Case, text: FoldedText, heard: Heard, rules: ChatRules) -> None:
        """Charge what the words and the addresses say."""
        for axis in heard.strengths:
            case.charge(axis, "word_list", heard.score(axis))
        personal = personal_data(text)
        if personal is not None:
            case.charge(Axis.LINKS, personal, PERSONAL_SCORE)
        found = addresses(text)
        if not found:
            return
        worst = max(standing_of(each, text.shown, rules.allowed_sites) for each in found)
        rule = "shady_address" if worst is Standing.SHADY else "address"
        case.charge(Axis.LINKS, rule, _LINK_SCORES[worst])
        if worst >= Standing.UNKNOWN and Axis.SPAM in heard.strengths:
            # What begs or sells and brings an address to go to: a step more.
            step = min(3, heard.strengths[Axis.SPAM] + 1)
            case.charge(Axis.SPAM, "address", STRENGTHS[step])

    def _watch_flood(
        self,
        case: Case,
        text: FoldedText,
        member: Member,
        rules: ChatRules,
        *,
        now_seconds: float,
        hype: float,
    ) -> float | None:
        """Charge flooding; return how long too early the message came, or None.

        Only a user's rate is looked at whatever the hype; in a moment of hype walls, copypasta and
        repeats are the crowd's voice.
        """
        level = level_of(rules, Axis.FLOOD)
        wait_seconds = member.bucket.pour(level, 1.0 + hype / 100.0, now_seconds)
        if wait_seconds is not None:
            case.charge(Axis.FLOOD, "rate", 1.0)
        moment = hype >= HYPE_MOMENT
        if moment and Axis.SPAM not in case.scores and Axis.LINKS not in case.scores:
            case.model.pop(Axis.SPAM, None)  # the model takes copypasta for spam
        shape = odd_shape(text, min(level, 1) if moment else level)
        if shape is not None:
            case.charge(Axis.FLOOD, shape, 1.0)
        self._watch_repeats(case, text, member, now_seconds, 0 if moment else level)
        return wait_seconds

    def _watch_repeats(
        self, case: Case, text: FoldedText, member: Member, now_seconds: float, level: int
    ) -> None:
        saying = saying_of(text, now_seconds)
        if saying is None:
            return
        times = times_said(saying, member.sayings)
        member.sayings.append(saying)
        users = self._texts.note(saying) if times == 0 else 0
        if level and times >= REPEATS_MOST[level]:
            case.charge(Axis.FLOOD, "repeated", 1.0)
        elif USERS_MOST[level] and users > USERS_MOST[level]:
            case.charge(Axis.FLOOD, "copied", 0.5)


def _decided(
    case: Case,
    member: Member,
    rules: ChatRules,
    now_seconds: float,
    wait_seconds: float | None,
) -> Verdict:
    findings = case.findings(rules)
    if not findings:
        return ALLOWED
    reasons = _reasons(findings)
    weight = _weight(findings, member, now_seconds)
    seconds = member.offences.note(weight, now_seconds) if weight else 0.0
    return Verdict(
        Action.TIME_OUT if seconds > 0.0 else findings[0].action,
        reasons,
        PERSONAL if _PERSONAL_RULES.issuperset(findings[0].rules) else reasons[0],
        timeout_seconds=seconds,
        weight=weight,
        retry_after_seconds=wait_seconds,
        scores=case.summary(),
    )


def _blocked(case: Case, member: Member, now_seconds: float) -> Verdict:
    """Return the verdict on one of the room's own words."""
    seconds = member.offences.note(SLIGHT_OFFENCE, now_seconds)
    return Verdict(
        Action.TIME_OUT if seconds > 0.0 else Action.DELETE,
        ("blocked_word",),
        "blocked_word",
        timeout_seconds=seconds,
        weight=SLIGHT_OFFENCE,
        scores=case.summary(),
    )


def _unlawful(member: Member, now_seconds: float) -> Verdict:
    """Return the verdict on what no room may show, whoever says it."""
    seconds = member.offences.note(GRAVE_OFFENCE, now_seconds)
    time_out = member.role is Role.VIEWER
    return Verdict(
        Action.TIME_OUT if time_out else Action.DELETE,
        (Axis.SEXUAL.value, "unlawful"),
        Axis.SEXUAL.value,
        timeout_seconds=seconds if time_out else 0.0,
        weight=GRAVE_OFFENCE,
        scores=((Axis.SEXUAL, 1.0),),
    )


def _of_the_house(heard: Heard) -> Verdict:
    """Return the verdict on a moderator's or the DJ's message: free but for threats and hate."""
    grave = [axis for axis in (Axis.THREAT, Axis.HATE) if heard.score(axis) >= GRAVE]
    if not grave:
        return ALLOWED
    return Verdict(
        Action.DELETE,
        (grave[0].value, "word_list"),
        grave[0].value,
        scores=tuple((axis, heard.score(axis)) for axis in grave),
    )


def _unreadable(
    text: FoldedText, rules: ChatRules, emotes: Sequence[EmoteSpan] | None
) -> str | None:
    """Return why a message cannot be shown as it is, which is no offence."""
    if not text.shown:
        return "empty"
    if len(text.shown) > LENGTH_MOST:
        return "too_long"
    if rules.emotes_only and not _is_emotes_only(text.shown, emotes):
        return "emotes_only"
    return None


def _is_emotes_only(shown: str, emotes: Sequence[EmoteSpan] | None) -> bool:
    if emotes is None:
        left = EMOTE.sub("", shown)
    else:
        ends = [0, *(span.end for span in emotes)]
        starts = [*(span.start for span in emotes), len(shown)]
        left = "".join(shown[end:start] for end, start in zip(ends, starts, strict=True))
    return not _PICTURES.sub("", left).strip()


def _reasons(findings: list[Finding]) -> tuple[str, ...]:
    slugs = (slug for finding in findings for slug in (finding.axis.value, *finding.rules))
    return tuple(dict.fromkeys(slugs))


def _weight(findings: list[Finding], member: Member, now_seconds: float) -> int:
    """Return how heavy an offence is: none where nothing is deleted, or only by the model."""
    deleted = [
        each
        for each in findings
        if each.by_rule
        and each.action is Action.DELETE
        and not _PERSONAL_RULES.issuperset(each.rules)  # a slip, not an offence
    ]
    if any(map(_is_grave, deleted)):
        return GRAVE_OFFENCE
    if any(each.axis is not Axis.FLOOD for each in deleted):
        return SLIGHT_OFFENCE
    return SLIGHT_OFFENCE if deleted and _counts_flood(member, now_seconds) else 0


def _is_grave(finding: Finding) -> bool:
    scam = finding.axis is Axis.SPAM and "address" in finding.rules
    return finding.score >= GRAVE and (finding.axis in _GRAVE_AXES or scam)


def _counts_flood(member: Member, now_seconds: float) -> bool:
    last_seconds = member.flooded_at_seconds
    if last_seconds is not None and now_seconds - last_seconds < FLOOD_COUNTED_EVERY_SECONDS:
        return False
    member.flooded_at_seconds = now_seconds
    return True
