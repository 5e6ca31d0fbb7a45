"""One interface for whoever computes the log-mel."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class MelBackend(Protocol):
    """Computes the log-mel of one hop of several sets."""

    def log_mel(
        self, samples: NDArray[np.float32], batch_size: int | None = None
    ) -> NDArray[np.float32]:
        """Return the frames that end in each hop.

        Parameters
        ----------
        samples
            Shape (sets, SLICE_SAMPLES): 24 kHz mono, the context before the hop and the hop.
        batch_size
            Least padded size on a GPU; means nothing on the CPU.

        Returns
        -------
        ndarray
            Shape (sets, FRAMES_PER_HOP, MEL_BANDS), see `judge.mel.specification`.
        """
        ...
