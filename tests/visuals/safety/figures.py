"""`python -m tests.visuals.safety.figures`: the table of `docs/safety.md`.

Changes are the most that any second holds, in any field of view; two are a flash. The checker is
EA's IRIS.
"""

from __future__ import annotations

import time
from typing import Final

from tests.visuals.safety.checker import check
from tests.visuals.safety.counting import count
from tests.visuals.safety.films import (
    Film,
    calm_gradient,
    checkerboard,
    noise,
    pulsing,
    stripes,
    strobe,
)
from visuals.picture import STANDARD
from visuals.safety.limiter import USUAL, FlashLimiter

FILMS: Final[dict[str, Film]] = {
    "strobe of 10 Hz": strobe(10, size=STANDARD),
    "strobe of 3 Hz": strobe(3, size=STANDARD),
    "strobe of 10 Hz, a sixth of the picture": strobe(10, part=(0.3, 0.3, 0.7, 0.7), size=STANDARD),
    "red and black, 10 Hz": strobe(10, (0, 0, 0), (255, 0, 0), size=STANDARD),
    "red and blue, 10 Hz": strobe(10, (0, 0, 255), (255, 0, 0), size=STANDARD),
    "checkerboard that inverts, 10 Hz": checkerboard(8, 10, STANDARD),
    "stripes that run, 8 pixels a picture": stripes(20, 160, STANDARD),
    "noise of squares of 45 pixels": noise(45, 1, STANDARD),
    "noise of single pixels": noise(1, 1, STANDARD),
    "pulses of 8 %, 128 BPM": pulsing(0.08, 128, STANDARD),
    "gradient that drifts": calm_gradient(STANDARD),
}
RATE: Final = 20
SECONDS: Final = 6


def row(name: str, film: Film) -> str:
    """One line of the table."""
    moments = [number / RATE for number in range(RATE * SECONDS)]
    shown = [film(moment) for moment in moments]
    limiter, out = FlashLimiter(), []
    begun = time.process_time()
    for picture, moment in zip(shown, moments, strict=True):
        out.append(limiter.limit(picture, moment, calm=False))
    milliseconds = 1000 * (time.process_time() - begun) / len(shown)
    cells = [name]
    for pictures in (shown, out):
        counted = count(pictures, moments, side=2, allowed=USUAL.of_cells)
        opinion = check(pictures, RATE)
        cells.append(f"{counted.mean_changes}, {counted.restless_share:.0%}")
        cells.append(max(opinion.luminance, opinion.red).name)
    cells.append(f"{limiter.limited_pictures / len(shown):.0%}")
    cells.append(f"{milliseconds:.2f}")
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table."""
    print("| film | changes in, restless | checker | out | checker | limited | CPU ms |")  # noqa: T201
    print("|---|---|---|---|---|---|---|")  # noqa: T201
    for name, film in FILMS.items():
        print(row(name, film), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
