"""The neural field's model: does what it says, is what was shipped, and can be made anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
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
from visuals.grids import Grid
from visuals.picture import STANDARD, PictureSize
from visuals.specification import CONDITIONS, COORDINATES, HIDDEN, LATENT

GRID = Grid.of(PictureSize(96, 54))


def places_of(grid: Grid) -> NDArray[np.float32]:
    """Return coordinates such as a scene has."""
    x, y = grid.small_x, grid.small_y
    return np.stack([x, y, x * y, np.hypot(x, y)]).astype(np.float32)


def inputs(rng: np.random.Generator, grid: Grid = GRID) -> dict[str, NDArray[np.float32]]:
    """Return a show's inputs, of which each may be replaced."""
    places = places_of(grid)
    weights = FieldWeights.drawn(rng, places.reshape(COORDINATES, -1))
    return weights.inputs() | {
        "waves": weights.waves(places),
        "heard": rng.random((1, 2, EMBEDDING_SIZE), np.float32),
        "conditions": rng.random((1, 1, CONDITIONS), np.float32),
    }


def test_the_field_is_the_network_from_places_to_values(field: FieldModel) -> None:
    rng, places = np.random.default_rng(3), places_of(GRID).reshape(COORDINATES, -1)
    weights = FieldWeights.drawn(rng, places)
    conditions = rng.random(CONDITIONS, np.float32)
    values = field.run(
        GRID,
        weights.inputs()
        | {
            "waves": weights.waves(places),
            "heard": np.zeros((1, 2, EMBEDDING_SIZE), np.float32),
            "conditions": conditions[None, None],
        },
    )
    steered = weights.steering @ np.concatenate([conditions, np.zeros(LATENT)])
    layer = np.sin(weights.first @ places + (steered + weights.biases[0])[:, None])
    for matrix, bias in zip(weights.hidden, weights.biases[1:], strict=True):
        layer = np.tanh(matrix @ layer + bias[:, None])
    expected = np.tanh(weights.last @ layer + weights.offset[:, None])
    assert values.reshape(3, -1) == pytest.approx(expected, abs=1e-4)


def test_what_is_heard_moves_the_field_and_news_moves_it_most(field: FieldModel) -> None:
    rng = np.random.default_rng(4)
    given = inputs(rng)
    one, other = rng.random((2, EMBEDDING_SIZE), np.float32)

    def heard(now: NDArray[np.float32], usual: NDArray[np.float32]) -> NDArray[np.float32]:
        return field.run(GRID, given | {"heard": np.stack([now, usual])[None]})

    before, louder = heard(one, one), heard(5 * one, one)
    assert np.abs(louder - before).mean() < 0.01  # only where it points counts
    new, used_to = heard(other, one), heard(other, other)
    assert np.abs(new - before).mean() > 0.15
    assert np.abs(new - before).mean() > np.abs(used_to - before).mean() > 0.02


def test_values_are_spread_evenly_whatever_the_seed(field: FieldModel) -> None:
    for seed in range(12):
        values = field.run(GRID, inputs(np.random.default_rng(seed)))
        assert np.abs(values).max() <= 1
        assert (values.std((1, 2)) > 0.2).all()


def test_weights_depend_on_the_seed_alone() -> None:
    places = np.random.default_rng(0).random((COORDINATES, 50)).astype(np.float32)
    one, same, other = (
        FieldWeights.drawn(np.random.default_rng(seed), places) for seed in (5, 5, 6)
    )
    assert one.first.shape == (HIDDEN, COORDINATES)
    assert (one.waves(places) == same.waves(places)).all()
    assert (one.waves(places) != other.waves(places)).any()
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
    (fields,) = model.run(together)
    for shown, each in zip(fields, shows, strict=True):
        assert shown == pytest.approx(field.run(GRID, each).reshape(shown.shape), abs=1e-5)


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
        assert on_gpu.run(grid, given) == pytest.approx(field.run(grid, given), abs=1e-2)


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
