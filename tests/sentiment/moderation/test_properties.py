"""Whatever is said: a verdict comes out, and it keeps its promises."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crowd import Action, Axis, ChatRules, Role
from sentiment.moderation import Lexicon, Member, Moderator, fit_name, name_key
from sentiment.moderation.links import addresses
from sentiment.moderation.offences import LADDER_SECONDS
from sentiment.moderation.repeats import SAYINGS_MOST
from sentiment.opinion import Opinion
from sentiment.text import fold
from tests.sentiment.moderation.conversation import NEUTRAL

ANY_TEXT = st.text(st.characters(), max_size=520)
WORDS = """you eres un idiota kill yourself k1ll . .com example dot punto [.] * f*ck p u t a @dj 🔥
    ▓ :fire: jajaja AAAA http:// bit.ly/x negro gay de mierda te voy a matar 1"""
BITS = st.sampled_from([*WORDS.split(), "\u200b", "\u0301", "\U0001f1f2"])
CHAT = st.lists(BITS, max_size=40).map(" ".join) | st.lists(BITS, max_size=60).map("".join)
SHARE = st.floats(0.0, 1.0)
OPINIONS = st.builds(
    Opinion, SHARE, st.just("neutral"), SHARE, SHARE, SHARE, SHARE, SHARE, st.just("en")
)
RULES = st.builds(
    ChatRules,
    levels=st.dictionaries(st.sampled_from([axis.value for axis in Axis]), st.integers(0, 4)),
    allowed_sites=st.lists(st.text(max_size=12), max_size=2).map(tuple),
    blocked_words=st.lists(st.text(max_size=8), max_size=2).map(tuple),
    emotes_only=st.booleans(),
)


@given(
    text=ANY_TEXT | CHAT,
    opinion=OPINIONS | st.none(),
    rules=RULES,
    role=st.sampled_from(Role),
    hype=st.floats(0.0, 100.0) | st.none(),
)
@settings(max_examples=300)
def test_a_verdict_keeps_its_promises(
    text: str, opinion: Opinion | None, rules: ChatRules, role: Role, hype: float | None
) -> None:
    member = Member(role)
    verdict = Moderator().judge(fold(text), opinion, member, rules, 1.0, hype=hype)
    assert (verdict.action is Action.TIME_OUT) == (verdict.timeout_seconds > 0.0)
    assert verdict.timeout_seconds <= LADDER_SECONDS[-1]
    assert (verdict.action is Action.ALLOW) == (verdict.code is None)
    assert verdict.code == next(iter(verdict.reasons), None)
    assert all(0.0 < score <= 1.0 for _, score in verdict.scores)
    if role is not Role.VIEWER:
        assert verdict.action in (Action.ALLOW, Action.DELETE)
    if verdict.action is Action.HOLD:
        assert verdict.weight == 0


@given(text=ANY_TEXT | CHAT, opinion=OPINIONS)
@settings(max_examples=150)
def test_the_model_alone_never_times_out(text: str, opinion: Opinion) -> None:
    folded = fold(text)
    by_rules = Moderator().judge(folded, NEUTRAL, Member(), ChatRules(), 1.0)
    if by_rules.action is not Action.ALLOW or Lexicon.shipped().read(folded).strengths:
        return
    verdict = Moderator().judge(folded, opinion, Member(), ChatRules(), 1.0)
    assert verdict.action in (Action.ALLOW, Action.HOLD)
    assert verdict.weight == 0


@given(texts=st.lists(CHAT, max_size=40))
@settings(max_examples=50)
def test_what_is_remembered_of_a_user_is_bounded(texts: list[str]) -> None:
    moderator, member = Moderator(), Member()
    for place, text in enumerate(texts):
        moderator.judge(fold(text), NEUTRAL, member, ChatRules(), float(place))
    assert len(member.sayings) <= SAYINGS_MOST
    assert not any(isinstance(part, str) for saying in member.sayings for part in saying)


@given(name=st.text(st.characters(), max_size=40) | CHAT)
@settings(max_examples=200)
def test_any_name_is_fit_or_has_a_reason(name: str) -> None:
    fitted = fit_name(name)
    assert (fitted.shown is None) != (fitted.reason is None)
    if fitted.shown is not None:
        assert name_key(fitted.shown) == name_key(name)


@given(text=ANY_TEXT | CHAT)
@settings(max_examples=150)
def test_addresses_have_a_registered_name(text: str) -> None:
    for address in addresses(fold(text)):
        assert address.host.endswith(address.site)
        assert "." in address.site


@pytest.mark.parametrize(
    "text",
    [
        "a." * 250, "a-" * 250, "a.com " * 83, "*aaa " * 100, "a*b " * 125, "f*ck " * 100,
        "k1ll " * 100, "a dot " * 83, "te voy a " * 55, "no black people " * 31, "i d i o t " * 50,
        "<3:)" * 125, "ab" * 250, "█" * 500, "@" * 500, "a" + "\u0301" * 499, "eres un puto " * 38,
    ],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    """A generous bound on CPU time, many times what the slowest takes: nothing explodes."""
    folded, moderator = fold(text), Moderator()
    begin = time.process_time()
    moderator.judge(folded, NEUTRAL, Member(), ChatRules(), 0.0)
    assert time.process_time() - begin < 0.25
