"""Walls and piles, and what is none."""

import pytest

from sentiment.moderation.shapes import odd_shape
from sentiment.text import fold


@pytest.mark.parametrize("level", range(5))
@pytest.mark.parametrize(
    "text",
    [
        "LETS GOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOO", "JAJAJAJAJAJAJAJAJAJAJAJAJAJAJAJAJAJAJAJAJA",
        "🔥" * 100, ":fire:" * 16, "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "<3 <3 <3 <3 <3 <3 <3 <3 <3 <3",
        "xD xD xD xD xD xD", "a" * 200, "wooooooooooow", ">>>>>>>>>>>>>>>>", "¿¿¿¿¿??????????",
    ],
)  # fmt: skip
def test_hype_has_no_odd_shape(text: str, level: int) -> None:
    assert odd_shape(fold(text), level) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("words " * 90, "too_long"),
        ("▓▒░" * 50, "blocks"),
        ("@#$%&/()=" * 12, "signs"),
        ("".join("a" + "\u0301" * 20 for _ in range(5)), "marks"),
        ("".join(map(chr, range(0x4E00, 0x4E00 + 300))), "unbroken"),
    ],
)
def test_odd_shapes(text: str, name: str) -> None:
    assert odd_shape(fold(text), 2) == name
    assert odd_shape(fold(text), 0) is None


def test_stricter_levels_allow_less() -> None:
    texts = [fold("▓" * count) for count in (10, 20, 40, 80, 160)]
    found = [sum(odd_shape(text, level) is not None for text in texts) for level in range(5)]
    assert found == [0, 1, 2, 3, 4]
