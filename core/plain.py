"""Frozen dataclasses to plain JSON values and back, strictly and exactly.

JSON writers turn NaN into null without a word, and a lenient reader would make a score of it. Here
whatever does not fit a dataclass's own annotations exactly is refused, in both directions, so that
what comes back equals what went in. The converters are made from the annotations, once a class.
"""

# ruff: noqa: ANN401 - checking values of any type is what this module is for

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import (
    Any,
    Final,
    SupportsFloat,
    SupportsIndex,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

JSON_DEPTH: Final = 16
"""Deepest nesting of a value annotated `object`."""

Made = TypeVar("Made")

_Convert = Callable[[Any], Any]

_WRITERS: Final[dict[type[Any], _Convert]] = {}
_READERS: Final[dict[type[Any], _Convert]] = {}


class Misfit(ValueError):
    """A value that is not what its type says."""


def to_plain(value: Any) -> dict[str, Any]:
    """Return the dataclass instance `value` as dicts, lists, texts, numbers, booleans and None.

    Raises
    ------
    Misfit
        If a member does not fit its annotation, such as a NaN.
    """
    plain: dict[str, Any] = _writer(type(value))(value)
    return plain


def from_plain(cls: type[Made], value: object) -> Made:
    """Return the `cls` that `to_plain` made `value` from.

    Raises
    ------
    Misfit
        If a member is missing, unknown, or does not fit its annotation.
    """
    made: Made = _reader(cls)(value)
    return made


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit(f"a text was expected, not {value!r}")
    return str(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misfit(f"true or false was expected, not {value!r}")
    return value


def _whole(value: Any) -> int:
    if type(value) is int:
        return value
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        return value.__index__()  # NumPy's integers
    raise Misfit(f"a whole number was expected, not {value!r}")


def _number(value: Any) -> float:
    # A protocol's isinstance is slow, and nearly every value is a plain number.
    if type(value) is not float and (
        isinstance(value, bool) or not isinstance(value, SupportsFloat)
    ):
        raise Misfit(f"a number was expected, not {value!r}")
    number = float(value)
    if not math.isfinite(number):
        raise Misfit(f"a finite number was expected, not {number!r}")
    return number


def _nothing(value: Any) -> None:
    if value is not None:
        raise Misfit(f"null was expected, not {value!r}")


def _plain(value: Any, depth: int = 0) -> Any:
    """Check that `value` is JSON that comes back as it went."""
    if depth > JSON_DEPTH:
        raise Misfit("details are nested too deeply")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return {_text(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    raise Misfit(f"{type(value).__name__} has no place in an event")


_SCALARS: Final[Mapping[Any, _Convert]] = {
    str: _text,
    bool: _flag,
    int: _whole,
    float: _number,
    type(None): _nothing,
    object: _plain,
}


def _converter(annotation: Any, *, reading: bool) -> _Convert:
    """Return what turns a value of `annotation` into JSON, or (`reading`) back."""
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return _union(get_args(annotation), reading=reading)
    if origin is tuple:
        return _sequence(get_args(annotation), reading=reading)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(*get_args(annotation), reading=reading)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _enum(annotation, reading=reading)
    if isinstance(annotation, type) and is_dataclass(annotation):
        return _reader(annotation) if reading else _writer(annotation)
    raise TypeError(f"no plain form of {annotation}: add one to core.plain")


def _union(alternatives: tuple[Any, ...], *, reading: bool) -> _Convert:
    nullable = type(None) in alternatives
    converters = [
        _converter(alternative, reading=reading)
        for alternative in alternatives
        if alternative is not type(None)
    ]

    def convert(value: Any) -> Any:
        if value is None and nullable:
            return None
        for convert_one in converters[:-1]:
            try:
                return convert_one(value)
            except Misfit:
                continue
        return converters[-1](value)

    return convert


def _sequence(of: tuple[Any, ...], *, reading: bool) -> _Convert:
    if len(of) != 2 or of[1] is not Ellipsis:
        raise TypeError("only tuples of any length, tuple[X, ...], have a plain form")
    item_of = _converter(of[0], reading=reading)

    def convert(value: Any) -> Any:
        if not isinstance(value, list if reading else list | tuple):
            raise Misfit(f"a list was expected, not {value!r}")
        items = (item_of(item) for item in value)
        return tuple(items) if reading else list(items)

    return convert


def _mapping(key_type: Any, value_type: Any, *, reading: bool) -> _Convert:
    key_of = _converter(key_type, reading=reading)
    value_of = _converter(value_type, reading=reading)

    def convert(value: Any) -> dict[Any, Any]:
        if not isinstance(value, Mapping):
            raise Misfit(f"an object was expected, not {value!r}")
        return {key_of(key): value_of(item) for key, item in value.items()}

    return convert


def _enum(cls: type[Enum], *, reading: bool) -> _Convert:
    members = {member.value: member for member in cls}

    def read(value: Any) -> Enum:
        member = members.get(value) if isinstance(value, str) else None
        if member is None:
            raise Misfit(f"{value!r} is no {cls.__name__}")
        return member

    def write(value: Any) -> Any:
        return read(value).value

    return read if reading else write


def _writer(cls: type[Any]) -> _Convert:
    return _WRITERS.get(cls) or _WRITERS.setdefault(cls, _make_writer(cls))


def _make_writer(cls: type[Any]) -> _Convert:
    hints = get_type_hints(cls)
    members = [(part.name, _converter(hints[part.name], reading=False)) for part in fields(cls)]

    def write(value: Any) -> dict[str, Any]:
        if type(value) is not cls:
            raise Misfit(f"{cls.__name__} was expected, not {value!r}")
        return {name: convert(getattr(value, name)) for name, convert in members}

    return write


def _reader(cls: type[Any]) -> _Convert:
    return _READERS.get(cls) or _READERS.setdefault(cls, _make_reader(cls))


def _make_reader(cls: type[Any]) -> _Convert:
    hints = get_type_hints(cls)
    members = {part.name: _converter(hints[part.name], reading=True) for part in fields(cls)}

    def read(value: Any) -> Any:
        if not isinstance(value, dict) or value.keys() != members.keys():
            raise Misfit(f"{cls.__name__} has exactly the members {', '.join(members)}")
        return cls(**{name: convert(value[name]) for name, convert in members.items()})

    return read
