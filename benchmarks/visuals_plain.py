"""What a plain server would do for a picture: compute it anew at full size, and send a JPEG.

Neither of the two hears, remembers, limits flashes or morphs: they are the least that can be done.
"""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from visuals.encoding.jpeg import JpegEncoder
from visuals.picture import Picture, PictureSize

HIDDEN: Final = 16
LAYERS: Final = 4
FEATURES: Final = 8


class Plasma:
    """Sums of sines in NumPy."""

    def __init__(self, size: PictureSize) -> None:
        self._x, self._y = _coordinates(size)
        self._radius = np.hypot(self._x, self._y)

    def draw(self, seconds: float) -> Picture:
        """Return the picture of a moment."""
        t = np.float32(seconds)
        field = (
            np.sin(4 * self._x + t)
            + np.sin(5 * self._y - 0.7 * t)
            + np.sin(3 * (self._x + self._y) + 0.5 * t)
            + np.sin(9 * self._radius - 2 * t)
        )
        phases = np.array([0.0, 2.1, 4.2], np.float32)
        return (127.5 + 127.5 * np.sin(field[..., None] + phases)).astype(np.uint8)


class FullField:
    """A small network from places to colours (16 wide, 4 deep), run for every pixel."""

    def __init__(self, size: PictureSize) -> None:
        x, y = _coordinates(size)
        self._places = np.zeros((x.size, FEATURES), np.float32)
        self._places[:, :3] = np.stack([x.ravel(), y.ravel(), np.hypot(x, y).ravel()], axis=1)
        self._shape = (size.height, size.width, 3)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            _network(np.random.default_rng(1)).SerializeToString(),
            options,
            providers=["CPUExecutionProvider"],
        )

    def draw(self, seconds: float) -> Picture:
        """Return the picture of a moment."""
        steering = np.sin(seconds * np.arange(1, FEATURES - 2, dtype=np.float32))
        self._places[:, 3:] = steering
        (colours,) = self._session.run(None, {"places": self._places})
        picture: Picture = (127.5 + 127.5 * colours).astype(np.uint8).reshape(self._shape)
        return picture


class Plain:
    """Draws and encodes; counts the bytes."""

    def __init__(self, source: Plasma | FullField) -> None:
        self._source = source
        self._encoder = JpegEncoder()
        self.pictures = 0
        self.encoded_bytes = 0

    def play(self, first_seconds: float, pictures: int, frames_per_second: float) -> None:
        """Draw and encode some pictures."""
        for index in range(pictures):
            picture = self._source.draw(first_seconds + index / frames_per_second)
            self.encoded_bytes += len(self._encoder.encode(picture, 0).payload)
        self.pictures += pictures


def _coordinates(size: PictureSize) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    across = np.linspace(-1.0, 1.0, size.width, dtype=np.float32)
    down = np.linspace(-1.0, 1.0, size.height, dtype=np.float32) * size.height / size.width
    x, y = np.meshgrid(across, down.astype(np.float32))
    return x, y


def _network(rng: np.random.Generator) -> onnx.ModelProto:
    widths = [FEATURES, *[HIDDEN] * LAYERS, 3]
    nodes, weights, value = [], [], "places"
    for layer, (wide, narrow) in enumerate(itertools.pairwise(widths)):
        matrix = rng.normal(0, 1.5 / np.sqrt(wide), (wide, narrow)).astype(np.float32)
        weights.append(numpy_helper.from_array(matrix, f"w{layer}"))
        nodes.append(helper.make_node("MatMul", [value, f"w{layer}"], [f"m{layer}"]))
        value = f"v{layer}"
        nodes.append(helper.make_node("Tanh", [f"m{layer}"], [value]))
    graph = helper.make_graph(
        nodes,
        "plain",
        [helper.make_tensor_value_info("places", TensorProto.FLOAT, [None, FEATURES])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, [None, 3])],
        weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
