"""Every benchmark runs, in seconds: a command that nobody runs rots."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS


@pytest.mark.training
@pytest.mark.parametrize("name", sorted(BENCHMARKS))
def test_a_benchmark_measures_something(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", name, "--quick", "--output", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / f"{name}.json").read_text())
    assert written["benchmark"] == name
    assert written["machine"]["commit"]
    assert written["result"]
