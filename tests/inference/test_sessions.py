"""Sessions are tested with the shipped models: they are what will run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

from core.errors import ModelInvalid
from inference.batching import BUCKETS
from inference.bound import BoundModel
from inference.files import CHECKSUMS, ModelFiles
from inference.model import Model, RowShapes
from inference.placement import Placement, provider_options
from inference.providers import Provider
from inference.sessions import load, verify
from judge.networks import PARTS, SHIPPED
from judge.specification import HOP_TRUNK_FRAMES, settings

TRUNK = PARTS["trunk"]


def load_trunk(placement: Placement | None = None, **expected: object) -> Model:
    return load(ModelFiles(SHIPPED), "trunk", placement or Placement(), expected, TRUNK)


def frames(rows: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(4)
    return rng.standard_normal((rows, *TRUNK["log_mel"])).astype(np.float32)


@pytest.fixture(scope="module")
def bound() -> BoundModel:
    """The fixed-address path that a GPU uses, on tensors of the CPU."""
    model = load_trunk()
    session = onnxruntime.InferenceSession(
        (SHIPPED / "trunk.onnx").read_bytes(), providers=["CPUExecutionProvider"]
    )
    return BoundModel(session, model.specification, RowShapes(TRUNK, [(7, 128)]), ("cpu", 0))


def test_a_model_is_loaded_checked_and_run() -> None:
    model = load_trunk(**settings())
    columns = model.run({"log_mel": frames(3)})[0]
    assert model.specification.kind == "trunk"
    assert columns.shape == (3, 7, 128)


def test_a_model_for_other_settings_is_refused_at_load() -> None:
    with pytest.raises(ModelInvalid, match="mel_bands = 128, but 80 is needed"):
        load_trunk(mel_bands=80)


def test_a_file_under_anothers_name_is_refused(tmp_path: Path) -> None:
    content = (SHIPPED / "head.onnx").read_bytes()
    place(tmp_path, "trunk.onnx", content)
    with pytest.raises(ModelInvalid, match="kind = 'head'"):
        load(ModelFiles(tmp_path), "trunk", Placement(), {}, TRUNK)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    place(tmp_path, "trunk.onnx", b"not a model")
    with pytest.raises(ModelInvalid, match="cannot load"):
        load(ModelFiles(tmp_path), "trunk", Placement(), {}, TRUNK)


def test_a_model_from_elsewhere_is_refused(tmp_path: Path) -> None:
    proto = onnx.load(SHIPPED / "trunk.onnx")
    del proto.metadata_props[:]
    place(tmp_path, "trunk.onnx", proto.SerializeToString())
    with pytest.raises(ModelInvalid, match="no readable specification"):
        load(ModelFiles(tmp_path), "trunk", Placement(), {}, TRUNK)


def place(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    (folder / CHECKSUMS).write_text(f"{hashlib.sha256(content).hexdigest()}  {name}\n")


def test_a_provider_that_is_not_there_is_an_error_not_a_fallback() -> None:
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        from inference.providers import provider_library_problem

        if provider_library_problem(Provider.CUDA) is None:
            pytest.skip("this machine has CUDA")
    with pytest.raises(ModelInvalid, match="CUDAExecutionProvider"):
        load_trunk(Placement(Provider.CUDA))


@pytest.mark.parametrize("rows", [1, 2, 8, 9, 33, 128])
def test_fixed_addresses_give_the_same_rows_as_a_plain_run(bound: BoundModel, rows: int) -> None:
    expected = load_trunk().run({"log_mel": frames(rows)})[0]
    actual = bound.run({"log_mel": frames(rows)})[0]
    assert actual.shape == expected.shape
    assert np.abs(actual - expected).max() < 1e-6


def test_a_result_survives_the_next_run(bound: BoundModel) -> None:
    first = bound.run({"log_mel": frames(1)})[0]
    kept = first.copy()
    bound.run({"log_mel": np.zeros_like(frames(1))})
    assert np.array_equal(first, kept)


def test_rows_left_over_from_a_larger_batch_do_not_show(bound: BoundModel) -> None:
    bound.run({"log_mel": frames(8) * 100})
    assert np.array_equal(
        bound.run({"log_mel": frames(2)})[0], bound.run({"log_mel": frames(2)}, batch_size=8)[0]
    )


def test_more_rows_than_the_largest_batch_are_refused(bound: BoundModel) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        bound.run({"log_mel": np.zeros((129, *TRUNK["log_mel"]), np.float32)})


def test_a_gpu_is_asked_for_graphs_and_full_precision() -> None:
    options = provider_options(Placement(Provider.CUDA, device=1), TRUNK)
    assert options == {
        "device_id": "1",
        "enable_cuda_graph": "1",
        "cudnn_conv_algo_search": "HEURISTIC",
        "use_tf32": "0",
    }


def test_tensorrt_gets_the_batch_sizes_and_caches(tmp_path: Path) -> None:
    cache = tmp_path / "engines"
    options = provider_options(Placement(Provider.TENSORRT, cache=cache, graphs=False), TRUNK)
    shape = f"{HOP_TRUNK_FRAMES}x128"
    assert options["trt_profile_min_shapes"] == f"log_mel:{BUCKETS[0]}x{shape}"
    assert options["trt_profile_max_shapes"] == f"log_mel:{BUCKETS[-1]}x{shape}"
    assert options["trt_cuda_graph_enable"] == "0"
    assert options["trt_engine_cache_path"] == options["trt_timing_cache_path"] == str(cache)
    assert cache.is_dir()
    assert "trt_engine_cache_enable" not in provider_options(Placement(Provider.TENSORRT), TRUNK)


def test_a_device_that_computes_the_same_is_accepted(bound: BoundModel) -> None:
    verify(bound, load_trunk(), RowShapes(TRUNK, [(7, 128)]))


def test_a_graph_replayed_for_another_batch_is_found_out(bound: BoundModel) -> None:
    class Stale:
        """Replays what it computed last, once it has seen every batch size."""

        specification = bound.specification

        def __init__(self) -> None:
            self.last: dict[int, tuple[NDArray[np.float32], ...]] = {}

        def run(self, inputs, batch_size=None):
            rows = len(inputs["log_mel"])
            return self.last.setdefault(rows, bound.run(inputs))

    with pytest.raises(ModelInvalid, match=r"trunk differs from the CPU by .* batch of 128"):
        verify(Stale(), load_trunk(), RowShapes(TRUNK, [(7, 128)]))


def test_a_model_can_be_prepared_for_fewer_batch_sizes() -> None:
    model = load_trunk()
    session = onnxruntime.InferenceSession(
        (SHIPPED / "trunk.onnx").read_bytes(), providers=["CPUExecutionProvider"]
    )
    shapes = RowShapes(TRUNK, [(7, 128)])
    single = BoundModel(session, model.specification, shapes, ("cpu", 0), sizes=(1,))
    verify(single, model, shapes, sizes=(1,))
    with pytest.raises(ValueError, match="largest batch of 1"):
        single.run({"log_mel": frames(2)})
    options = provider_options(Placement(Provider.TENSORRT), TRUNK, sizes=(1,))
    assert {each.split("x")[0] for name, each in options.items() if "profile" in name} == {
        "log_mel:1"
    }
