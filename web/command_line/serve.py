"""`djuniverse serve`: the server, until it is told to stop."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from web.command_line.language import TEXTS
from web.logs import logging_to, standard_error
from web.settings import Settings, load_settings
from web.settings_sections import LogFormat, Role

if TYPE_CHECKING:
    from web.app import Addresses


def serve(  # noqa: PLR0917 - typer passes by name; this is the shape of the command
    host: Annotated[str | None, typer.Option(help=TEXTS("serve.host.help"))] = None,
    port: Annotated[int | None, typer.Option(help=TEXTS("serve.port.help"))] = None,
    role: Annotated[Role | None, typer.Option(help=TEXTS("serve.role.help"))] = None,
    demonstration: Annotated[
        bool, typer.Option("--demonstration", help=TEXTS("serve.demonstration.help"))
    ] = False,
    data_dir: Annotated[Path | None, typer.Option(help=TEXTS("option.data_dir.help"))] = None,
    config: Annotated[Path | None, typer.Option(help=TEXTS("option.config.help"))] = None,
    log_format: Annotated[
        LogFormat | None, typer.Option(help=TEXTS("serve.log_format.help"))
    ] = None,
) -> None:
    """Read the settings and serve."""
    settings = load_settings(
        config,
        host=host,
        port=port,
        role=role,
        demonstration=demonstration or None,
        data_dir=data_dir,
        logs=None if log_format is None else {"format": log_format},
    )
    with logging_to(standard_error(), settings.logs.format, settings.logs.level):
        _on_the_best_loop(_serve(settings))


async def _serve(settings: Settings) -> None:
    # Imported late: the command line's help needs neither the judge nor WebRTC.
    from web.app import serve as serve_all  # noqa: PLC0415

    await serve_all(settings, announce=_announce)


def _announce(addresses: Addresses) -> None:
    """Print where people find the server, for whoever started it."""
    console = Console(highlight=False, soft_wrap=True)
    for name in ("home", "studio", "whip", "audience"):
        address = getattr(addresses, name)
        if address is not None:
            console.print(TEXTS(f"serve.announce.{name}"), address, markup=False)


def _on_the_best_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where there is one: a third cheaper for many small writes."""
    factory = None
    if importlib.util.find_spec("uvloop") is not None:
        factory = importlib.import_module("uvloop").new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(work)
