"""Where a show's network runs, as settings and messages name it."""

from __future__ import annotations

from enum import StrEnum


class FieldProvider(StrEnum):
    """Where a show's network runs; ONNX Runtime's own names load ONNX Runtime with them."""

    CPU = "cpu"
    CUDA = "cuda"  # falls back to the CPU where it does not work
