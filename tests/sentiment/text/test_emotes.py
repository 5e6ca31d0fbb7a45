"""Emotes are found by name, counted in code points, and bounded."""

from core.crowd import EmoteSpan
from sentiment.text.emotes import EMOTES_MOST, STARTER_EMOTES, emote_spans


def test_known_names_between_colons_are_emotes() -> None:
    assert emote_spans("that :fire: :nosuch: :drop:", STARTER_EMOTES) == (
        EmoteSpan("fire", 5, 11),
        EmoteSpan("drop", 21, 27),
    )


def test_positions_count_code_points() -> None:
    (span,) = emote_spans("🔥🔥 :heart:", STARTER_EMOTES)
    assert "🔥🔥 :heart:"[span.start : span.end] == ":heart:"
    assert span.start == 3


def test_a_colon_may_end_one_and_begin_the_next() -> None:
    assert [span.name for span in emote_spans(":no:fire:", STARTER_EMOTES)] == ["fire"]
    assert [span.name for span in emote_spans(":fire::fire:", STARTER_EMOTES)] == ["fire", "fire"]


def test_a_wall_has_an_end() -> None:
    assert len(emote_spans(":fire:" * 200, STARTER_EMOTES)) == EMOTES_MOST


def test_times_and_clocks_are_no_emotes() -> None:
    assert emote_spans("at 12:30:45 :)", STARTER_EMOTES) == ()
