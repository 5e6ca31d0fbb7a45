"""Which of ONNX Runtime's execution providers runs the models, and why not a better one.

ONNX Runtime lists a provider as available when it was built with it. Whether its libraries and a
device are there shows only when it is used, and then the runtime falls back without an error. So
each provider is tried here, in order of preference, and what was found is logged.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import onnxruntime
import structlog

from core.errors import ConfigurationInvalid

_log = structlog.get_logger(__name__)


class Provider(StrEnum):
    """ONNX Runtime's names of the providers that are supported, best first."""

    TENSORRT = "TensorrtExecutionProvider"
    CUDA = "CUDAExecutionProvider"
    CPU = "CPUExecutionProvider"

    @property
    def on_gpu(self) -> bool:
        """Whether tensors live on an NVIDIA device."""
        return self is not Provider.CPU


PREFERENCE: Final = tuple(Provider)

_LIBRARIES: Final = {Provider.TENSORRT: "tensorrt", Provider.CUDA: "cuda"}


@dataclass(frozen=True, slots=True)
class Rejection:
    """A provider that was not chosen."""

    provider: Provider
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The provider to use, and the better ones that were passed over."""

    provider: Provider
    rejected: tuple[Rejection, ...]


def choose(
    trial: Callable[[Provider], None],
    preference: Sequence[str] = PREFERENCE,
    *,
    available: Sequence[str] | None = None,
    library_problem: Callable[[Provider], str | None] | None = None,
) -> Choice:
    """Return the first provider of `preference` that really works.

    Parameters
    ----------
    trial
        Loads and runs a model on a provider; an exception disqualifies the provider.
    preference
        Providers that may be used, best first.
    available
        What the runtime was built with; asked of it by default.
    library_problem
        Says why a provider's libraries cannot be loaded, None where they can.

    Raises
    ------
    ConfigurationInvalid
        If a name is unknown or none of the providers works.
    """
    built_in = onnxruntime.get_available_providers() if available is None else available
    find_problem = library_problem or provider_library_problem
    rejected: list[Rejection] = []
    for provider in _known(preference):
        if provider not in built_in:
            problem: str | None = "this build of ONNX Runtime does not have it"
        else:
            problem = find_problem(provider) or _trial_problem(trial, provider)
        if problem is None:
            choice = Choice(provider, tuple(rejected))
            _report(choice)
            return choice
        rejected.append(Rejection(provider, problem))
    tried = "; ".join(f"{entry.provider}: {entry.reason}" for entry in rejected)
    raise ConfigurationInvalid(
        f"No inference provider works ({tried or 'none was named'}). Allow {Provider.CPU}, or mend "
        "what is said of the others."
    )


def provider_library_problem(provider: Provider) -> str | None:
    """Return why a provider's shared library cannot be loaded, None where it can.

    The runtime itself says so on standard error only, and goes on without the provider.
    """
    part = _LIBRARIES.get(provider)
    if part is None or sys.platform != "linux":
        return None
    _load_packaged_libraries()
    folder = Path(onnxruntime.__file__).parent / "capi"
    try:
        ctypes.CDLL(str(folder / "libonnxruntime_providers_shared.so"), mode=ctypes.RTLD_GLOBAL)
        ctypes.CDLL(str(folder / f"libonnxruntime_providers_{part}.so"))
    except OSError as error:
        return str(error)
    return None


def _load_packaged_libraries() -> None:
    """Load CUDA's libraries where they were installed as Python packages."""
    if importlib.util.find_spec("nvidia") is None:
        return
    with contextlib.redirect_stdout(io.StringIO()):  # it prints what it lacks; we say so below
        onnxruntime.preload_dlls(msvc=False)


def _known(names: Sequence[str]) -> list[Provider]:
    try:
        return [Provider(name) for name in names]
    except ValueError as error:
        raise ConfigurationInvalid(
            f"{error}. Known inference providers: {', '.join(Provider)}."
        ) from error


def _trial_problem(trial: Callable[[Provider], None], provider: Provider) -> str | None:
    try:
        trial(provider)
    except Exception as error:  # the runtime raises bare Exceptions of many kinds
        lines = str(error).splitlines()
        return lines[0] if lines else type(error).__name__
    return None


def _report(choice: Choice) -> None:
    _log.info(
        "inference_provider",
        chosen=choice.provider.value,
        rejected={entry.provider.value: entry.reason for entry in choice.rejected},
    )
