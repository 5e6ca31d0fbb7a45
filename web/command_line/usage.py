"""What was wrong with how a command was written, said in the reader's language."""

from __future__ import annotations

import typer

from core.errors import BadInput
from web.command_line.language import TEXTS

WRITTEN_HELP = "NoArgsIsHelpError"
"""The framework's way to show help where nothing was asked: it has printed it already."""


def usage_error(error: typer.TyperException) -> BadInput:
    """Return the product's error for one of the framework's.

    The framework's classes are private, so they are told apart by name; one that is not known
    keeps its English text.
    """
    kind = type(error).__name__
    message = error.format_message()
    parameter = _parameter(error)
    if kind == "NoSuchOption":
        code, details = "usage_option_unknown", {"option": getattr(error, "option_name", "")}
    elif kind == "MissingParameter" and parameter:
        code, details = "usage_parameter_missing", {"parameter": parameter}
    elif kind == "BadParameter" and parameter:
        code, details = _wrong_value(error, parameter)
    else:
        code, details = "usage_wrong", {"problem": message}
    return BadInput(message, code=code, **details)


def _wrong_value(error: typer.TyperException, parameter: str) -> tuple[str, dict[str, str]]:
    """Return what is allowed, where the parameter knows; else what the framework says."""
    wanted = getattr(getattr(error, "param", None), "type_descriptor", None)
    details = {"parameter": parameter.strip("'")}
    choices = getattr(wanted, "choices", None)
    if choices:
        allowed = ", ".join(str(getattr(choice, "value", choice)) for choice in choices)
        return "usage_value_not_listed", details | {"allowed": allowed}
    if getattr(wanted, "annotation", None) is int:
        return "usage_value_not_whole", details
    return "usage_value_wrong", details | {"problem": error.message}


def hint(error: typer.TyperException) -> str:
    """Return the line that says where help is."""
    context = getattr(error, "ctx", None)
    command = "djuniverse" if context is None else context.command_path
    return TEXTS("cli.hint", command=f"{command} --help")


def _parameter(error: typer.TyperException) -> str:
    named = getattr(error, "param_hint", None)
    if named is None:
        parameter = getattr(error, "param", None)
        named = parameter.get_error_hint() if parameter is not None else ""
    return named if isinstance(named, str) else " / ".join(named)
