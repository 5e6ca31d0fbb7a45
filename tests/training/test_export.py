from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

import training.export
from core.errors import ModelInvalid
from inference.files import CHECKSUMS
from judge.engine import Engine
from judge.mel.scipy_mel import ScipyMel
from judge.mel.specification import SLICE_SAMPLES
from tests.judge.music import hops, info, mix
from training.export import PARITY, ModelMetadata, export, parts, weights_sha256
from training.mel import LogMel
from training.model import Judge, seeded_judge

pytestmark = [pytest.mark.training, pytest.mark.timeout(600)]
"""Exporting takes half a minute on an idle machine, and several on a busy one."""

METADATA = ModelMetadata("test-judge", "3.2.1", trained=True, training_data_sha256="a" * 64)


def lively_judge() -> Judge:
    """Return a judge whose batch norms have seen something, as after training."""
    judge = seeded_judge(11)
    generator = torch.Generator().manual_seed(11)
    for module in judge.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean += 0.1 * torch.randn(module.num_features, generator=generator)
            module.running_var *= 0.5 + torch.rand(module.num_features, generator=generator)
    judge.head.standard_mfcc.mean += 0.3
    judge.head.reader.standard.scale *= 1.2
    judge.head.fusion.deviation_scale *= 1.4
    return judge


@pytest.fixture(scope="module")
def judge() -> Judge:
    return lively_judge()


@pytest.fixture(scope="module")
def folder(judge: Judge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("export") / "models"
    export(judge, directory, METADATA)
    return directory


def test_every_part_equals_torch(judge: Judge, folder: Path) -> None:
    rng = np.random.default_rng(77)
    for part in parts(judge):
        session = onnxruntime.InferenceSession(
            folder / f"{part.kind}.onnx", providers=["CPUExecutionProvider"]
        )
        for batch in (1, 5):
            inputs = {
                name: rng.standard_normal((batch, *shape)).astype(np.float32)
                for name, shape in part.inputs.items()
            }
            with torch.inference_mode():
                expected = part.module(*(torch.from_numpy(value) for value in inputs.values()))
            expected = expected if isinstance(expected, tuple) else (expected,)
            for tensor, array in zip(expected, session.run(None, inputs), strict=True):
                assert tensor.shape == array.shape
                assert np.abs(tensor.numpy() - array).max() <= PARITY, part.kind


def test_the_trunk_runs_on_any_number_of_columns(folder: Path) -> None:
    session = onnxruntime.InferenceSession(
        folder / "trunk.onnx", providers=["CPUExecutionProvider"]
    )
    for columns in (1, 7, 120):
        frames = np.zeros((2, 14 + 4 * columns, 128), np.float32)
        assert session.run(None, {"log_mel": frames})[0].shape == (2, columns, 128)


def test_an_export_is_what_the_engine_loads(folder: Path) -> None:
    engine = Engine.load(folder, ["CPUExecutionProvider"])
    assert (engine.identity.name, engine.identity.version) == ("test-judge", "3.2.1")
    assert engine.identity.trained
    session = engine.open(info())
    judged = [engine.advance([(session, hop)])[0] for hop in hops(mix(10.0))]
    assert judged[-1].reason is None


def test_files_name_their_inputs_and_say_nothing_of_the_machine(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        CHECKSUMS, "head.onnx", "hindsight.onnx", "judge.onnx", "mel.onnx", "mixing.onnx",
        "trunk.onnx",
    ]  # fmt: skip
    for path in folder.glob("*.onnx"):
        content = path.read_bytes()
        assert str(Path.cwd()).encode() not in content
        assert b".py" not in content
        trees = [("ai.onnx.ml", 3)] if path.stem == "hindsight" else []
        opsets = [(entry.domain, entry.version) for entry in onnx.load(path).opset_import]
        assert opsets == [("", 18), *trees]
    head = onnx.load(folder / "head.onnx").graph
    assert [value.name for value in head.input] == [
        "columns", "evidence", "mfcc", "basic", "mixing", "state",
    ]  # fmt: skip
    assert [value.name for value in head.output] == ["outputs", "deviations", "next_state"]


def test_a_file_that_differs_from_torch_is_not_put_in_place(
    judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mel.onnx").write_bytes(b"the one that serves")
    monkeypatch.setattr(training.export, "parity", lambda part, content: float("nan"))
    with pytest.raises(ModelInvalid, match="differs from torch"):
        export(judge, tmp_path, METADATA)
    assert [path.name for path in tmp_path.iterdir()] == ["mel.onnx"]
    assert (tmp_path / "mel.onnx").read_bytes() == b"the one that serves"


def test_parity_sees_a_wrong_weight(judge: Judge, folder: Path) -> None:
    changed = lively_judge()
    with torch.no_grad():
        changed.head.fusion.said.bias[0] += 0.01
    by_kind = {part.kind: part for part in parts(changed)}
    content = (folder / "head.onnx").read_bytes()
    assert training.export.parity(by_kind["head"], content) > PARITY
    assert training.export.parity(by_kind["trunk"], (folder / "trunk.onnx").read_bytes()) <= PARITY


def test_the_digest_names_the_weights(judge: Judge) -> None:
    assert weights_sha256(lively_judge()) == weights_sha256(judge)
    assert weights_sha256(seeded_judge(1)) != weights_sha256(judge)


def test_the_torch_mel_is_the_mel_of_the_server() -> None:
    rng = np.random.default_rng(8)
    samples = (rng.standard_normal((4, SLICE_SAMPLES)) * [[1.0], [0.1], [1e-3], [0.0]]).astype(
        np.float32
    )
    with torch.inference_mode():
        computed = LogMel()(torch.from_numpy(samples)).numpy()
    assert np.abs(computed - ScipyMel().log_mel(samples)).max() < 1e-4
