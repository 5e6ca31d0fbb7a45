"""`python -m training.visuals` makes the shipped model of the neural field anew."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from training.visuals.graph import export
from visuals.field import MODELS


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the model and its checksum."""
    parser = argparse.ArgumentParser(prog="python -m training.visuals", description=__doc__)
    parser.add_argument("--to", type=Path, default=MODELS, help="folder to write to")
    asked = parser.parse_args(arguments)
    export(asked.to)
    sys.stdout.write(f"The neural field lies in {asked.to}.\n")


if __name__ == "__main__":
    main()
