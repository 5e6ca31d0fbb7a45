"""What `docs/moderation.md` promises is what the code does."""

import re
from pathlib import Path

from core.crowd import Axis, ChatRules
from sentiment.moderation.levels import LIMITS, NEVER, STRENGTHS
from sentiment.moderation.offences import HALF_LIFE_SECONDS, LADDER_SECONDS
from sentiment.moderation.rates import RATES
from sentiment.moderation.repeats import REPEATS_MOST, USERS_MOST
from sentiment.moderation.shapes import BLOCKS_MOST, LENGTHS_MOST

PAGE = (Path(__file__).parents[3] / "docs" / "moderation.md").read_text(encoding="utf-8")


def cells(first: str) -> list[str]:
    """Return the cells after the first one of a table's row."""
    [row] = re.findall(rf"^\| {re.escape(first)} \|(.*)\|$", PAGE, re.MULTILINE)
    return [cell.strip() for cell in row.split("|")]


def test_the_usual_levels() -> None:
    assert {axis: int(cells(f"`{axis}`")[-1]) for axis in Axis} == ChatRules().levels


def test_the_flood_table() -> None:
    assert cells("the same text by one user within 2 minutes") == list(map(str, REPEATS_MOST[1:]))
    users = ["any" if most == 0 else str(most) for most in USERS_MOST[1:]]
    assert cells("users pasting one text within a minute, before it is held") == users
    assert cells("characters") == list(map(str, LENGTHS_MOST[1:]))
    assert cells("block and picture characters") == list(map(str, BLOCKS_MOST[1:]))
    at_once = [
        cell.split(",")[0] for cell in cells("messages at once, and a second in the long run")
    ]
    assert at_once == [str(int(size)) for size, _ in RATES[1:]]


def test_the_ladder() -> None:
    assert LADDER_SECONDS == (0.0, 10.0, 60.0, 300.0, 900.0, 3600.0)
    assert cells("silent for") == ["not", "10 s", "1 min", "5 min", "15 min", "1 h"]
    assert HALF_LIFE_SECONDS == 1800.0
    assert "Points halve in half an hour" in PAGE


def test_the_table_of_levels() -> None:
    mild, plain, strong = STRENGTHS[1:4]
    words = [(limits.hold, limits.delete) for limits in LIMITS[Axis.INSULT]]
    assert [hold <= mild for hold, _ in words] == [False, False, False, True, True]
    assert [hold <= plain for hold, _ in words] == [False, False, True, True, True]
    assert [delete <= strong for _, delete in words] == [False, False, True, True, True]
    assert LIMITS[Axis.HATE][1].delete <= strong
    for level, said in ((1, ".97"), (2, ".90"), (3, ".80"), (4, ".60")):
        model = cells(str(level))[2]
        assert f"held from {said}" in model
        assert LIMITS[Axis.INSULT][level].model_hold == float(said)
    assert LIMITS[Axis.INSULT][4].model_delete == 0.92 < NEVER
