"""`python -m benchmarks [NAME ...] [--quick] [--output DIR]`: measure each claim against its peer.

Every benchmark drives the production code and its peers in the same run and reports ratios; the
absolute figures only say on what they rest.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from benchmarks.machine import describe_machine

BENCHMARKS: Final = {
    "ingest": "benchmarks.ingest",
    "mel": "benchmarks.mel",
    "judge": "benchmarks.judge",
    "listening": "benchmarks.listening",
    "fan-out": "benchmarks.fan_out",
    "live": "benchmarks.live",
    "moderation": "benchmarks.moderation",
    "visuals": "benchmarks.visuals",
    "visuals-hearing": "benchmarks.visuals_hearing",
    "gpu": "benchmarks.gpu",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the named benchmarks, all by default, and write one JSON file each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which; all by default")
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes")
    parser.add_argument("--output", type=Path, help="folder for the results, one JSON file each")
    options = parser.parse_args(arguments)
    for name in options.names or BENCHMARKS:
        run: Callable[[bool], dict[str, Any]] = importlib.import_module(BENCHMARKS[name]).run
        result = {"benchmark": name, "machine": describe_machine(), "result": run(options.quick)}
        text = json.dumps(result, indent=2)
        print(text, flush=True)
        if options.output is not None:
            options.output.mkdir(parents=True, exist_ok=True)
            (options.output / f"{name}.json").write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
