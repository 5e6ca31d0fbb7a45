"""Decodes what was encoded, without a browser."""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np
from numpy.typing import NDArray

from visuals.encoding.chunk import EncodedChunk


def decoded(codec: str, chunks: Iterable[EncodedChunk]) -> list[NDArray[np.uint8]]:
    """Pictures of all chunks, from a decoder that saw none before."""
    decoder = av.CodecContext.create(codec, "r")
    frames = [frame for chunk in chunks for frame in decoder.decode(av.Packet(chunk.payload))]
    return [frame.to_ndarray(format="rgb24") for frame in frames]


def likeness_db(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio."""
    error = np.mean((a.astype(float) - b) ** 2)
    return float(10 * np.log10(255**2 / error))
