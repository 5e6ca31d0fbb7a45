"""What one hop's log-mel costs, against recomputing the window it completes.

Aim: at least 25 times cheaper than librosa's recomputation of the whole window.
"""

from __future__ import annotations

from typing import Final

import librosa
import numpy as np
import torch

from benchmarks.timing import interleaved_cpu_milliseconds, median_ratio, medians
from core.media import WINDOW_SECONDS
from inference.files import ModelFiles
from inference.placement import Placement
from inference.sessions import load
from judge.mel.onnx_mel import OnnxMel
from judge.mel.scipy_mel import ScipyMel
from judge.mel.specification import FFT_SIZE, MEL_HIGH_HZ, MEL_LOW_HZ, SLICE_SAMPLES
from judge.networks import PARTS, SHIPPED
from judge.readings import ANALYSIS_RATE_HZ, FRAME_SAMPLES, MEL_BANDS
from judge.specification import LABELS, settings

AIM_RATIO: Final = 25.0
OURS: Final = "scipy, new hop only"
PEER: Final = "librosa, whole window"


def run(quick: bool) -> dict[str, object]:
    """Return medians in CPU milliseconds and ratios against our CPU back end."""
    torch.set_num_threads(1)
    generator = np.random.default_rng(1)
    window = generator.standard_normal(int(WINDOW_SECONDS * ANALYSIS_RATE_HZ)).astype(np.float32)
    window *= np.float32(0.1)
    hop = window[np.newaxis, -SLICE_SAMPLES:]
    scipy_mel = ScipyMel()
    model = load(
        ModelFiles(SHIPPED), "mel", Placement(), settings() | {"labels": LABELS}, PARTS["mel"]
    )
    onnx_mel = OnnxMel(model)
    on_torch = torch.from_numpy(window)
    hann = torch.hann_window(FFT_SIZE)
    filters = torch.rand(MEL_BANDS, FFT_SIZE // 2 + 1)

    def with_librosa() -> object:
        power = librosa.feature.melspectrogram(
            y=window,
            sr=ANALYSIS_RATE_HZ,
            n_fft=FFT_SIZE,
            hop_length=FRAME_SAMPLES,
            n_mels=MEL_BANDS,
            fmin=MEL_LOW_HZ,
            fmax=MEL_HIGH_HZ,
        )
        return librosa.power_to_db(power, ref=1.0, top_db=None)

    def with_torch() -> object:
        spectrum = torch.stft(on_torch, FFT_SIZE, FRAME_SAMPLES, window=hann, return_complex=True)
        return torch.log10(filters @ spectrum.abs().square() + 1e-10)

    times = interleaved_cpu_milliseconds(
        {
            OURS: lambda: scipy_mel.log_mel(hop),
            "ONNX model on CPU, new hop only": lambda: onnx_mel.log_mel(hop),
            "torch.stft, whole window": with_torch,
            PEER: with_librosa,
        },
        rounds=3 if quick else 30,
        calls=5 if quick else 20,
    )
    return {
        "unit": "CPU ms a hop of 0.5 s",
        "medians": medians(times),
        "ratios": {name: median_ratio(times, name, OURS) for name in times if name != OURS},
        "aim": f"{PEER} / {OURS} >= {AIM_RATIO}",
        "met": median_ratio(times, PEER, OURS) >= AIM_RATIO,
    }
