"""A worker gives way before it does anything that costs."""

import subprocess
import sys

HEAVY = ("numpy", "av", "onnxruntime", "scipy")


def test_manners_are_had_before_anything_heavy_is_imported():
    program = f"""
import sys
import visuals.worker.__main__
print(*(name for name in {HEAVY} if name in sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == []
