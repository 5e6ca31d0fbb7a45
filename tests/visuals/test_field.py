"""The neural field's model: does what it says, is what was shipped, and can be made anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from structlog.testing import capture_logs

from core.errors import ConfigurationInvalid, ModelInvalid
from core.show import EMBEDDING_SIZE
from inference import providers
from inference.files import CHECKSUMS
from inference.placement import Placement
from inference.providers import Provider, provider_library_problem
from tests.conftest import DEVICE_ABSENT
from visuals import field as module
from visuals.field import MODELS, FieldModel, FieldWeights, row_shapes
from visuals.grids import Grid, enlarging
from visuals.picture import STANDARD, PictureSize
from visuals.specification import CONDITIONS, COORDINATES, HIDDEN, LATENT

GRID = Grid.of(PictureSize(96, 54))


def inputs(rng: np.random.Generator, grid: Grid = GRID) -> dict[str, NDArray[np.float32]]:
    """Return a show's inputs, of which each may be replaced."""
    x, y = grid.small_x, grid.small_y
    places = np.stack([x, y, x * y, np.hypot(x, y)]).astype(np.float32)
    weights = FieldWeights.drawn(rng, places.reshape(COORDINATES, -1)).inputs()
    still = np.array([[[1, 0], [0, 1], [0, 0]]], np.float32)
    return weights | {
        "embedding": rng.random((1, EMBEDDING_SIZE), np.float32),
        "usual": rng.random((1, EMBEDDING_SIZE), np.float32),
        "conditions": rng.random((1, CONDITIONS), np.float32),
        "points": places[None],
        "previous": rng.random((1, 1, *grid.x.shape), np.float32),
        "taller": grid.taller[None],
        "wider": grid.wider[None],
        "positions": grid.positions[None],
        "currents": np.zeros((1, *grid.x.shape, 2), np.float32),
        "affine": still,
        "pulls": np.zeros((1, 2), np.float32),
    }


def test_without_a_warp_the_trail_is_the_last_light(field: FieldModel) -> None:
    given = inputs(np.random.default_rng(1))
    _, trail = field.run(GRID, given)
    inner = (slice(1, -1), slice(1, -1))  # the outermost is looked up from further in
    assert trail[inner] == pytest.approx(given["previous"][0, 0][inner], abs=1e-3)


def test_the_trail_is_what_the_warp_asks_for(field: FieldModel) -> None:
    rng = np.random.default_rng(2)
    given = inputs(rng)
    given["affine"] = np.array([[[0.9, 0.05], [-0.1, 0.85], [0.02, -0.03]]], np.float32)
    given["currents"] = rng.normal(0, 0.1, given["currents"].shape).astype(np.float32)
    given["pulls"] = np.array([[0.4, 0.0]], np.float32)
    _, trail = field.run(GRID, given)
    sought = GRID.positions @ given["affine"][0] + 0.4 * given["currents"][0]
    height, width = GRID.x.shape
    row = (sought[..., 1] + 1) * height / 2 - 0.5
    column = (sought[..., 0] + 1) * width / 2 - 0.5
    expected = map_coordinates(given["previous"][0, 0], [row, column], order=1, mode="nearest")
    inside = np.abs(sought).max(-1) < 0.96
    assert trail[inside] == pytest.approx(expected[inside], abs=2e-3)


def test_the_field_is_the_network_from_places_to_values(field: FieldModel) -> None:
    given = inputs(np.random.default_rng(3))
    given["embedding"] = given["usual"] = np.zeros((1, EMBEDDING_SIZE), np.float32)
    values, _ = field.run(GRID, given)
    heard = np.concatenate([given["conditions"][0], np.zeros(LATENT, np.float32)])
    steered = given["steering"][0] @ heard + given["biases"][0, 0]
    layer = np.sin(
        given["first"][0] @ given["points"][0].reshape(COORDINATES, -1) + steered[:, None]
    )
    for matrix, bias in zip(given["hidden"][0], given["biases"][0, 1:], strict=True):
        layer = np.tanh(matrix @ layer + bias[:, None])
    small = np.tanh(given["last"][0] @ layer + given["offset"][0][:, None])
    expected = GRID.taller @ small.reshape(3, *GRID.small_x.shape) @ GRID.wider
    assert values == pytest.approx(expected, abs=1e-4)


def test_what_is_heard_moves_the_field_and_news_moves_it_most(field: FieldModel) -> None:
    rng = np.random.default_rng(4)
    given = inputs(rng)
    given["usual"] = given["embedding"]
    before, _ = field.run(GRID, given)
    louder, _ = field.run(GRID, given | {"embedding": 5 * given["embedding"]})
    assert np.abs(louder - before).mean() < 0.01  # only where it points counts
    other = rng.random((1, EMBEDDING_SIZE), np.float32)
    new, _ = field.run(GRID, given | {"embedding": other})
    used_to, _ = field.run(GRID, given | {"embedding": other, "usual": other})
    assert np.abs(new - before).mean() > 0.15
    assert np.abs(new - before).mean() > np.abs(used_to - before).mean() > 0.02


def test_values_are_spread_evenly_whatever_the_seed(field: FieldModel) -> None:
    for seed in range(12):
        values, _ = field.run(GRID, inputs(np.random.default_rng(seed)))
        assert np.abs(values).max() <= 1
        assert (values.std((1, 2)) > 0.2).all()


def test_weights_depend_on_the_seed_alone() -> None:
    places = np.random.default_rng(0).random((COORDINATES, 50)).astype(np.float32)
    one, same, other = (
        FieldWeights.drawn(np.random.default_rng(seed), places) for seed in (5, 5, 6)
    )
    assert one.first.shape == (HIDDEN, COORDINATES)
    for name, value in one.inputs().items():
        assert (value == same.inputs()[name]).all()
        assert (value != other.inputs()[name]).any()


def test_inputs_have_the_shapes_that_devices_are_prepared_for() -> None:
    given = inputs(np.random.default_rng(0))
    assert {name: each.shape[1:] for name, each in given.items()} == row_shapes(GRID)


def test_several_shows_can_be_drawn_at_once(field: FieldModel) -> None:
    shows = [inputs(np.random.default_rng(seed)) for seed in range(3)]
    together = {name: np.concatenate([each[name] for each in shows]) for name in shows[0]}
    model = field._model(GRID)
    fields, trails = model.run(together)
    for index, each in enumerate(shows):
        alone, trail = field.run(GRID, each)
        assert fields[index] == pytest.approx(alone, abs=1e-5)
        assert trails[index, 0] == pytest.approx(trail, abs=1e-5)


def test_it_goes_where_it_is_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Placement] = []

    def load(files, kind, placement, *expected, **given):  # type: ignore[no-untyped-def]
        asked.append(placement)
        return real(files, kind, Placement(), *expected, **given)

    real = module.load
    monkeypatch.setattr(module, "load", load)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: list(Provider))
    monkeypatch.setattr(providers, "provider_library_problem", lambda _: None)
    found = FieldModel.on_first_of([Provider.CUDA, Provider.CPU], Placement(device=3))
    assert asked == [Placement(), Placement(Provider.CUDA, device=3)]
    assert found.placement == Placement(Provider.CUDA, device=3)


def test_a_provider_that_is_not_there_gives_way_or_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [Provider.CPU])
    with capture_logs() as logs:
        found = FieldModel.on_first_of([Provider.CUDA, Provider.CPU], Placement(device=3))
    assert found.placement == Placement()
    (told,) = logs
    assert (told["event"], told["chosen"]) == ("inference_provider", Provider.CPU)
    assert set(told["rejected"]) == {Provider.CUDA}
    with pytest.raises(ConfigurationInvalid, match="CUDAExecutionProvider"):
        FieldModel.on_first_of([Provider.CUDA])


def test_a_gpu_draws_what_the_cpu_draws(field: FieldModel) -> None:
    if Provider.CUDA not in onnxruntime.get_available_providers():
        pytest.skip(f"{DEVICE_ABSENT}this build of ONNX Runtime has no CUDA provider")
    if problem := provider_library_problem(Provider.CUDA):
        pytest.skip(f"{DEVICE_ABSENT}the CUDA provider is not there: {problem}")
    on_gpu = FieldModel.on_first_of([Provider.CUDA])
    for grid in (GRID, Grid.of(STANDARD)):
        given = inputs(np.random.default_rng(6), grid)
        for ours, theirs in zip(on_gpu.run(grid, given), field.run(grid, given), strict=True):
            assert ours == pytest.approx(theirs, abs=1e-2)


def test_enlarging_interpolates_between_centres() -> None:
    assert enlarging(4, 2) == pytest.approx(
        np.array([[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]]), abs=1e-6
    )
    assert enlarging(7, 4).sum(1) == pytest.approx(1)


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    for name in ("field.onnx", CHECKSUMS):
        (tmp_path / name).write_bytes((MODELS / name).read_bytes())
    (tmp_path / "field.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelInvalid, match="does not match"):
        FieldModel.load(tmp_path)


def test_the_catalogue_needs_no_runtime() -> None:
    code = "import sys, visuals.catalogue; sys.exit('onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.training
def test_the_shipped_model_is_made_anew_byte_by_byte(tmp_path: Path) -> None:
    from training.visuals.__main__ import main

    main(["--to", str(tmp_path)])
    for name in ("field.onnx", CHECKSUMS):
        assert (tmp_path / name).read_bytes() == (MODELS / name).read_bytes()


@pytest.mark.training
def test_the_projection_keeps_lengths() -> None:
    from training.visuals.graph import projection

    directions = projection()
    assert directions.T @ directions / EMBEDDING_SIZE == pytest.approx(np.eye(LATENT), abs=1e-3)
