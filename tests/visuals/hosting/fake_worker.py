"""A worker as the real one, but for its parts: they cost nothing, and do as the sound says."""

from __future__ import annotations

import os
import sys
import time

from tests.visuals.worker.parts import FakeShow
from visuals.worker.manners import be_a_good_child
from visuals.worker.parts import Parts
from visuals.worker.running import run


class Obedient(FakeShow):
    """Does what a packet's payload says."""

    def decode(self, packet):
        if packet.payload == b"die":
            os._exit(3)
        elif packet.payload == b"raise":
            raise RuntimeError("the show cannot go on")
        elif packet.payload == b"hang":
            time.sleep(3_600)
        elif packet.payload == b"print":
            sys.stdout.write("a library that chats\n")
            sys.stdout.flush()
        elif packet.payload == b"environment":
            self.scene = ",".join(sorted(os.environ))
        elif packet.payload == b"slow":
            time.sleep(0.1)
        return super().decode(packet)


def make_parts(seed, size, frames_per_second, kilobits_per_second, *where) -> Parts:
    show = Obedient(size)
    show.scene = f"{seed} {frames_per_second:g} {kilobits_per_second}"
    if where[0] != "cpu":
        show.scene += " " + " ".join(map(str, where))
    return show.parts()


if __name__ == "__main__":
    be_a_good_child()
    run(make_parts)
