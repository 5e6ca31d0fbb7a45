"""The log-mel as an ONNX model: all sets in one batch on a GPU."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.model import Model


class OnnxMel:
    """Runs `mel.onnx`.

    Parameters
    ----------
    model
        The loaded file.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    def log_mel(
        self, samples: NDArray[np.float32], batch_size: int | None = None
    ) -> NDArray[np.float32]:
        """Return the frames that end in each hop; see `MelBackend.log_mel`."""
        frames: NDArray[np.float32] = self._model.run({"samples": samples}, batch_size)[0]
        return frames
