"""Which version of the product this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final

DISTRIBUTION: Final = "djuniverse-live"
UNINSTALLED: Final = "0+uninstalled"


def software_version() -> str:
    """Return the installed version; `UNINSTALLED` where the code runs without installation."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return UNINSTALLED
