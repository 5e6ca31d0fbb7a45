"""The model of the neural field, loaded once."""

from __future__ import annotations

import pytest

from visuals.field import FieldModel


@pytest.fixture(scope="session")
def field() -> FieldModel:
    return FieldModel.load()
