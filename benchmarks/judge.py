"""What judging one window costs, against running the whole window through the model each time.

Aim: at least 8 times cheaper than the whole-window run in ONNX Runtime.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch

from benchmarks.timing import interleaved_cpu_milliseconds, median_ratio, medians
from inference.files import ModelFiles
from inference.placement import Placement
from inference.sessions import load
from judge.evidence import EVIDENCE_FEATURES
from judge.mel.specification import MFCC_COEFFICIENTS
from judge.networks import PARTS, SHIPPED, Networks
from judge.readings import MEL_BANDS
from judge.specification import (
    BASIC_FEATURES,
    HOP_TRUNK_FRAMES,
    LABELS,
    STATE_FEATURES,
    TRANSITION_FEATURES,
    TRANSITIONS,
    WINDOW_MODEL_FRAMES,
    settings,
)
from training.model import seeded_judge

AIM_RATIO: Final = 8.0
OURS: Final = "new frames, then the head"
PEER: Final = "ONNX Runtime, whole window"


def run(quick: bool) -> dict[str, object]:
    """Return medians in CPU milliseconds and ratios against our incremental run."""
    torch.set_num_threads(1)
    generator = np.random.default_rng(1)

    def noise(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return generator.standard_normal((1, *shape)).astype(np.float32)

    networks = Networks.load(providers=["CPUExecutionProvider"])
    frames = noise(HOP_TRUNK_FRAMES, MEL_BANDS)
    head = {name: noise(*shape) for name, shape in PARTS["head"].items()}
    shapes = {
        "log_mel": (WINDOW_MODEL_FRAMES, MEL_BANDS),
        "evidence": (EVIDENCE_FEATURES,),
        "mfcc": (MFCC_COEFFICIENTS,),
        "basic": (BASIC_FEATURES,),
        "transitions": (TRANSITIONS, TRANSITION_FEATURES),
        "state": (STATE_FEATURES,),
    }
    whole = {name: noise(*shape) for name, shape in shapes.items()}
    judge = load(ModelFiles(SHIPPED), "judge", Placement(), settings() | {"labels": LABELS}, shapes)
    in_torch = seeded_judge(1).eval()
    tensors = [torch.from_numpy(whole[name]) for name in shapes]

    def incremental() -> None:
        networks.columns(frames, None)
        networks.head.run(head)

    def whole_in_torch() -> None:
        with torch.inference_mode():
            in_torch(*tensors)

    times = interleaved_cpu_milliseconds(
        {
            OURS: incremental,
            PEER: lambda: judge.run(whole),
            "torch, whole window": whole_in_torch,
        },
        rounds=3 if quick else 30,
        calls=3 if quick else 10,
    )
    return {
        "unit": "CPU ms a window",
        "medians": medians(times),
        "ratios": {name: median_ratio(times, name, OURS) for name in times if name != OURS},
        "aim": f"{PEER} / {OURS} >= {AIM_RATIO}",
        "met": median_ratio(times, PEER, OURS) >= AIM_RATIO,
    }
