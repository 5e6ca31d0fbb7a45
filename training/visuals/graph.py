"""The neural field and the feedback as one ONNX graph, of operators that CUDA has kernels for.

    embedding, usual (B, 128)            how the judge hears this moment, and the last minutes
    conditions (B, 8)                    what the music moves
    points (B, 4, h, w)                  where each point of the field lies, as the scene folds it
    first (B, 16, 4), steering (B, 16, 16), hidden (B, 2, 16, 16), biases (B, 3, 16),
    last (B, 3, 16), offset (B, 3)       the field's weights, drawn from a show's seed
    previous (B, 1, H, W)                the light of the last picture
    taller (B, H, h), wider (B, w, W)    products that enlarge the field
    positions (B, H, W, 3)               where the light's points lie, -1 to 1, and a 1
    currents (B, H, W, 2)                where the scene pulls them
    affine (B, 3, 2), pulls (B, 2)       zoom, turn and shift; strength of currents and of drift
    -> field (B, 3, H, W), trail (B, 1, H, W)

The field is a compositional pattern-producing network (Stanley 2007): a small network from place to
value. It is evaluated on a grid of half the size and enlarged, which a smooth field does not mind.
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
    COORDINATES,
    HIDDEN,
    KIND,
    LABELS,
    LATENT,
    LAYERS,
    settings,
)

VERSION: Final = "0.1.0"
OPSET: Final = 18
_IR_VERSION: Final = 10

_SEED: Final = 20_261_129
"""Of the projection. Any would do: directions of the embedding have no meaning by themselves."""

ABSOLUTE_GAIN: Final = 3.0
RELATIVE_GAIN: Final = 9.0
"""How far the embedding itself, and its distance from the last minutes', move the latent."""

EDGE: Final = 0.985
"""Farthest that light is looked up from: beyond the outermost points there is nothing."""

INPUTS: Final[dict[str, tuple[int | str, ...]]] = {
    "embedding": (EMBEDDING_SIZE,),
    "usual": (EMBEDDING_SIZE,),
    "conditions": (CONDITIONS,),
    "points": (COORDINATES, "field_height", "field_width"),
    "first": (HIDDEN, COORDINATES),
    "steering": (HIDDEN, CONDITIONS + LATENT),
    "hidden": (LAYERS, HIDDEN, HIDDEN),
    "biases": (LAYERS + 1, HIDDEN),
    "last": (len(LABELS), HIDDEN),
    "offset": (len(LABELS),),
    "previous": (1, "height", "width"),
    "taller": ("height", "field_height"),
    "wider": ("field_width", "width"),
    "positions": ("height", "width", 3),
    "currents": ("height", "width", 2),
    "affine": (3, 2),
    "pulls": (2,),
}
OUTPUTS: Final[dict[str, tuple[int | str, ...]]] = {
    "field": (len(LABELS), "height", "width"),
    "trail": (1, "height", "width"),
}


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
        "projection": projection(),
        "least": np.float32(1e-6),
        "absolute_gain": np.float32(ABSOLUTE_GAIN / np.sqrt(EMBEDDING_SIZE) * 2),
        "relative_gain": np.float32(RELATIVE_GAIN / np.sqrt(EMBEDDING_SIZE) * 2),
        "along": np.array([1], np.int64),
        "column": np.array([2], np.int64),
        "flat": np.array([0, 0, -1], np.int64),
        "channels": np.array([len(LABELS)], np.int64),
        "each": np.array([1] * (LAYERS + 1), np.int64),
        "layers": np.array([1] * LAYERS, np.int64),
        "tone_and_drift": np.array([1, 2], np.int64),
        "lowest": np.float32(-EDGE),
        "highest": np.float32(EDGE),
        "one_and_one": np.array([1, 1], np.int64),
        "two_axes": np.array([1, 2], np.int64),
    }
    graph = helper.make_graph(
        [*_latent(), *_field(), *_enlarged(), *_feedback()],
        KIND,
        [_tensor(name, shape) for name, shape in INPUTS.items()],
        [_tensor(name, shape) for name, shape in OUTPUTS.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = _IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    return model


def _tensor(name: str, shape: tuple[int | str, ...]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["shows", *shape])


def _latent() -> list[onnx.NodeProto]:
    """Project what is heard: where it points, and how it differs from the last minutes."""
    node = helper.make_node
    return [
        *_unit("embedding"),
        *_unit("usual"),
        node("Sub", ["embedding_unit", "usual_unit"], ["unusual"]),
        node("Mul", ["embedding_unit", "absolute_gain"], ["as_it_is"]),
        node("Mul", ["unusual", "relative_gain"], ["as_news"]),
        node("Add", ["as_it_is", "as_news"], ["said"]),
        node("MatMul", ["said", "projection"], ["projected"]),
        node("Tanh", ["projected"], ["latent"]),
        node("Concat", ["conditions", "latent"], ["condition_row"], axis=1),
        node("Unsqueeze", ["condition_row", "column"], ["condition_column"]),
        node("MatMul", ["steering", "condition_column"], ["steered"]),
    ]


def _unit(name: str) -> list[onnx.NodeProto]:
    node = helper.make_node
    return [
        node("Mul", [name, name], [f"{name}_squares"]),
        node("ReduceSum", [f"{name}_squares", "along"], [f"{name}_sum"], keepdims=1),
        node("Add", [f"{name}_sum", "least"], [f"{name}_some"]),
        node("Sqrt", [f"{name}_some"], [f"{name}_length"]),
        node("Div", [name, f"{name}_length"], [f"{name}_unit"]),
    ]


def _field() -> list[onnx.NodeProto]:
    """Run the network from places to values, all points of the small grid at once."""
    node = helper.make_node
    biases = [f"bias_{index}" for index in range(LAYERS + 1)]
    matrices = [f"matrix_{index}" for index in range(LAYERS)]
    nodes = [
        node("Reshape", ["points", "flat"], ["places"]),
        node("Split", ["biases", "each"], [f"{name}_row" for name in biases], axis=1),
        *(node("Transpose", [f"{name}_row"], [name], perm=[0, 2, 1]) for name in biases),
        node("Split", ["hidden", "layers"], [f"{name}_one" for name in matrices], axis=1),
        *(node("Squeeze", [f"{name}_one", "along"], [name]) for name in matrices),
        node("MatMul", ["first", "places"], ["first_product"]),
        node("Add", ["steered", biases[0]], ["first_bias"]),
        node("Add", ["first_product", "first_bias"], ["first_sum"]),
        node("Sin", ["first_sum"], ["layer_0"]),
    ]
    for index, (matrix, bias) in enumerate(zip(matrices, biases[1:], strict=True)):
        nodes += [
            node("MatMul", [matrix, f"layer_{index}"], [f"product_{index}"]),
            node("Add", [f"product_{index}", bias], [f"sum_{index}"]),
            node("Tanh", [f"sum_{index}"], [f"layer_{index + 1}"]),
        ]
    return [
        *nodes,
        node("MatMul", ["last", f"layer_{LAYERS}"], ["values_product"]),
        node("Unsqueeze", ["offset", "column"], ["offset_column"]),
        node("Add", ["values_product", "offset_column"], ["values"]),
        node("Tanh", ["values"], ["small_flat"]),
    ]


def _enlarged() -> list[onnx.NodeProto]:
    """Bring the field to the size of the light: a product for each axis, cheaper than Resize."""
    node = helper.make_node
    return [
        node("Shape", ["points"], ["shows"], start=0, end=1),
        node("Shape", ["points"], ["small_size"], start=2, end=4),
        node("Concat", ["shows", "channels", "small_size"], ["small_shape"], axis=0),
        node("Reshape", ["small_flat", "small_shape"], ["small"]),
        node("Unsqueeze", ["taller", "along"], ["taller_each"]),
        node("Unsqueeze", ["wider", "along"], ["wider_each"]),
        node("MatMul", ["taller_each", "small"], ["tall"]),
        node("MatMul", ["tall", "wider_each"], ["field"]),
    ]


def _feedback() -> list[onnx.NodeProto]:
    """Look up the last light where zoom, turn, currents and the field's drift come from."""
    node = helper.make_node
    return [
        node("Unsqueeze", ["affine", "along"], ["affine_each"]),
        node("MatMul", ["positions", "affine_each"], ["placed"]),
        node("Unsqueeze", ["pulls", "two_axes"], ["pull_rows"]),
        node("Split", ["pull_rows", "one_and_one"], ["pull", "drifting"], axis=3),
        node("Mul", ["currents", "pull"], ["pulled"]),
        node("Add", ["placed", "pulled"], ["drawn"]),
        node("Split", ["field", "tone_and_drift"], ["tone", "drift"], axis=1),
        node("Transpose", ["drift"], ["drift_last"], perm=[0, 2, 3, 1]),
        node("Mul", ["drift_last", "drifting"], ["drifted"]),
        node("Add", ["drawn", "drifted"], ["sought"]),
        node("Clip", ["sought", "lowest", "highest"], ["source"]),
        node(
            "GridSample",
            ["previous", "source"],
            ["trail"],
            mode="bilinear",
            padding_mode="zeros",  # the cheapest by far; what is sought lies inside already
            align_corners=0,
        ),
    ]
