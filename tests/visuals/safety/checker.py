"""The independent checker (EA's IRIS, ported as `iris-pse-detection`), fed without a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from iris_pse_detection import Configuration, FlashResult, FrameData
from iris_pse_detection.flash_detection import FlashDetection
from iris_pse_detection.pattern_detection import PatternDetection
from numpy.typing import NDArray


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
    configuration = Configuration()
    size = film[0].shape[:2]
    flashes = FlashDetection(fps=frames_per_second, frame_size=size, config=configuration)
    stripes = PatternDetection(
        frames_per_second, size, configuration.get_pattern_detection_params()
    )
    seen: list[FrameData] = []
    for position, picture in enumerate(film):
        flashes.set_current_frame(np.ascontiguousarray(picture[..., ::-1]))
        data = flashes.analyse_frame(position)
        if patterns:
            stripes.check_frame(flashes.luminance.current_frame, position, data)
        seen.append(data)
    return Opinion(
        luminance=max(data.luminance_frame_result for data in seen),
        red=max(data.red_frame_result for data in seen),
        most_luminance_changes=max(data.luminance_transitions for data in seen),
        most_red_changes=max(data.red_transitions for data in seen),
        pattern_failures=stripes.pattern_fail_frames,
    )
