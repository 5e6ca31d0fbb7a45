"""What viewers may say, and what is made of everything else."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crowd import Reaction
from web.viewers.speaking import (
    LARGEST_SEQ,
    LONGEST_TEXT,
    Appealing,
    Cheering,
    Joining,
    Malformed,
    Ping,
    Saying,
    read_message,
)

VISITOR = "0123456789abcdef" * 2


def said(kind: object, members: object = None) -> bytes:
    return orjson.dumps({"t": kind, "d": members})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (said("ping", {"sent": 12.5}), Ping(12.5)),
        (said("join", {}), Joining(None, None, None, None, 0)),
        (
            said("join", {"visitor": None, "name": None, "credential": None, "epoch": None}),
            Joining(None, None, None, None, 0),
        ),
        (
            said("join", {"visitor": VISITOR, "name": "Luz", "epoch": "e", "seq": LARGEST_SEQ}),
            Joining(VISITOR, "Luz", None, "e", LARGEST_SEQ),
        ),
        (
            said("join", {"visitor": VISITOR, "credential": "djuv_x", "more": [1]}),
            Joining(VISITOR, None, "djuv_x", None, 0),
        ),
        (said("say", {"key": "k", "text": "¡Olé!"}), Saying("k", "¡Olé!", None)),
        (
            said("say", {"key": "k" * 40, "text": "🎧" * 500, "reply_to": "m1"}),
            Saying("k" * 40, "🎧" * 500, "m1"),
        ),
        (said("cheer", {"reaction": "fire"}), Cheering(Reaction.FIRE)),
        (said("appeal", {"key": "k"}), Appealing("k")),
    ],
)
def test_what_holds_what_it_must_is_read(data: bytes, message: object):
    assert read_message(data) == message


@pytest.mark.parametrize(
    ("data", "kind", "key"),
    [
        (said("join"), "join", None),
        (said("join", []), "join", None),
        (said("join", {"visitor": "x"}), "join", None),
        (said("join", {"visitor": VISITOR.upper()}), "join", None),
        (said("join", {"visitor": VISITOR + "0"}), "join", None),
        (said("join", {"visitor": 7}), "join", None),
        (said("join", {"name": ""}), "join", None),
        (said("join", {"name": "x" * 65}), "join", None),
        (said("join", {"credential": "x" * 129}), "join", None),
        (said("join", {"seq": -1}), "join", None),
        (said("join", {"seq": True}), "join", None),
        (said("join", {"seq": 1.0}), "join", None),
        (said("join", {"seq": LARGEST_SEQ + 1}), "join", None),
        (said("say", {"key": "k"}), "say", "k"),
        (said("say", {"key": "k", "text": ""}), "say", "k"),
        (said("say", {"key": "k", "text": " \n"}), "say", "k"),
        (said("say", {"key": "k", "text": "x" * (LONGEST_TEXT + 1)}), "say", "k"),
        (said("say", {"key": "k", "text": "x", "reply_to": ""}), "say", "k"),
        (said("say", {"key": "k" * 41, "text": "x"}), "say", None),
        (said("say", {"text": "x"}), "say", None),
        (said("cheer", {"reaction": "applause"}), "cheer", None),
        (said("cheer", {"reaction": None}), "cheer", None),
        (said("cheer", {"reaction": []}), "cheer", None),
        (said("appeal", {}), "appeal", None),
    ],
)
def test_what_does_not_is_malformed(data: bytes, kind: str, key: str | None):
    assert read_message(data) == Malformed(kind, key)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"[1]",
        b"7",
        b'{"t":"say","d":{"key":"k","text":"\\ud800"}}',
        said("dance", {}),
        said(None, {}),
        said(["say"], {}),
        said("ping"),
        said("ping", {}),
        said("ping", {"sent": True}),
        said("ping", {"sent": "1"}),
        said("chat", {"kind": "message"}),
    ],
)
def test_everything_else_is_ignored(data: bytes):
    assert read_message(data) is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
members = st.dictionaries(
    st.sampled_from(["visitor", "name", "credential", "epoch", "seq", "key", "text", "reaction"]),
    anything,
)


@given(kind=st.sampled_from(["join", "say", "cheer", "appeal", "ping", "x"]), d=members | anything)
def test_nothing_that_can_be_sent_is_an_error(kind: str, d: object):
    read_message(json.dumps({"t": kind, "d": d}).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=64))
def test_no_bytes_are_an_error(data: bytes):
    read_message(data)
