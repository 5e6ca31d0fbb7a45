"""A worker gives way before it does anything that costs."""

import os
import subprocess
import sys
import time

import pytest

from visuals.worker.manners import NICENESS

HEAVY = ("numpy", "av", "onnxruntime", "scipy")


def test_manners_are_had_before_anything_heavy_is_imported():
    program = f"""
import sys
import time

import pytest

from visuals.worker.manners import NICENESS
import visuals.worker.__main__
print(*(name for name in {HEAVY} if name in sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == []


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="priorities are of POSIX systems")
def test_the_worker_gives_way():
    command = [sys.executable, "-m", "visuals.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        wanted = os.getpriority(os.PRIO_PROCESS, 0) + NICENESS
        deadline = time.monotonic() + 20.0
        while os.getpriority(os.PRIO_PROCESS, worker.pid) != wanted:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        worker.stdin.close()
        assert worker.wait(timeout=20.0) == 0
