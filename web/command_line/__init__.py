"""The command line: `djuniverse`.

Its commands: `serve | judge | visuals | replay | calibrate | key | moderator | emote | doctor |
version`.

Exit codes: 0 done; 1 it went wrong, or `doctor` found a problem; 2 what was given or set cannot be
used; 130 interrupted.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Final, cast

import typer

from core.errors import BadInput, ConfigurationInvalid, DjUniverseError
from web.command_line import doctor, emote, key, moderator, serve, usage, version
from web.command_line.language import TEXTS, LocalisedTyper, without_language

DONE: Final = 0
FAILED: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130

app = LocalisedTyper(name="djuniverse", help=TEXTS("cli.help"))


@app.callback()
def _options(
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="en|es", help=TEXTS("cli.lang.help"))
    ] = None,
) -> None:
    del lang  # for the help alone: it was read before the command line was put together


def _command(name: str) -> Callable[..., object]:
    """Return the function `name` of the module `name`, or one that says why there is none.

    These modules import the whole judge. Where a library of it is broken, `doctor` must still run.
    """
    try:
        function = getattr(importlib.import_module(f"web.command_line.{name}"), name)
    except ImportError as error:
        reason = str(error)

        def unavailable() -> None:
            raise ConfigurationInvalid(
                f"`{name}` cannot run: {reason}. `djuniverse doctor` says what to do.",
                code="command_unavailable",
                command=name,
                reason=reason,
            )

        return unavailable
    return cast("Callable[..., object]", function)


app.command("serve", help=TEXTS("serve.help"))(serve.serve)
app.command("judge", help=TEXTS("judge.help"))(_command("judge"))
app.command("visuals", help=TEXTS("film.help"))(_command("visuals"))
app.command("replay", help=TEXTS("replay.help"))(_command("replay"))
app.command("calibrate", help=TEXTS("calibrate.help"))(_command("calibrate"))
app.add_typer(key.app, name="key", help=TEXTS("key.help"))
app.add_typer(moderator.app, name="moderator", help=TEXTS("moderator.help"))
app.add_typer(emote.app, name="emote", help=TEXTS("emotes.help"))
app.command("doctor", help=TEXTS("doctor.help"))(doctor.doctor)
app.command("version", help=TEXTS("version.help"))(version.version)


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the command line; return its exit code."""
    try:
        return _run(without_language(arguments))
    except DjUniverseError as error:
        typer.echo(TEXTS.error(error), err=True)
        return UNUSABLE if isinstance(error, (BadInput, ConfigurationInvalid)) else FAILED
    except ImportError as error:
        typer.echo(TEXTS("cli.installation_broken", problem=error), err=True)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(arguments: list[str]) -> int:
    try:
        code = app(arguments, prog_name="djuniverse", standalone_mode=False)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else FAILED
    except typer.Abort:
        return INTERRUPTED
    except typer.TyperException as error:
        if type(error).__name__ != usage.WRITTEN_HELP:
            typer.echo(TEXTS.error(usage.usage_error(error)), err=True)
            typer.echo(usage.hint(error), err=True)
        return UNUSABLE
    return code if isinstance(code, int) else DONE
