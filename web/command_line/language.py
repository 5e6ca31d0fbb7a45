"""The command line's own language: its texts, and the words that its framework says in English."""

# ruff: noqa: ANN401 - the framework keeps the types that it passes to itself

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Any, Final

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup, TyperOption

from core.errors import BadInput
from web.texts import LANGUAGES, Texts, language_from_environment

TEXTS: Final = Texts(language_from_environment())

rich_utils.ARGUMENTS_PANEL_TITLE = TEXTS("cli.help.arguments")
rich_utils.OPTIONS_PANEL_TITLE = TEXTS("cli.help.options")
rich_utils.COMMANDS_PANEL_TITLE = TEXTS("cli.help.commands")
rich_utils.REQUIRED_LONG_STRING = TEXTS("cli.help.required")
rich_utils.DEFAULT_STRING = TEXTS("cli.help.default")

_USAGE: Final = "Usage: "


class LocalisedCommand(TyperCommand):
    """A command whose help is in the reader's language throughout."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters; a flag takes no value, so none of any type is shown for it."""
        return _without_flag_types(super().get_params(ctx))

    def get_usage(self, ctx: Any) -> str:
        """Return the line that shows how the command is written."""
        return super().get_usage(ctx).replace(_USAGE, TEXTS("cli.help.usage"), 1)

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        """Return the option that shows the help."""
        return _localised(super().get_help_option(ctx))


class LocalisedGroup(TyperGroup):
    """A group of commands whose help is in the reader's language throughout."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that the arguments name.

        Raises
        ------
        BadInput
            If there is none of that name.
        """
        named = args[0] if args else ""
        if named and not named.startswith("-") and self.get_command(ctx, named) is None:
            known = self.list_commands(ctx)
            alike = difflib.get_close_matches(named, known, 1)
            raise BadInput(
                f"There is no command {named}.",
                code="command_unknown_like" if alike else "command_unknown",
                command=named,
                alike=alike[0] if alike else None,
                known=", ".join(known),
            )
        return super().resolve_command(ctx, args)

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, as a command does."""
        return _without_flag_types(super().get_params(ctx))

    def get_usage(self, ctx: Any) -> str:
        """Return the line that shows how the group is written."""
        return super().get_usage(ctx).replace(_USAGE, TEXTS("cli.help.usage"), 1)

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        """Return the option that shows the help."""
        return _localised(super().get_help_option(ctx))


class LocalisedTyper(typer.Typer):
    """An application whose commands are localised."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            cls=LocalisedGroup,
            no_args_is_help=True,
            add_completion=False,
            pretty_exceptions_enable=False,  # they would show local variables, keys among them
            **options,
        )

    def command(  # type: ignore[override]  # the framework's long list is passed on
        self, name: str | None = None, **options: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a command; see `typer.Typer.command`."""
        return super().command(name, **({"cls": LocalisedCommand} | options))


def without_language(arguments: Sequence[str]) -> list[str]:
    """Return the arguments without `--lang`, which may stand anywhere and is read already.

    Raises
    ------
    BadInput
        If it names a language that there is not.
    """
    left: list[str] = []
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument == "--":
            return [*left, argument, *waiting]
        name, equals, value = argument.partition("=")
        if name != "--lang":
            left.append(argument)
            continue
        language = value if equals else (waiting.pop(0) if waiting else "")
        if language not in LANGUAGES:
            raise BadInput(
                f"--lang takes one of {', '.join(LANGUAGES)}.",
                code="language_unknown",
                languages=", ".join(LANGUAGES),
            )
    return left


def _without_flag_types(parameters: list[Any]) -> list[Any]:
    for parameter in parameters:
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
    return parameters


def _localised(option: TyperOption | None) -> TyperOption | None:
    if option is not None:
        option.help = TEXTS("cli.help.help")
    return option
