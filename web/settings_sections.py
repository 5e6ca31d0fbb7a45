"""The sections of the settings: what each value may be, and its default.

Defaults of limits and timers are those of the parts that they are for: each is stated once.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Collection
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyAddress,
    SecretStr,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sentiment.hosting.config import CrowdConfig
from stream.config import IngestConfig
from visuals.hosting.config import VisualsConfig
from visuals.worker.pace import HEIGHTS, RATES
from visuals.worker.place import FieldProvider
from web.viewers.config import ViewerConfig

_INGEST: Final = IngestConfig()
_VIEWERS: Final = ViewerConfig()
_CROWD: Final = CrowdConfig()
_VISUALS: Final = VisualsConfig()

Value = TypeVar("Value")


class Role(StrEnum):
    """What a process does."""

    ALL = "all"
    INGEST = "ingest"  # takes DJs in and judges them
    EDGE = "edge"  # serves viewers


class LogFormat(StrEnum):
    """How log lines look."""

    AUTO = "auto"  # console on a terminal, else JSON
    JSON = "json"
    CONSOLE = "console"


class LogLevel(StrEnum):
    """The least important lines that are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class ProviderName(StrEnum):
    """Where models may run."""

    TENSORRT = "tensorrt"
    CUDA = "cuda"
    CPU = "cpu"


def _listed(value: object) -> object:
    """Read what the environment writes as `a, b` or as JSON; a file's lists pass as they are."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            raise PydanticCustomError("list", "is neither a, b nor a JSON list") from None
    return [part.strip() for part in value.split(",") if part.strip()]


Listed = Annotated[tuple[Value, ...], BeforeValidator(_listed)]


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        raise PydanticCustomError("network", "is neither an IP address nor a network") from None


Network = Annotated[str, AfterValidator(_network)]
Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
UdpPort = Annotated[int, Field(ge=1024, le=65_535)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Section):
    """How much of everything."""

    sessions: Count = _INGEST.sessions
    sessions_per_address: Count = _INGEST.sessions_per_address
    starts_per_key: Count = _INGEST.starts_per_key
    viewers: Count = _VIEWERS.max_viewers
    viewers_per_address: Count = _VIEWERS.max_viewers_per_address
    rooms: Count = _VIEWERS.max_rooms
    viewer_buffer_bytes: Annotated[int, Field(ge=65_536)] = _VIEWERS.outbox_bytes
    body_bytes: Annotated[int, Field(ge=1_024)] = 65_536


class Timers(_Section):
    """How long for everything."""

    connect_seconds: Seconds = _INGEST.connect_seconds
    stalled_seconds: Seconds = _INGEST.stalled_seconds
    broken_seconds: Seconds = _INGEST.broken_seconds
    grace_seconds: Seconds = _INGEST.grace_seconds
    longest_set_seconds: Seconds = _INGEST.longest_seconds
    reorder_seconds: Annotated[float, Field(ge=0, le=1)] = _INGEST.reorder_seconds
    viewer_ping_seconds: Seconds = _VIEWERS.ping_seconds
    viewer_silence_seconds: Seconds = _VIEWERS.silence_seconds
    body_seconds: Seconds = 10.0
    shutdown_seconds: Seconds = 10.0


class IceServerSetting(_Section):
    """A STUN or TURN server."""

    url: Annotated[str, Field(pattern=r"^(stun|turn|turns):\S+$")]
    username: str | None = None
    credential: SecretStr | None = None


def _ice_server(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


class Media(_Section):
    """How DJs reach the server by WebRTC."""

    public_ip: IPvAnyAddress | None = None
    first_port: UdpPort | None = None
    last_port: UdpPort | None = None
    ice_servers: Listed[Annotated[IceServerSetting, BeforeValidator(_ice_server)]] = ()

    @model_validator(mode="after")
    def _has_a_whole_range(self) -> Self:
        first, last = self.first_port, self.last_port
        if (first is None) != (last is None) or (first and last and first > last):
            raise PydanticCustomError(
                "port_range", "first_port and last_port are given together, the smaller first"
            )
        return self

    @property
    def ports(self) -> tuple[int, int] | None:
        """First and last UDP port, None for any that is free."""
        if self.first_port is None or self.last_port is None:
            return None
        return self.first_port, self.last_port


class Inference(_Section):
    """Where models run."""

    providers: Annotated[Listed[ProviderName], Field(min_length=1)] = tuple(ProviderName)
    device: Annotated[int, Field(ge=0)] = 0
    cuda_graphs: bool = True
    models_dir: Path | None = None
    calibration: Path | None = None


class Logs(_Section):
    """What is logged, and how."""

    format: LogFormat = LogFormat.AUTO
    level: LogLevel = LogLevel.INFO


class Recordings(_Section):
    """What is kept of sets."""

    enabled: bool = True
    keep_days: Annotated[float, Field(ge=0)] = 30.0
    least_free_bytes: Annotated[int, Field(ge=0)] = 1_073_741_824


class Clips(_Section):
    """What is kept of epic moments."""

    enabled: bool = True
    keep_days: Annotated[float, Field(ge=0)] = 30.0
    most_bytes: Annotated[int, Field(ge=16_777_216)] = 5_368_709_120


class Chat(_Section):
    """What the rooms' chats may be, and what is kept of them."""

    enabled: bool = True
    audit_days: Annotated[float, Field(ge=0, le=90)] = 7.0
    history_messages: Annotated[int, Field(ge=0, le=_CROWD.chat.shown_most)] = (
        _CROWD.chat.shown_most
    )
    newcomers_per_address: Count = _CROWD.chat.newcomers_an_hour
    message_characters: Annotated[int, Field(ge=1, le=_VIEWERS.message_characters)] = (
        _VIEWERS.message_characters
    )


def _one_of(values: Collection[float]) -> Callable[[float], float]:
    """Return what refuses every other value, and says which there are."""

    def check(value: float) -> float:
        if value not in values:
            named = ", ".join(f"{each:g}" for each in values)
            raise PydanticCustomError("one_of", "is none of {values}", {"values": named})
        return value

    return check


class Visuals(_Section):
    """How rooms' shows are drawn."""

    enabled: bool = True
    most_rooms: Count | None = _VISUALS.most_rooms
    height: Annotated[int, AfterValidator(_one_of(HEIGHTS))] = _VISUALS.height
    frames_per_second: Annotated[float, AfterValidator(_one_of(RATES))] = _VISUALS.frames_per_second
    kilobits_per_second: Annotated[int, Field(ge=100, le=2_000)] = _VISUALS.kilobits_per_second
    provider: FieldProvider = _VISUALS.provider
