"""A folder of model files, read only where they are what was exported."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from core.errors import ModelInvalid

CHECKSUMS: Final = "checksums.txt"
"""In the format of `sha256sum`, so that the shell can check it too."""


class ModelFiles:
    """Model files whose content is checked against the folder's checksums.

    Parameters
    ----------
    directory
        Where the files and their checksums lie.

    Raises
    ------
    ModelInvalid
        If there are no readable checksums.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        try:
            lines = (directory / CHECKSUMS).read_text(encoding="utf-8").splitlines()
            self._sha256 = {name: digest for digest, name in (line.split() for line in lines)}
        except (OSError, ValueError) as error:
            raise ModelInvalid(
                f"{directory} has no readable {CHECKSUMS} ({error}). Point the models setting at "
                "a folder made by the export, or leave it out to use the shipped models."
            ) from error

    def read(self, name: str) -> bytes:
        """Return a file's content.

        Raises
        ------
        ModelInvalid
            If the file is absent, not listed, or not what the checksums say.
        """
        path = self.directory / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelInvalid(
                f"The model file {path} cannot be read ({error.strerror}). Restore it from the "
                "repository or export it again with `make train`.",
                file=str(path),
            ) from error
        if hashlib.sha256(content).hexdigest() != self._sha256.get(name):
            raise ModelInvalid(
                f"The model file {path} does not match {CHECKSUMS}: it is damaged or from another "
                "export. Restore the folder from the repository or export it again.",
                file=str(path),
            )
        return content

    def digest(self, *names: str) -> str:
        """Return one SHA-256 over the checksums of several files, whatever their order."""
        listed = "".join(f"{name} {self._sha256.get(name)}\n" for name in sorted(names))
        return hashlib.sha256(listed.encode()).hexdigest()
