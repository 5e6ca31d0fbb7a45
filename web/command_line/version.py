"""`djuniverse version`: which product, which models, on which providers."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from core.errors import ModelInvalid
from web.command_line.language import TEXTS
from web.logs import logging_to
from web.settings import load_settings
from web.settings_sections import LogFormat, LogLevel
from web.version import software_version


def version(
    json: Annotated[bool, typer.Option("--json", help=TEXTS("option.json.help"))] = False,
    config: Annotated[Path | None, typer.Option(help=TEXTS("option.config.help"))] = None,
) -> None:
    """Print what is installed; a model that cannot be loaded is told, and exits with 1."""
    with logging_to(sys.stderr, LogFormat.CONSOLE, LogLevel.ERROR):
        found = _found(config)
    if json:
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        console = Console(highlight=False, soft_wrap=True)
        for line in _lines(found):
            console.print(line, markup=False)
    if found["model"] is None:
        raise typer.Exit(1)


def _found(config: Path | None) -> dict[str, object]:
    import onnxruntime  # noqa: PLC0415 - half a second that other commands need not wait

    from judge.networks import Networks  # noqa: PLC0415 - as above

    settings = load_settings(config)
    model: dict[str, object] | None = None
    problem = None
    try:
        identity = Networks.load(settings.inference.models_dir, settings.onnx_providers).identity
        model = {
            "name": identity.name,
            "version": identity.version,
            "sha256": identity.sha256,
            "trained": identity.trained,
            "provider": identity.provider,
        }
    except ModelInvalid as error:
        problem = TEXTS.error(error)
    return {
        "version": software_version(),
        "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__,
        "providers": onnxruntime.get_available_providers(),
        "model": model,
        "model_problem": problem,
    }


def _lines(found: dict[str, object]) -> list[str]:
    providers, model = found["providers"], found["model"]
    lines = [
        f"DJ UNIVERSE Live {found['version']}",
        f"Python {found['python']}",
        TEXTS(
            "version.runtime",
            version=found["onnxruntime"],
            providers=", ".join(providers) if isinstance(providers, list) else providers,
        ),
    ]
    if isinstance(model, dict):
        lines.append(TEXTS("version.model", **model))
    else:
        lines.append(TEXTS("version.model_problem", problem=found["model_problem"]))
    return lines
