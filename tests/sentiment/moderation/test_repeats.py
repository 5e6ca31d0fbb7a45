"""Repeats of one user, and texts that a room passes on."""

from sentiment.moderation.repeats import (
    ROOM_TEXTS_MOST,
    ROOM_WINDOW_SECONDS,
    WINDOW_SECONDS,
    RoomTexts,
    Saying,
    saying_of,
    times_said,
)
from sentiment.text import fold

PASTA = "they asked me to leave the booth but i only came here to dance with my grandmother"


def saying(text: str, now_seconds: float = 0.0) -> Saying:
    found = saying_of(fold(text), now_seconds)
    assert found is not None
    return found


def test_shouts_are_no_texts() -> None:
    for text in (
        "temazo",
        "let's go",
        "🔥🔥🔥🔥",
        ":fire: :fire: :vinyl: :drop: :boo:",
        "jaja jaja jaja jaja jaja",
    ):
        assert saying_of(fold(text), 0.0) is None


def test_small_changes_make_no_new_text() -> None:
    first = saying(PASTA)
    for text in (
        PASTA.upper(),
        PASTA + " 123",
        "1) " + PASTA,
        PASTA.replace("only", "just"),
        PASTA + " !!!",
        PASTA.replace("i", "í"),
    ):
        assert times_said(saying(text), [first]) == 1


def test_another_text_is_another() -> None:
    assert (
        times_said(saying("does anybody know the name of this track please"), [saying(PASTA)]) == 0
    )


def test_repeats_are_forgotten() -> None:
    first = saying(PASTA)
    assert times_said(saying(PASTA, WINDOW_SECONDS - 1), [first]) == 1
    assert times_said(saying(PASTA, WINDOW_SECONDS + 1), [first]) == 0


def test_a_room_counts_users_within_a_window() -> None:
    texts = RoomTexts()
    assert [texts.note(saying(PASTA, now)) for now in (0, 1, 2)] == [1, 2, 3]
    assert texts.note(saying(PASTA, ROOM_WINDOW_SECONDS + 1)) == 1


def test_a_room_remembers_a_bounded_number_of_texts() -> None:
    texts = RoomTexts()
    for number in range(ROOM_TEXTS_MOST + 100):
        texts.note(Saying(0.0, number, number))
    assert len(texts) == ROOM_TEXTS_MOST
