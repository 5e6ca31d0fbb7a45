"""Where a model runs, and what ONNX Runtime is told about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.batching import BUCKETS
from inference.providers import Provider


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and how a model runs."""

    provider: Provider = Provider.CPU
    device: int = 0
    graphs: bool = True  # CUDA graphs, where the provider has them
    cache: Path | None = None  # for TensorRT's engines and timings; None: no cache


def provider_options(
    placement: Placement,
    row_shapes: Mapping[str, tuple[int, ...]],
    sizes: Sequence[int] = BUCKETS,
) -> dict[str, str]:
    """Return the options for the placement's provider, which is to run batches of `sizes`."""
    if placement.provider is Provider.CUDA:
        return {
            "device_id": str(placement.device),
            "enable_cuda_graph": str(int(placement.graphs)),
            "cudnn_conv_algo_search": "HEURISTIC",  # an exhaustive search differs run by run
            "use_tf32": "0",  # ten bits of mantissa would break parity with the CPU
        }
    if placement.provider is Provider.TENSORRT:
        options = {
            "device_id": str(placement.device),
            "trt_cuda_graph_enable": str(int(placement.graphs)),
            "trt_profile_min_shapes": _profile(row_shapes, sizes[0]),
            "trt_profile_opt_shapes": _profile(row_shapes, sizes[-2:][0]),
            "trt_profile_max_shapes": _profile(row_shapes, sizes[-1]),
        }
        if placement.cache is not None:
            placement.cache.mkdir(parents=True, exist_ok=True)
            options |= {
                "trt_engine_cache_enable": "1",
                "trt_engine_cache_path": str(placement.cache),
                "trt_timing_cache_enable": "1",
                "trt_timing_cache_path": str(placement.cache),
            }
        return options
    return {}


def _profile(row_shapes: Mapping[str, tuple[int, ...]], rows: int) -> str:
    return ",".join(
        f"{name}:{'x'.join(map(str, (rows, *shape)))}" for name, shape in row_shapes.items()
    )
