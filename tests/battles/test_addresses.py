from __future__ import annotations

import pytest

from battles.addresses import database_address, sqlite_file
from core.errors import ConfigurationInvalid


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sqlite:///var/x.db", "sqlite+aiosqlite:///var/x.db"),
        ("sqlite+aiosqlite:////srv/x.db", "sqlite+aiosqlite:////srv/x.db"),
        ("postgresql://u:p%40ss@h:5433/n", "postgresql+psycopg://u:p%40ss@h:5433/n"),
        ("postgres://u@h/n?sslmode=require", "postgresql+psycopg://u@h/n?sslmode=require"),
        ("postgresql+asyncpg://u@h/n", "postgresql+psycopg://u@h/n"),
    ],
)
def test_addresses_are_normalised(written: str, read: str):
    assert database_address(written).render_as_string(hide_password=False) == read


def test_only_sqlite_is_a_file():
    file = sqlite_file(database_address("sqlite:///var/x.db"))
    assert file is not None and file.as_posix() == "var/x.db"
    assert sqlite_file(database_address("postgresql://u@h/n")) is None


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("geheim", "database_url_unreadable"),
        ("postgresql://u:geheim@h:port/n", "database_url_unreadable"),
        ("mysql://u:geheim@h/n", "database_kind_unknown"),
        ("sqlite://", "database_without_file"),
        ("sqlite:///:memory:", "database_without_file"),
        ("sqlite:///file:geheim?mode=memory&uri=true", "database_without_file"),
    ],
)
def test_what_cannot_work_is_refused_without_quoting_it(written: str, code: str):
    with pytest.raises(ConfigurationInvalid) as refused:
        database_address(written)
    assert refused.value.slug == code
    assert refused.value.details["setting"] == "database_url"
    assert "geheim" not in str(refused.value)
    assert "postgresql://" in str(refused.value)
