from __future__ import annotations

import os
import re
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationInvalid
from sentiment.hosting.config import CrowdConfig
from stream.config import IceServer, IngestConfig
from visuals.hosting.config import VisualsConfig
from visuals.worker.place import FieldProvider
from web.settings import Settings, load_settings, setting_names, variable_of
from web.texts import Texts
from web.viewers.config import ViewerConfig

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `([a-z_.]+)` \| `([A-Z_]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable and no file of the machine that the tests run on."""
    for name in os.environ:
        if name.upper().startswith("DJUV_") or name in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.chdir(tmp_path)


def _value(settings: Settings, name: str) -> Any:
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _written(value: Any) -> str:
    """How the page writes a default."""
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return "`" + ", ".join(_written(item).strip("`") for item in value) + "`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, Enum):
        return f"`{value.value}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def test_every_setting_is_documented_with_its_default():
    documented = {row[0]: row[1:3] for row in ROW.findall(PAGE.read_text())}
    settings = load_settings()
    assert documented == {
        name: (variable_of(name), _written(_value(settings, name))) for name in setting_names()
    }


def test_the_parts_have_the_defaults_that_they_state():
    settings = load_settings()
    assert settings.ingest_config() == IngestConfig()
    assert settings.viewer_config() == ViewerConfig()
    assert settings.crowd_config() == CrowdConfig()
    assert settings.visuals_config() == VisualsConfig()


def test_the_strongest_source_counts(monkeypatch: pytest.MonkeyPatch):
    Path("djuniverse.toml").write_text(
        'host = "file"\nport = 1\ndata_dir = "file"\n'
        '[limits]\nsessions = 1\nviewers = 2\n[logs]\nlevel = "debug"\n'
    )
    monkeypatch.setenv("DJUV_PORT", "2")
    monkeypatch.setenv("DJUV_DATA_DIR", "environment")
    monkeypatch.setenv("DJUV_LIMITS__SESSIONS", "3")
    settings = load_settings(data_dir=Path("given"), role=None, logs={"format": "json"})
    assert (settings.host, settings.port, settings.data_dir) == ("file", 2, Path("given"))
    assert (settings.limits.sessions, settings.limits.viewers) == (3, 2)
    assert (settings.logs.level, settings.logs.format) == ("debug", "json")


def test_a_file_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "a.toml").write_text("port = 1")
    (tmp_path / "b.toml").write_text("port = 2")
    monkeypatch.setenv("DJUV_CONFIG", str(tmp_path / "a.toml"))
    assert load_settings().port == 1
    assert load_settings(tmp_path / "b.toml").port == 2


def test_plain_addresses_of_services_are_respected(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:geheim@h/plain")
    monkeypatch.setenv("REDIS_URL", "redis://:geheim@h")
    settings = load_settings()
    assert settings.database_address == "postgresql://u:geheim@h/plain"
    assert settings.redis_address == "redis://:geheim@h"
    assert "geheim" not in repr(settings) + str(settings) + settings.model_dump_json()
    monkeypatch.setenv("DJUV_DATABASE_URL", "sqlite:///ours.db")
    assert load_settings().database_address == "sqlite:///ours.db"


def test_empty_variables_say_nothing(monkeypatch: pytest.MonkeyPatch):
    for name in ("REDIS_URL", "DATABASE_URL", "DJUV_PORT", "DJUV_MEDIA__PUBLIC_IP"):
        monkeypatch.setenv(name, "")
    assert load_settings() == load_settings(port=8000)
    assert load_settings().redis_address is None
    assert load_settings().database_address == "sqlite:///var/djuniverse.db"


@pytest.mark.parametrize(
    ("written", "servers"),
    [
        ("stun:a:1, turn:b:2", (IceServer("stun:a:1"), IceServer("turn:b:2"))),
        (
            '[{"url": "turn:b:2", "username": "u", "credential": "c"}]',
            (IceServer("turn:b:2", "u", "c"),),
        ),
    ],
)
def test_lists_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, written: str, servers: tuple[IceServer, ...]
):
    monkeypatch.setenv("DJUV_MEDIA__ICE_SERVERS", written)
    monkeypatch.setenv("DJUV_ALLOWED_ORIGINS", "https://a.example,https://b.example")
    settings = load_settings()
    assert settings.ingest_config().ice_servers == servers
    assert settings.viewer_config().allowed_origins == {"https://a.example", "https://b.example"}


def test_media_addresses_reach_ingest():
    media = {"public_ip": "203.0.113.7", "first_port": 50_000, "last_port": 50_100}
    config = load_settings(media=media).ingest_config()
    assert config.public_ip == "203.0.113.7"
    assert config.media_ports == (50_000, 50_100)


def test_what_is_set_of_the_chat_reaches_its_host_and_its_viewers():
    chat = {"history_messages": 50, "newcomers_per_address": 500, "message_characters": 140}
    settings = load_settings(chat=chat)
    config = settings.crowd_config()
    assert (config.chat.shown_most, config.chat.newcomers_an_hour) == (50, 500)
    assert config.text_characters == settings.viewer_config().message_characters == 140


def test_what_is_set_of_the_visuals_reaches_their_host():
    visuals = {"most_rooms": 3, "height": 360, "frames_per_second": 25, "kilobits_per_second": 900}
    assert load_settings(visuals=visuals).visuals_config() == VisualsConfig(3, 360, 25.0, 900)
    on_gpu = load_settings(visuals={"provider": "cuda"}, inference={"device": 1}).visuals_config()
    assert on_gpu == VisualsConfig(provider=FieldProvider.CUDA, device=1)


@pytest.mark.parametrize(
    ("visible", "providers"),
    [
        (None, ["CUDAExecutionProvider", "CPUExecutionProvider"]),
        ("1", ["CUDAExecutionProvider", "CPUExecutionProvider"]),
        ("", ["CPUExecutionProvider"]),
        ("-1", ["CPUExecutionProvider"]),
    ],
)
def test_hidden_gpus_are_not_tried(
    monkeypatch: pytest.MonkeyPatch, visible: str | None, providers: list[str]
):
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    settings = load_settings(inference={"providers": "cuda, cpu"})
    assert list(settings.onnx_providers) == providers


@pytest.mark.parametrize(
    ("variables", "setting", "code"),
    [
        ({"DJUV_LIMITS__SESSIONS": "0"}, "limits.sessions", "setting_greater_than_equal"),
        ({"DJUV_LIMITS__SESSIONS": "geheim"}, "limits.sessions", "setting_int_parsing"),
        ({"DJUV_PORT": "99999"}, "port", "setting_less_than_equal"),
        ({"DJUV_TIMERS__GRACE_SECONDS": "0"}, "timers.grace_seconds", "setting_greater_than"),
        ({"DJUV_TIMERS__GRACE_SECONDS": "nan"}, "timers.grace_seconds", "setting_finite_number"),
        ({"DJUV_RECORDINGS__ENABLED": "geheim"}, "recordings.enabled", "setting_bool_parsing"),
        ({"DJUV_RECORDINGS__KEEP_DAYS": "x"}, "recordings.keep_days", "setting_float_parsing"),
        ({"DJUV_ROLE": "geheim"}, "role", "setting_enum"),
        ({"DJUV_ROLE": "edge"}, "", "setting_role_needs_redis"),
        ({"DJUV_TLS_KEY": "geheim"}, "", "setting_tls_pair"),
        ({"DJUV_MEDIA__PUBLIC_IP": "geheim"}, "media.public_ip", "setting_ip_any_address"),
        ({"DJUV_MEDIA__FIRST_PORT": "2000"}, "media", "setting_port_range"),
        (
            {"DJUV_MEDIA__ICE_SERVERS": "geheim"},
            "media.ice_servers.0.url",
            "setting_string_pattern_mismatch",
        ),
        ({"DJUV_MEDIA__ICE_SERVERS": "[geheim"}, "media.ice_servers", "setting_list"),
        ({"DJUV_INFERENCE__PROVIDERS": "gpu"}, "inference.providers.0", "setting_enum"),
        ({"DJUV_INFERENCE__PROVIDERS": "[]"}, "inference.providers", "setting_too_short"),
        ({"DJUV_INGEST_URL": "geheim"}, "ingest_url", "setting_url_parsing"),
        ({"DJUV_INGEST_URL": "ftp://geheim"}, "ingest_url", "setting_url_scheme"),
        (
            {"DJUV_ROLE": "edge", "REDIS_URL": "redis://x", "DJUV_DEMONSTRATION": "1"},
            "",
            "setting_demonstration_on_edge",
        ),
        ({"DJUV_CHAT__AUDIT_DAYS": "91"}, "chat.audit_days", "setting_less_than_equal"),
        (
            {"DJUV_CHAT__HISTORY_MESSAGES": "201"},
            "chat.history_messages",
            "setting_less_than_equal",
        ),
        (
            {"DJUV_CHAT__MESSAGE_CHARACTERS": "0"},
            "chat.message_characters",
            "setting_greater_than_equal",
        ),
        ({"DJUV_VISUALS__HEIGHT": "200"}, "visuals.height", "setting_one_of"),
        (
            {"DJUV_VISUALS__FRAMES_PER_SECOND": "24"},
            "visuals.frames_per_second",
            "setting_one_of",
        ),
        (
            {"DJUV_VISUALS__KILOBITS_PER_SECOND": "2001"},
            "visuals.kilobits_per_second",
            "setting_less_than_equal",
        ),
        ({"DJUV_VISUALS__PROVIDER": "tensorrt"}, "visuals.provider", "setting_enum"),
        ({"DJUV_VISUALS__MOST_ROOMS": "0"}, "visuals.most_rooms", "setting_greater_than_equal"),
        ({"DJUV_LIMIT__SESSIONS": "5"}, "DJUV_LIMIT__SESSIONS", "setting_unknown_like"),
        ({"DJUV_ZEBRA": "5"}, "DJUV_ZEBRA", "setting_unknown"),
    ],
)
def test_a_setting_that_cannot_work_is_named(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], setting: str, code: str
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationInvalid) as refused:
        load_settings()
    error = refused.value
    assert (error.slug, error.details["setting"]) == (code, setting)
    assert setting in str(error)
    for language in ("en", "es"):
        texts = Texts(language)
        assert f"error.{code}" in texts
        assert setting in texts.error(error) and "{" not in texts.error(error)
        assert "geheim" not in texts.error(error) + str(error)


def test_a_file_with_a_misspelt_setting_is_refused(tmp_path: Path):
    (tmp_path / "a.toml").write_text("[limits]\nsesions = 3\n")
    with pytest.raises(ConfigurationInvalid, match=r"Did you mean limits\.sessions"):
        load_settings(tmp_path / "a.toml")


@pytest.mark.parametrize("content", [b"[limits\n", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None):
    if content is not None:
        (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(ConfigurationInvalid, match=r"a\.toml") as refused:
        load_settings(tmp_path / "a.toml")
    assert refused.value.slug == "settings_file_unreadable"


def test_settings_cannot_be_changed_later():
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1  # type: ignore[misc]
