from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from core.errors import ModelInvalid
from inference.files import CHECKSUMS, ModelFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    contents = {"a.onnx": b"first", "b.onnx": b"second"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in contents.items()]
    (tmp_path / CHECKSUMS).write_text("\n".join(lines) + "\n")
    return tmp_path


def test_a_whole_file_is_read(folder: Path) -> None:
    assert ModelFiles(folder).read("a.onnx") == b"first"


def test_a_damaged_file_is_refused(folder: Path) -> None:
    (folder / "a.onnx").write_bytes(b"fIrst")
    with pytest.raises(ModelInvalid, match="damaged"):
        ModelFiles(folder).read("a.onnx")


def test_a_file_that_nobody_exported_is_refused(folder: Path) -> None:
    (folder / "c.onnx").write_bytes(b"third")
    with pytest.raises(ModelInvalid, match="does not match"):
        ModelFiles(folder).read("c.onnx")


def test_an_absent_file_is_refused(folder: Path) -> None:
    (folder / "b.onnx").unlink()
    with pytest.raises(ModelInvalid, match="cannot be read"):
        ModelFiles(folder).read("b.onnx")


@pytest.mark.parametrize("content", [None, "no checksums here at all\n", "\xff"])
def test_a_folder_without_checksums_is_refused(folder: Path, content: str | None) -> None:
    (folder / CHECKSUMS).unlink()
    if content is not None:
        (folder / CHECKSUMS).write_text(content, encoding="latin-1")
    with pytest.raises(ModelInvalid, match=r"no readable checksums\.txt"):
        ModelFiles(folder)


def test_the_digest_names_the_contents_in_any_order(folder: Path) -> None:
    digest = ModelFiles(folder).digest("a.onnx", "b.onnx")
    assert ModelFiles(folder).digest("b.onnx", "a.onnx") == digest
    assert ModelFiles(folder).digest("a.onnx") != digest
    changed = (folder / CHECKSUMS).read_text().replace("a", "b", 1)
    (folder / CHECKSUMS).write_text(changed)
    assert ModelFiles(folder).digest("a.onnx", "b.onnx") != digest
