"""In what a set of the simulator differs from the usual: its style by words, its transitions.

Words are looked up when a set is rendered: a recipe that asks for what this simulator does not have
is refused with the name of what is absent.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any, Final, get_args, get_type_hints

from core.errors import ConfigurationInvalid
from core.messages import TransitionKind
from training.simulator import Draw, Flaws, SetStyle


@dataclass(frozen=True, slots=True)
class StyleWords:
    """Fields of the simulator's `SetStyle` by word; None leaves what the recipe draws."""

    genre: str | None = None
    family: str | None = None
    effects: str | None = None
    combinations: str | None = None
    spam: bool | None = None

    def style(self, drawn: SetStyle | None = None) -> SetStyle:
        """Return a style, or one that was drawn, with these fields.

        Raises
        ------
        ConfigurationInvalid
            If the simulator lacks a field or a value.
        """
        hints = get_type_hints(SetStyle)
        chosen: dict[str, Any] = {}
        for field in fields(self):
            word = getattr(self, field.name)
            if word is None:
                continue
            if field.name not in hints:
                raise ConfigurationInvalid(
                    f"The simulator's SetStyle has no field `{field.name}`, which this recipe "
                    f"sets to {word!r}: examine it with a simulator that has."
                )
            chosen[field.name] = _valued(field.name, word, hints[field.name])
        return replace(drawn or SetStyle(), **chosen)


USUAL: Final = StyleWords()
"""Nothing is changed."""


def _valued(name: str, word: str | bool, hint: Any) -> object:  # noqa: ANN401 - an annotation
    """Return the value that a field of such a type has under a word."""
    for kind in (hint, *get_args(hint)):
        if isinstance(word, str) and isinstance(kind, type) and issubclass(kind, Enum):
            if word in [member.value for member in kind]:
                return kind(word)
            if word.upper() in kind.__members__:
                return kind[word.upper()]
            raise ConfigurationInvalid(f"The simulator's SetStyle.{name} cannot be {word!r}.")
    return word


@dataclass(frozen=True, slots=True)
class Revision:
    """Makes every transition of a set flawless, all but one flaw of one of them.

    Attributes
    ----------
    kind
        Of all transitions; None leaves each as drawn.
    flaw
        Field of the simulator's `Flaws`; None leaves the set flawless.
    size
        Its value, a truth value being 1 or 0.
    transition
        Which one gets it.
    """

    kind: str | None = None
    flaw: str | None = None
    size: float = 0.0
    transition: int = 0

    def __call__(self, index: int, draw: Draw) -> Draw:
        """Return the draw of transition `index`, revised."""
        flaws = Flaws()
        if self.flaw is not None and index == self.transition:
            usual = getattr(flaws, self.flaw)
            size: dict[str, Any] = {self.flaw: type(usual)(self.size)}
            flaws = replace(flaws, **size)
        return Draw(draw.kind if self.kind is None else TransitionKind(self.kind), flaws)
