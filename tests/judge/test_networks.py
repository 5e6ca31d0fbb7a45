from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from core.errors import ConfigurationInvalid, ModelInvalid
from core.messages import Component, Section, Technique, TransitionKind
from inference.files import CHECKSUMS, ModelFiles
from inference.placement import Placement
from inference.sessions import load
from inference.specification import METADATA_KEY
from judge.evidence import EVIDENCE_FEATURES
from judge.networks import PARTS, SHIPPED, Networks
from judge.parts import Part
from judge.specification import (
    DEVIATIONS,
    LABELS,
    MEASURE_SCALES,
    OUTPUTS,
    STATE_FEATURES,
    Measure,
    Output,
    columns_known,
    settings,
)
from judge.specification import PARTS as PARTS_COUNT

CPU = ["CPUExecutionProvider"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "models")
    return tmp_path / "models"


def change_specification(folder: Path, kind: str, **changes: object) -> None:
    """Write another specification into a model and its checksum into the list."""
    path = folder / f"{kind}.onnx"
    proto = onnx.load(path)
    entry = next(entry for entry in proto.metadata_props if entry.key == METADATA_KEY)
    entry.value = json.dumps(json.loads(entry.value) | changes)
    path.write_bytes(proto.SerializeToString())
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}"
        for file in sorted(folder.glob("*.onnx"))
    ]
    (folder / CHECKSUMS).write_text("\n".join(lines))


def test_the_shipped_models_fit_this_version() -> None:
    networks = Networks.load(providers=CPU)
    assert networks.identity.provider == CPU[0]
    assert tuple(Component) == LABELS
    mixing = networks.mixing_features(np.zeros((10, 6), np.float32))
    assert mixing.shape == (32,)
    assert networks.columns(np.zeros((2, 42, 128), np.float32)).shape == (2, 7, 128)


def test_every_shipped_file_is_of_one_export_and_within_bounds() -> None:
    files = ModelFiles(SHIPPED)
    digests = set()
    for kind in (*PARTS, "judge"):
        shapes = PARTS.get(kind) or {
            "log_mel": (494, 128), "evidence": (EVIDENCE_FEATURES,), "mfcc": (13,), "basic": (3,),
            "transitions": (10, 6), "state": (160,),
        }  # fmt: skip
        model = load(files, kind, Placement(), settings() | {"labels": LABELS}, shapes)
        digests.add(model.specification.weights_sha256)
    assert len(digests) == 1
    assert sum(file.stat().st_size for file in SHIPPED.glob("*.onnx")) < 12_000_000


def test_the_head_takes_and_gives_what_is_remembered() -> None:
    head = Networks.load(providers=CPU).head
    rng = np.random.default_rng(5)
    inputs = {
        name: rng.standard_normal((3, *shape)).astype(np.float32)
        for name, shape in PARTS["head"].items()
    }
    outputs, deviations, state = head.run(inputs)
    assert outputs.shape == (3, OUTPUTS)
    assert deviations.shape == (3, DEVIATIONS)
    assert state.shape == (3, STATE_FEATURES)
    assert (deviations > 0).all()
    for group in (Output.SECTION, Output.KIND):
        np.testing.assert_allclose(outputs[:, group.value].sum(axis=1), 1, atol=1e-5)
    for group in set(Output) - {Output.MEASURES}:
        assert ((outputs[:, group.value] >= 0) & (outputs[:, group.value] <= 1)).all()
    *_, other = head.run(inputs | {"state": np.zeros_like(state)})
    assert not np.array_equal(other, state)
    *_, deaf = head.run(inputs | {"evidence": np.zeros_like(inputs["evidence"])})
    assert not np.array_equal(deaf, state)


def test_the_groups_of_outputs_lie_side_by_side() -> None:
    places = [group.value for group in Output]
    assert [place.start for place in places] == [0, *(place.stop for place in places[:-1])]
    assert places[-1].stop == OUTPUTS
    assert Output.PARTS.size == PARTS_COUNT == len(Part)
    assert Output.KIND.size == len(TransitionKind)
    assert Output.SECTION.size == len(Section)
    assert Output.TECHNIQUES.size == len(Technique)
    assert Output.MEASURES.size == len(Measure) == len(MEASURE_SCALES)


def test_a_damaged_file_is_an_error_even_where_a_gpu_would_be_asked_first(folder: Path) -> None:
    content = bytearray((folder / "trunk.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "trunk.onnx").write_bytes(content)
    with pytest.raises(ModelInvalid, match="damaged"):
        Networks.load(folder)


def test_a_file_of_another_export_is_refused(folder: Path) -> None:
    change_specification(folder, "head", weights_sha256="0" * 64)
    with pytest.raises(ModelInvalid, match="different exports"):
        Networks.load(folder, CPU)


@pytest.mark.parametrize(
    "setting",
    [
        {"sample_rate_hz": 22_050},
        {"mel_reference_db": -30.0},
        {"column_stride": 2},
        {"evidence_features": EVIDENCE_FEATURES - 1},
        {"parts": ["beat_offset"]},
        {"outputs": {}},
    ],
)
def test_other_settings_are_refused(folder: Path, setting: dict[str, object]) -> None:
    change_specification(folder, "trunk", settings=settings() | setting)
    with pytest.raises(ModelInvalid, match=f"{next(iter(setting))} = .* is needed"):
        Networks.load(folder, CPU)


def test_other_labels_are_refused(folder: Path) -> None:
    change_specification(folder, "head", labels=list(reversed(LABELS)))
    with pytest.raises(ModelInvalid, match="labels"):
        Networks.load(folder, CPU)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelInvalid, match="no readable"):
        Networks.load(tmp_path)


def test_the_identity_is_that_of_the_files_that_run(folder: Path) -> None:
    shipped = Networks.load(providers=CPU).identity
    assert Networks.load(folder, CPU).identity == shipped
    for kind in PARTS:
        change_specification(folder, kind, version="9.9.9")
    changed = Networks.load(folder, CPU).identity
    assert changed.version == "9.9.9"
    assert changed.sha256 != shipped.sha256


def test_no_allowed_provider_is_an_error() -> None:
    with pytest.raises(ConfigurationInvalid, match="none was named"):
        Networks.load(providers=[])


@pytest.mark.parametrize(
    ("frames", "columns"), [(0, 0), (17, 0), (18, 1), (21, 1), (22, 2), (25, 2), (494, 120)]
)
def test_a_column_is_known_with_the_last_of_its_frames(frames: int, columns: int) -> None:
    assert columns_known(frames) == columns
