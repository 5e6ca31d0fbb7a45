"""Envelopes come back from bytes exactly as they went, and nothing else is taken for one."""

import dataclasses
import enum
import types
from collections.abc import Mapping
from typing import Union, get_args, get_origin, get_type_hints

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bus.codec import VERSION, decode, encode
from core.errors import BadInput
from core.messages import Component, EncodedAudio, Envelope, Fault, Finding, Reading, RoomMessage
from core.plain import Misfit, from_plain, to_plain
from core.show import EncodedPicture, PictureFormat, ShowSettings, ShowState

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
COUNTS = st.integers(0, 2**31)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
SCALARS = {
    str: TEXTS,
    float: NUMBERS,
    int: COUNTS,
    bool: st.booleans(),
    bytes: st.binary(max_size=40),
    type(None): st.none(),
    object: JSON,
}


def anything(annotation) -> st.SearchStrategy:
    """Draw values of any type that a message may hold; new messages are covered by themselves."""
    if annotation in SCALARS:
        return SCALARS[annotation]
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(anything, get_args(annotation)))
    if origin is Mapping:
        return st.dictionaries(*map(anything, get_args(annotation)), max_size=4)
    if origin is tuple:
        return st.lists(anything(get_args(annotation)[0]), max_size=3).map(tuple)
    if issubclass(annotation, enum.Enum):
        return st.sampled_from(annotation)
    hints = get_type_hints(annotation)
    members = {part.name: anything(hints[part.name]) for part in dataclasses.fields(annotation)}
    return st.builds(annotation, **members)


ENVELOPES = st.builds(Envelope, TEXTS, TEXTS, COUNTS, COUNTS, anything(RoomMessage))
PICTURE = EncodedPicture("s", PictureFormat.VP9, 0, 2_400, True, 320, 180, False, b"vp9")
FINDING = Finding("flam", Component.TECHNICAL, 0, 48_000, 38.0, 12.0, "ms", -0.4)


def envelope_of(message: RoomMessage) -> Envelope:
    return Envelope("room", "set", 7, 1_000, message)


@given(ENVELOPES)
def test_every_envelope_comes_back_as_it_went(envelope):
    assert decode(encode(envelope)) == envelope


@given(ENVELOPES.filter(lambda envelope: not envelope.is_media))
def test_an_event_is_one_line_of_json_and_the_same_bytes_again(envelope):
    line = encode(envelope)
    assert b"\n" not in line
    assert orjson.loads(line)["v"] == VERSION
    assert encode(decode(line)) == line


@given(ENVELOPES, st.data())
def test_a_cut_event_is_refused(envelope, data):
    coded = encode(envelope)
    least = 0 if envelope.is_media else 1
    cut = data.draw(st.integers(0, len(coded) - 1))
    if envelope.is_media:
        cut = min(cut, 38 - least)  # beyond the header a shorter payload is a payload as well
    with pytest.raises(BadInput):
        decode(coded[:cut])


@given(st.binary(max_size=80))
def test_noise_is_refused(noise):
    with pytest.raises(BadInput):
        decode(noise)


@pytest.mark.parametrize(
    "broken",
    [
        dataclasses.replace(FINDING, measured=float("nan")),
        dataclasses.replace(FINDING, points=float("inf")),
        dataclasses.replace(FINDING, unit=None),
        dataclasses.replace(FINDING, start_sample=1.5),
        dataclasses.replace(FINDING, start_sample=2**70),
        dataclasses.replace(FINDING, code="\ud800"),
        dataclasses.replace(FINDING, component="loudness"),
        Fault("x", {"n": float("nan")}),
        Fault("x", {"n": object()}),
        Fault("x", {1: 2}),
        EncodedAudio("s", -1, 960, b"", False, 0.0),
        EncodedAudio("s", 0, 960, b"", False, float("nan")),
        dataclasses.replace(PICTURE, start_sample=-1),
        dataclasses.replace(PICTURE, width=2**32),
        dataclasses.replace(PICTURE, session="s" * 65_536),
        "not a message",
    ],
)
def test_what_would_not_come_back_is_not_written(broken):
    with pytest.raises(ValueError, match=r"expected|encoded|range|no |not "):
        encode(envelope_of(broken))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["v"], VERSION + 1),
        (["v"], None),
        (["kind"], "applause"),
        (["kind"], ["score"]),
        (["seq"], True),
        (["seq"], "7"),
        (["extra"], 1),
        (["message", "extra"], 1),
        (["message", "measured"], None),
        (["message", "measured"], "38"),
        (["message", "measured"], True),
        (["message", "component"], "loudness"),
        (["message"], None),
    ],
)
def test_an_event_that_differs_from_its_type_is_refused(path, value):
    event = orjson.loads(encode(envelope_of(FINDING)))
    inner = event
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(BadInput) as refusal:
        decode(orjson.dumps(event))
    assert refusal.value.slug == "envelope_malformed"


def test_numpy_numbers_become_plain_ones():
    finding = dataclasses.replace(
        FINDING, measured=np.float32(0.1), start_sample=np.int64(3), points=np.float64(-0.4)
    )
    back = decode(encode(envelope_of(finding))).message
    assert back.measured == float(np.float32(0.1))
    assert type(back.start_sample) is int


def test_nesting_of_details_is_bounded():
    details = {}
    for _ in range(20):
        details = {"deeper": details}
    with pytest.raises(ValueError, match="deep"):
        encode(envelope_of(Fault("x", details)))


@dataclasses.dataclass(frozen=True, slots=True)
class Crate:
    names: tuple[str, ...]


def test_tuples_are_lists_and_come_back_as_tuples():
    assert to_plain(Crate(("a", "b"))) == {"names": ["a", "b"]}
    assert from_plain(Crate, {"names": ["a", "b"]}) == Crate(("a", "b"))
    with pytest.raises(Misfit):
        from_plain(Crate, {"names": "ab"})


def test_one_dataclass_is_not_taken_for_another():
    with pytest.raises(Misfit):
        from_plain(Reading, {"value": 1.0})


@pytest.mark.parametrize(("at", "value"), [(1, 2), (2, 4), (0, 0xB0 | (VERSION + 1))])
def test_a_picture_of_an_unknown_kind_is_refused(at, value):
    coded = bytearray(encode(envelope_of(PICTURE)))
    coded[at] = value
    with pytest.raises(BadInput):
        decode(bytes(coded))


def test_what_the_version_before_the_pictures_wrote_is_read_and_written_alike():
    line = (
        b'{"v":2,"room":"room","epoch":"set","seq":7,"pts":1000,"kind":"finding","message":'
        b'{"code":"flam","component":"technical","start_sample":0,"end_sample":48000,'
        b'"measured":38.0,"limit":12.0,"unit":"ms","points":-0.4}}'
    )
    assert decode(line) == envelope_of(FINDING)
    assert encode(envelope_of(FINDING)) == line


def test_a_show_is_an_event_of_a_line():
    show = ShowState(True, None, "nebula", None, False, 320, 180, 20.0, ShowSettings(text="¡ya!"))
    line = encode(envelope_of(show))
    assert orjson.loads(line)["kind"] == "show"
    assert decode(line).message == show
