"""How a server starts, or does not."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from core.errors import ConfigurationInvalid
from web.app import running
from web.settings import load_settings


async def test_on_a_port_in_use_nothing_is_started(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = load_settings(port=other.getsockname()[1], data_dir=tmp_path / "data")
        with pytest.raises(ConfigurationInvalid) as refused:
            async with running(settings):
                pytest.fail("it started")
    assert refused.value.slug == "port_in_use"
    assert not (tmp_path / "data").exists()  # the database, which another server may be using
