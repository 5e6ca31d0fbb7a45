"""What an operator may set: in `djuniverse.toml`, the environment, or on the command line.

The command line is stronger than the environment, the environment than the file.
`docs/settings.md` documents each setting, which a test holds.
"""

from __future__ import annotations

import difflib
import itertools
import os
import socket
import tomllib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Self

from pydantic import (
    AliasChoices,
    AnyHttpUrl,
    BaseModel,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from core.errors import ConfigurationInvalid
from sentiment.chat import ChatLimits
from sentiment.hosting.config import CrowdConfig
from stream.config import IceServer, IngestConfig
from visuals.hosting.config import VisualsConfig
from web.settings_sections import (
    Chat,
    Clips,
    Inference,
    Limits,
    Listed,
    Logs,
    Media,
    Network,
    ProviderName,
    Recordings,
    Role,
    Timers,
    Visuals,
)
from web.viewers.config import ViewerConfig

PREFIX: Final = "DJUV_"
SECTION_MARK: Final = "__"
"""Stands for the point in a setting's name: limits.sessions is DJUV_LIMITS__SESSIONS."""

FILE_NAME: Final = "djuniverse.toml"
"""Read from the working directory where there is one and no other is named."""

OTHER_VARIABLES: Final = ("DJUV_LANG", "DJUV_CONFIG", "DJUV_AUDIO", "DJUV_TESTS_")
"""Variables of ours, or their beginnings, that are no settings."""

ONNX_PROVIDERS: Final = {
    ProviderName.TENSORRT: "TensorrtExecutionProvider",
    ProviderName.CUDA: "CUDAExecutionProvider",
    ProviderName.CPU: "CPUExecutionProvider",
}

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

_from_file: ContextVar[Mapping[str, Any]] = ContextVar("settings_from_file", default=NOTHING)


class Settings(BaseSettings):
    """All settings. Read them with `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=SECTION_MARK,
        env_ignore_empty=True,
        enable_decoding=False,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    role: Role = Role.ALL
    demonstration: bool = False
    data_dir: Path = Path("var")
    database_url: SecretStr | None = Field(
        None, validation_alias=AliasChoices(f"{PREFIX}DATABASE_URL", "database_url")
    )
    redis_url: SecretStr | None = Field(
        None, validation_alias=AliasChoices(f"{PREFIX}REDIS_URL", "redis_url")
    )
    ingest_url: AnyHttpUrl | None = None
    allowed_origins: Listed[str] = ()
    trusted_hosts: Listed[str] = ("*",)
    trusted_proxies: Listed[Network] = ()
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    limits: Limits = Limits()
    timers: Timers = Timers()
    media: Media = Media()
    inference: Inference = Inference()
    logs: Logs = Logs()
    recordings: Recordings = Recordings()
    clips: Clips = Clips()
    chat: Chat = Chat()
    visuals: Visuals = Visuals()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the command line and the environment; the file comes in as their fallback."""
        in_file = InitSettingsSource(settings_cls, dict(_from_file.get()))
        return (init_settings, env_settings, in_file)

    @model_validator(mode="after")
    def _works_together(self) -> Self:
        if self.role is not Role.ALL and self.redis_url is None:
            raise PydanticCustomError(
                "role_needs_redis", "role {role} needs REDIS_URL", {"role": self.role.value}
            )
        if self.demonstration and self.role is Role.EDGE:
            raise PydanticCustomError(
                "demonstration_on_edge", "an edge takes no DJ in, not even the demonstration"
            )
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise PydanticCustomError(
                "tls_pair", "tls_certificate and tls_key are given together or not at all"
            )
        return self

    @property
    def database_address(self) -> str:
        """Address of the database; it may hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'djuniverse.db'}"

    @property
    def redis_address(self) -> str | None:
        """Address of Redis, None for the bus in memory; it may hold a password."""
        return self.redis_url.get_secret_value() if self.redis_url else None

    @property
    def recordings_dir(self) -> Path:
        """Where recordings are kept."""
        return self.data_dir / "recordings"

    @property
    def clips_dir(self) -> Path:
        """Where clips are kept."""
        return self.data_dir / "clips"

    @property
    def node(self) -> str:
        """Name of this process among those that share a database."""
        return f"{socket.gethostname()}:{self.port}"

    @property
    def onnx_providers(self) -> tuple[str, ...]:
        """ONNX Runtime's names of the providers to try, best first.

        Where `CUDA_VISIBLE_DEVICES` hides every GPU, those on a GPU are not even tried.
        """
        hidden = os.environ.get("CUDA_VISIBLE_DEVICES", "all").strip() in ("", "-1")
        names = [name for name in self.inference.providers if not hidden or name == "cpu"]
        return tuple(ONNX_PROVIDERS[name] for name in names)

    def ingest_config(self) -> IngestConfig:
        """Return what ingest is composed with."""
        limits, timers, media = self.limits, self.timers, self.media
        return IngestConfig(
            sessions=limits.sessions,
            sessions_per_address=limits.sessions_per_address,
            starts_per_key=limits.starts_per_key,
            connect_seconds=timers.connect_seconds,
            stalled_seconds=timers.stalled_seconds,
            broken_seconds=timers.broken_seconds,
            grace_seconds=timers.grace_seconds,
            longest_seconds=timers.longest_set_seconds,
            reorder_seconds=timers.reorder_seconds,
            public_ip=str(media.public_ip) if media.public_ip else None,
            media_ports=media.ports,
            ice_servers=tuple(
                IceServer(
                    url=server.url,
                    username=server.username,
                    credential=server.credential.get_secret_value() if server.credential else None,
                )
                for server in media.ice_servers
            ),
        )

    def viewer_config(self) -> ViewerConfig:
        """Return what the fan-out is composed with."""
        limits, timers = self.limits, self.timers
        return ViewerConfig(
            outbox_bytes=limits.viewer_buffer_bytes,
            max_viewers=limits.viewers,
            max_viewers_per_address=limits.viewers_per_address,
            max_rooms=limits.rooms,
            message_characters=self.chat.message_characters,
            ping_seconds=timers.viewer_ping_seconds,
            silence_seconds=timers.viewer_silence_seconds,
            allowed_origins=frozenset(self.allowed_origins),
            trusted_hosts=self.trusted_hosts,
            trusted_proxies=self.trusted_proxies,
        )

    def crowd_config(self) -> CrowdConfig:
        """Return what the crowds' host is composed with."""
        chat = self.chat
        limits = ChatLimits(
            shown_most=chat.history_messages, newcomers_an_hour=chat.newcomers_per_address
        )
        return CrowdConfig(chat=limits, text_characters=chat.message_characters)

    def visuals_config(self) -> VisualsConfig:
        """Return what the hosting of shows is composed with."""
        visuals = self.visuals
        return VisualsConfig(
            most_rooms=visuals.most_rooms,
            height=visuals.height,
            frames_per_second=visuals.frames_per_second,
            kilobits_per_second=visuals.kilobits_per_second,
            provider=visuals.provider,
            device=self.inference.device,
        )


def load_settings(file: Path | None = None, **given: Any) -> Settings:  # noqa: ANN401 - by name
    """Read the settings.

    Parameters
    ----------
    file
        The settings file; by default the one that `DJUV_CONFIG` names, else `djuniverse.toml` in
        the working directory where there is one.
    **given
        What the command line says; None where it says nothing.

    Raises
    ------
    ConfigurationInvalid
        On the first setting that is unknown or cannot work, with its name and what to do.
    """
    _refuse_unknown_variables(os.environ)
    token = _from_file.set(_read(file or _file_from_environment()))
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise _explained(error.errors(include_url=False)[0]) from None
    finally:
        _from_file.reset(token)


def setting_names(section: type[BaseModel] = Settings, beginning: str = "") -> Iterator[str]:
    """Yield the name of every setting, such as `limits.sessions`."""
    for name, described in section.model_fields.items():
        kind = described.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from setting_names(kind, f"{beginning}{name}.")
        else:
            yield beginning + name


def variable_of(setting: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + setting.upper().replace(".", SECTION_MARK)


def _file_from_environment() -> Path | None:
    named = os.environ.get("DJUV_CONFIG")
    if named:
        return Path(named)
    return Path(FILE_NAME) if Path(FILE_NAME).exists() else None


def _read(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationInvalid(
            f"The settings file {file} cannot be read: {problem}. Correct it or name another.",
            code="settings_file_unreadable",
            file=str(file),
            problem=problem,
        ) from error


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    """Refuse variables that look like settings but are none: a misspelt limit is no limit."""
    known = [variable_of(name) for name in setting_names()]
    for variable in environment:
        name = variable.upper()
        if name.startswith(PREFIX) and name not in known and not name.startswith(OTHER_VARIABLES):
            alike = difflib.get_close_matches(name, known, 1, cutoff=0.75)  # all share the prefix
            raise _unknown(variable, alike)


def _unknown(setting: str, alike: list[str]) -> ConfigurationInvalid:
    hint = f" Did you mean {alike[0]}?" if alike else " docs/settings.md lists all settings."
    return ConfigurationInvalid(
        f"There is no setting {setting}.{hint}",
        code="setting_unknown_like" if alike else "setting_unknown",
        setting=setting,
        alike=alike[0] if alike else None,
    )


def _explained(problem: ErrorDetails) -> ConfigurationInvalid:
    """Say which setting cannot work and why, without quoting its value: it may be a secret."""
    parts = [str(part) for part in problem["loc"]]
    setting = ".".join(parts).lower().removeprefix(PREFIX.lower())
    kind = problem["type"]
    if kind == "extra_forbidden":
        return _unknown(setting, difflib.get_close_matches(setting, list(setting_names()), 1))
    message = problem["msg"][:1].lower() + problem["msg"][1:]
    # A variable holds a whole list: media.ice_servers.0.url is in DJUV_MEDIA__ICE_SERVERS.
    named = itertools.takewhile(lambda part: not part.isdigit(), setting.split("."))
    variable = variable_of(".".join(named))
    subject = f"Setting {setting} ({variable})" if setting else "The settings"
    return ConfigurationInvalid(
        f"{subject} cannot work: {message}. See docs/settings.md.",
        code=f"setting_{kind}",
        setting=setting,
        variable=variable,
        problem=message,
        **problem.get("ctx", {}),
    )
