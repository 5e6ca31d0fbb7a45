"""The independent checker of flashes and patterns (EA's IRIS, ported as `iris-pse-detection`).

Fed picture by picture, without a file; the safety tests and `benchmarks.visuals_safety` share it.
"""

from __future__ import annotations

import numpy as np
from iris_pse_detection import Configuration, FrameData
from iris_pse_detection.flash_detection import FlashDetection
from iris_pse_detection.pattern_detection import PatternDetection
from numpy.typing import NDArray


class FlashChecker:
    """What IRIS sees in one film.

    Parameters
    ----------
    size
        Height and width of all its pictures.
    frames_per_second
        Of the film.
    patterns
        Whether it looks for stripes and the like as well.
    """

    def __init__(
        self, size: tuple[int, int], frames_per_second: int, *, patterns: bool = True
    ) -> None:
        configuration = Configuration()
        self._flashes = FlashDetection(fps=frames_per_second, frame_size=size, config=configuration)
        self._patterns = (
            PatternDetection(frames_per_second, size, configuration.get_pattern_detection_params())
            if patterns
            else None
        )
        self.seen: list[FrameData] = []

    def look(self, picture: NDArray[np.uint8]) -> None:
        """Look at the next picture, RGB, shape (height, width, 3)."""
        number = len(self.seen)
        self._flashes.set_current_frame(np.ascontiguousarray(picture[..., ::-1]))
        data = self._flashes.analyse_frame(number)
        if self._patterns is not None:
            self._patterns.check_frame(self._flashes.luminance.current_frame, number, data)
        self.seen.append(data)

    @property
    def pattern_failures(self) -> int:
        """Pictures so far with a harmful pattern."""
        return 0 if self._patterns is None else int(self._patterns.pattern_fail_frames)

    @property
    def most_luminance_changes(self) -> int:
        """In any second so far; two make a flash."""
        return max(int(data.luminance_transitions) for data in self.seen)

    @property
    def most_red_changes(self) -> int:
        """In any second so far, to and from saturated red."""
        return max(int(data.red_transitions) for data in self.seen)
