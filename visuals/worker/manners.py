"""How a worker's process behaves towards others, from its first moment on."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

NICENESS: Final = 5
"""Sound and scores go first."""

_PR_SET_PDEATHSIG: Final = 1


def be_a_good_child() -> None:
    """Give way to others, and end when the parent ends it or dies, not with its terminal."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # sent to the whole group; the parent closes the pipe
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if sys.platform == "linux":
        # Even a worker that hangs, and so does not see its input end, must not stay.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
