"""`python -m sentiment`: a line in, a line of JSON out, whatever comes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MEMBERS = {"text", "sentiment", "label", "toxicity", "spam", "language", "action", "reasons"}


def run(data: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "sentiment", *arguments]
    return subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)


def test_every_line_is_answered_in_order() -> None:
    lines = ["qué temazo :fire:", "", "kys", "visit http://win.example for free followers", "hola"]
    done = run("\n".join(lines).encode() + b"\n")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["text"] for answer in answers] == lines
    for answer in answers:
        assert set(answer) == MEMBERS
        assert -1 <= answer["sentiment"] <= 1
        assert 0 <= answer["toxicity"] <= 1
        assert 0 <= answer["spam"] <= 1
    assert answers[0]["action"] == "allow"
    assert answers[0]["label"] == "positive"
    assert answers[2]["action"] in ("delete", "time_out")
    assert "threat" in answers[2]["reasons"]
    assert answers[3]["action"] != "allow"
    assert answers[3]["spam"] > 0.5


def test_a_line_repeated_is_judged_as_the_first() -> None:
    done = run(b"GOOOOO\n" * 300)
    actions = {json.loads(line)["action"] for line in done.stdout.splitlines()}
    assert actions == {"allow"}


def test_garbage_is_read_as_well_as_it_can_be() -> None:
    done = run(b"\xff\xfe\x00bad\n\xed\xa0\x80\n" + b"x" * 200_000 + b"\r\nlast")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[-1]["text"] == "last"


def test_a_file_may_be_named_and_levels_set(tmp_path: Path) -> None:
    messages = tmp_path / "messages.txt"
    messages.write_text("what a shitty mix\n", encoding="utf-8")
    usual = json.loads(run(b"", str(messages)).stdout)
    strict = json.loads(run(b"", "--level", "4", str(messages)).stdout)
    off = json.loads(run(b"", "--level", "0", str(messages)).stdout)
    assert usual["action"] == off["action"] == "allow"
    assert strict["action"] != "allow"


@pytest.mark.parametrize("arguments", [("nowhere.txt",), ("--models", "nowhere"), ("--level", "9")])
def test_what_cannot_be_done_exits_with_2(arguments: tuple[str, ...]) -> None:
    done = run(b"hola\n", *arguments)
    assert done.returncode == 2
    assert done.stderr
    assert b"Traceback" not in done.stderr
