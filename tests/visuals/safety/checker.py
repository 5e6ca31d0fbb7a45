"""What the independent checker says of a whole film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from iris_pse_detection import FlashResult
from numpy.typing import NDArray

from benchmarks.flash_checker import FlashChecker


@dataclass(frozen=True)
class Opinion:
    """Of a film."""

    luminance: FlashResult  # the worst of any picture
    red: FlashResult
    most_luminance_changes: int  # in any second
    most_red_changes: int
    pattern_failures: int  # pictures

    @property
    def clean(self) -> bool:
        """Neither a warning nor a failure, of flashes."""
        return self.luminance == FlashResult.Pass and self.red == FlashResult.Pass


def check(
    film: Sequence[NDArray[np.uint8]], frames_per_second: int, *, patterns: bool = False
) -> Opinion:
    """Let the checker look at a film of one size."""
    height, width = film[0].shape[:2]
    checker = FlashChecker((height, width), frames_per_second, patterns=patterns)
    for picture in film:
        checker.look(picture)
    return Opinion(
        luminance=max(data.luminance_frame_result for data in checker.seen),
        red=max(data.red_frame_result for data in checker.seen),
        most_luminance_changes=checker.most_luminance_changes,
        most_red_changes=checker.most_red_changes,
        pattern_failures=checker.pattern_failures,
    )
