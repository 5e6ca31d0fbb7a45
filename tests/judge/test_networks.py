from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from core.errors import ConfigurationInvalid, ModelInvalid
from core.messages import Component
from inference.files import CHECKSUMS, ModelFiles
from inference.placement import Placement
from inference.sessions import load
from inference.specification import METADATA_KEY
from judge.networks import PARTS, SHIPPED, Networks
from judge.specification import LABELS, columns_known, settings

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
    mixing = networks.mixing_features(np.zeros((10, 4), np.float32))
    assert mixing.shape == (32,)
    assert networks.columns(np.zeros((2, 42, 128), np.float32)).shape == (2, 7, 128)


def test_every_shipped_file_is_of_one_export_and_within_bounds() -> None:
    files = ModelFiles(SHIPPED)
    digests = set()
    for kind in (*PARTS, "judge"):
        shapes = PARTS.get(kind) or {
            "log_mel": (494, 128), "mfcc": (13,), "basic": (3,), "transitions": (10, 4),
        }  # fmt: skip
        model = load(files, kind, Placement(), settings() | {"labels": LABELS}, shapes)
        digests.add(model.specification.weights_sha256)
    assert len(digests) == 1
    assert sum(file.stat().st_size for file in SHIPPED.glob("*.onnx")) < 4_000_000


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
    "setting", [{"sample_rate_hz": 22_050}, {"mel_reference_db": -30.0}, {"column_stride": 2}]
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
