"""The log-mel as a network, for export: a convolution with the DFT's own basis.

ONNX Runtime has no DFT on CUDA, a convolution runs everywhere. The basis (1,026 x 1,024) is not
stored: it is looked up from one period of a cosine at `bin * sample mod 1024`, in integers and so
without rounding, and the runtime folds it to a constant when it loads the model. That keeps the
file at a sixteenth of its size.

Power is counted in units of the floor, so that the floor is 1: exporters take the addition of
1e-10 for one of 0 and drop it, and digital silence becomes minus infinity.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from judge.mel.specification import (
    BINS,
    FFT_SIZE,
    FLOOR_POWER,
    SCALE_DB,
    SILENCE,
    hann_window,
    mel_filters,
    power_gain,
)
from judge.readings import FRAME_SAMPLES

_SCALE = 10.0 / math.log(10.0) / SCALE_DB


class LogMel(nn.Module):
    """Maps (B, 544 + 12000) samples at 24 kHz to (B, 25, 128); see `judge.mel.specification`."""

    bins: Tensor
    samples: Tensor
    cosine: Tensor
    sine: Tensor
    window: Tensor
    filters: Tensor

    def __init__(self) -> None:
        super().__init__()
        period = 2.0 * np.pi * np.arange(FFT_SIZE) / FFT_SIZE
        window = hann_window() * math.sqrt(power_gain() / FLOOR_POWER)
        self.register_buffer("bins", torch.arange(BINS)[:, None])
        self.register_buffer("samples", torch.arange(FFT_SIZE)[None, :])
        self.register_buffer("cosine", _float32(np.cos(period)))
        self.register_buffer("sine", _float32(np.sin(period)))
        self.register_buffer("window", _float32(window))
        self.register_buffer("filters", _float32(mel_filters())[:, :, None])

    def forward(self, samples: Tensor) -> Tensor:
        """Return the log-mel of the frames that end in the hop."""
        phase = torch.remainder(self.bins * self.samples, FFT_SIZE)
        real, imaginary = (
            nn.functional.conv1d(
                samples.unsqueeze(1),
                (table[phase] * self.window).unsqueeze(1),
                stride=FRAME_SAMPLES,
            )
            for table in (self.cosine, self.sine)
        )
        power = real * real + imaginary * imaginary  # (B, BINS, 25)
        bands = nn.functional.conv1d(power, self.filters)
        return (torch.log(bands + 1.0) * _SCALE + SILENCE).transpose(1, 2)


def _float32(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))
