"""The neural field as one ONNX graph, of operators that CUDA has kernels for.

    heard (B, 2, 128)                    how the judge hears this moment, and the last minutes
    conditions (B, 1, 8)                 what the music moves
    waves (B, 34, n)                     sines, then cosines, of the first layer where nothing is
                                         heard, at each point of the field
    steering (B, 16, 17)                 how far what is heard turns them
    hidden_0, hidden_1 (B, 17, 17),
    last (B, 3, 17)                      the layers after the first
    -> field (B, 3, n)

The field is a compositional pattern-producing network (Stanley 2007): a small network from place to
value. Its weights are drawn from a show's seed. The last unit of each layer always says 1, so that
the next layer's biases are a column like the others.

The first layer is sin(a + s), where `a` depends on the place alone and `s` on what is heard alone.
It is never computed: sin(a + s) = sin a cos s + cos a sin s, so that sines and cosines that are
known beforehand go into the next layer's product, whose weights are turned by s instead.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from core.show import EMBEDDING_SIZE
from inference.files import CHECKSUMS
from inference.specification import Specification
from visuals.specification import (
    CONDITIONS,
    KIND,
    LABELS,
    LATENT,
    LAYERS,
    UNITS,
    settings,
)

VERSION: Final = "0.2.0"
OPSET: Final = 18
_IR_VERSION: Final = 10

_SEED: Final = 20_261_129
"""Of the projection. Any would do: directions of the embedding have no meaning by themselves."""

ABSOLUTE_GAIN: Final = 3.0
RELATIVE_GAIN: Final = 9.0
"""How far the embedding itself, and its distance from the last minutes', move the latent."""

INPUTS: Final[dict[str, tuple[int | str, ...]]] = {
    "heard": (2, EMBEDDING_SIZE),
    "conditions": (1, CONDITIONS),
    "waves": (2 * UNITS, "points"),
    "steering": (CONDITIONS + LATENT, UNITS),
    **{f"hidden_{index}": (UNITS, UNITS) for index in range(LAYERS)},
    "last": (len(LABELS), UNITS),
}
OUTPUTS: Final[dict[str, tuple[int | str, ...]]] = {"field": (len(LABELS), "points")}


def export(directory: Path) -> None:
    """Write `field.onnx` and its checksum into `directory`; the same bytes every time."""
    model = field_graph()
    specification = Specification(
        kind=KIND,
        name="djuniverse-field",
        version=VERSION,
        trained=False,
        labels=LABELS,
        training_data_sha256=None,
        weights_sha256=hashlib.sha256(model.SerializeToString()).hexdigest(),
        settings=settings(),
    )
    helper.set_model_props(model, specification.to_metadata())
    directory.mkdir(parents=True, exist_ok=True)
    content = model.SerializeToString()
    name = f"{KIND}.onnx"
    (directory / name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (directory / CHECKSUMS).write_text(f"{digest}  {name}\n", encoding="utf-8")


def projection() -> NDArray[np.float32]:
    """Return orthonormal directions, shape (EMBEDDING_SIZE, LATENT), that keep distances best."""
    drawn = np.random.default_rng(_SEED).standard_normal((EMBEDDING_SIZE, LATENT))
    directions, _ = np.linalg.qr(drawn)
    # A unit vector has 1/sqrt(128) of its length along each direction: brought back to about one.
    scaled = directions * np.sqrt(EMBEDDING_SIZE)
    # Rounded, because linear algebra differs in the last bits from processor to processor.
    rounded: NDArray[np.float32] = np.round(scaled, 4).astype(np.float32)
    return rounded


def field_graph() -> onnx.ModelProto:
    """Return the graph, without a specification."""
    constants = {
        "projection": _both_projected(),
        "least": np.float32(1e-6),
        "across": np.array([2], np.int64),
        "one_row": np.array([0, 1, -1], np.int64),
    }
    graph = helper.make_graph(
        [*_latent(), *_turned(), *_field()],
        KIND,
        [_tensor(name, shape) for name, shape in INPUTS.items()],
        [_tensor(name, shape) for name, shape in OUTPUTS.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = _IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    return model


def _both_projected() -> NDArray[np.float32]:
    """Return the projection of both directions in a row, shape (2 EMBEDDING_SIZE, LATENT).

    Where it points counts, and above all how it differs from the last minutes:
    absolute x heard + relative x (heard - usual).
    """
    scale = 2 / np.sqrt(EMBEDDING_SIZE)
    gains = np.array([[[ABSOLUTE_GAIN + RELATIVE_GAIN]], [[-RELATIVE_GAIN]]]) * scale
    return np.asarray((gains * projection()).reshape(-1, LATENT), np.float32)


def _tensor(name: str, shape: tuple[int | str, ...]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["shows", *shape])


def _latent() -> list[onnx.NodeProto]:
    """Project what is heard: where it points, and how it differs from the last minutes."""
    node = helper.make_node
    return [
        node("Mul", ["heard", "heard"], ["squares"]),
        node("ReduceSum", ["squares", "across"], ["sums"], keepdims=1),
        node("Add", ["sums", "least"], ["some"]),
        node("Sqrt", ["some"], ["lengths"]),
        node("Div", ["heard", "lengths"], ["directions"]),
        node("Reshape", ["directions", "one_row"], ["direction_row"]),
        node("MatMul", ["direction_row", "projection"], ["projected"]),
        node("Tanh", ["projected"], ["latent"]),
    ]


def _turned() -> list[onnx.NodeProto]:
    """Turn the first hidden layer's weights by what is heard, instead of the waves."""
    node = helper.make_node
    return [
        node("Concat", ["conditions", "latent"], ["condition_row"], axis=2),
        node("MatMul", ["condition_row", "steering"], ["turn"]),
        node("Cos", ["turn"], ["turn_cos"]),
        node("Sin", ["turn"], ["turn_sin"]),
        node("Mul", ["hidden_0", "turn_cos"], ["for_sines"]),
        node("Mul", ["hidden_0", "turn_sin"], ["for_cosines"]),
        node("Concat", ["for_sines", "for_cosines"], ["turned_0"], axis=2),
    ]


def _field() -> list[onnx.NodeProto]:
    """Run the network from waves to values, all points at once."""
    node = helper.make_node
    matrices = ["turned_0", *(f"hidden_{index}" for index in range(1, LAYERS)), "last"]
    values = ["waves", *(f"layer_{index}" for index in range(LAYERS)), "field"]
    nodes = []
    for matrix, below, above in zip(matrices, values[:-1], values[1:], strict=True):
        nodes += [
            node("MatMul", [matrix, below], [f"{above}_sum"]),
            node("Tanh", [f"{above}_sum"], [above]),
        ]
    return nodes
