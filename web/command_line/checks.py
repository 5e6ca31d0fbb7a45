"""What `djuniverse doctor` looks at. Each check says how it is and, by its code, what to do."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import http.client
import importlib.metadata
import ipaddress
import json
import os
import platform
import shutil
import socket
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from battles.database import Database
from core.errors import ConfigurationInvalid, DjUniverseError, ModelInvalid, StorageUnavailable
from web.command_line.language import TEXTS
from web.operations import free_bytes
from web.settings import Settings
from web.settings_sections import Role
from web.version import DISTRIBUTION

ANSWER_SECONDS: Final = 3.0
"""Longest wait for a service that is asked."""

LEAST_BYTES: Final = 100_000_000
"""Free space below which a server should not be started."""

GIGABYTE: Final = 1_000_000_000


class Verdict(StrEnum):
    """How something is."""

    OK = "ok"
    WARNING = "warning"  # it works, with less
    PROBLEM = "problem"  # it does not work


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `doctor.{check}.{code}` is its text."""

    check: str
    verdict: Verdict
    code: str
    details: Mapping[str, object] = field(default_factory=dict)


def _ok(check: str, code: str = "ok", **details: object) -> Finding:
    return Finding(check, Verdict.OK, code, details)


def _warning(check: str, code: str, **details: object) -> Finding:
    return Finding(check, Verdict.WARNING, code, details)


def _problem(check: str, code: str, **details: object) -> Finding:
    return Finding(check, Verdict.PROBLEM, code, details)


def examine(settings: Settings) -> Iterator[Finding]:
    """Make all checks that matter for the role; a check that breaks is a problem, not the end."""
    checks: dict[str, Callable[[Settings], Finding]] = {
        "python": check_python,
        "packages": check_packages,
        "audio": check_audio,
        "models": check_models,
        "crowd": check_crowd,
        "visuals": check_visuals,
        "database": check_database,
        "bus": check_bus,
        "port": check_port,
        "https": check_https,
        "data": check_data_folder,
        "disk": check_disk,
    }
    if settings.role is Role.EDGE:
        for name in ("audio", "models", "crowd", "visuals", "database"):
            del checks[name]
    for name, check in checks.items():
        try:
            yield check(settings)
        except Exception as error:  # whatever is broken here, the other checks still help
            yield _problem(name, "broken", problem=f"{type(error).__name__}: {error}")


def check_python(_settings: Settings) -> Finding:
    """Look at the interpreter."""
    found = f"{platform.python_implementation()} {platform.python_version()}"
    if sys.implementation.name != "cpython":
        return _warning("python", "other", found=found)
    return _ok("python", found=found)


def check_packages(_settings: Settings) -> Finding:
    """Compare what is installed with what this version was made for."""
    try:
        required = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return _warning("packages", "uninstalled")
    wrong: list[str] = []
    count = 0
    for requirement in map(Requirement, required):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        count += 1
        try:
            found = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} (-)")
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} {found} ({requirement.specifier})")
    if wrong:
        return _problem("packages", "wrong", packages=", ".join(wrong))
    return _ok("packages", count=count)


def check_audio(_settings: Settings) -> Finding:
    """Look for libopus, which conceals lost packets."""
    from stream.opus import decoder_description, load_libopus  # noqa: PLC0415 - may be broken

    found = decoder_description()
    if load_libopus() is None:
        return _warning("audio", "without_libopus", found=found)
    return _ok("audio", found=found)


def check_models(settings: Settings) -> Finding:
    """Load the models on the best provider that works, and ask why no better one does."""
    from inference.providers import Provider, provider_library_problem  # noqa: PLC0415 - as above
    from judge.calibration import Calibration  # noqa: PLC0415 - as above
    from judge.networks import Networks  # noqa: PLC0415 - as above

    try:
        identity = Networks.load(settings.inference.models_dir, settings.onnx_providers).identity
        if settings.inference.calibration is not None:
            Calibration.load(settings.inference.calibration).for_model(identity.sha256)
    except ModelInvalid as error:
        return _problem("models", "invalid", problem=str(error))
    except ConfigurationInvalid as error:
        return _problem("models", "no_provider", problem=str(error))
    found = {
        "name": identity.name,
        "version": identity.version,
        "provider": identity.provider,
        "sha256": identity.sha256[:12],
    }
    if not identity.trained:
        return _warning("models", "untrained", **found)
    if identity.provider == Provider.CPU and has_nvidia_gpu():
        reason = provider_library_problem(Provider.CUDA) or "-"
        return _warning("models", "gpu_unused", reason=reason, **found)
    return _ok("models", **found)


def check_crowd(settings: Settings) -> Finding:
    """Load the crowd's model and its word lists, and have both look at a word."""
    if not settings.chat.enabled:
        return _ok("crowd", "off")
    from sentiment.classifier import Classifier  # noqa: PLC0415 - may be broken
    from sentiment.reading import MessageReader  # noqa: PLC0415 - as above

    try:
        classifier = Classifier.load()
        list(MessageReader(classifier).read(["temazo"]))
    except (ModelInvalid, ConfigurationInvalid) as error:
        return _problem("crowd", "invalid", problem=str(error))
    return _ok("crowd", version=classifier.version)


def check_visuals(settings: Settings) -> Finding:
    """Draw and encode one picture of a show, as its worker would."""
    if not settings.visuals.enabled:
        return _ok("visuals", "off")
    try:
        from visuals.worker.assembly import try_out  # noqa: PLC0415 - may be broken

        config = settings.visuals_config()
        took_seconds = try_out(
            config.height,
            config.frames_per_second,
            config.kilobits_per_second,
            config.provider,
            config.device,
        )
    except Exception as error:  # sets are heard and judged without shows as well
        return _warning("visuals", "unusable", problem=f"{type(error).__name__}: {error}")
    return _ok("visuals", rooms=config.rooms, took_ms=round(1000.0 * took_seconds))


def has_nvidia_gpu() -> bool:
    """Whether the machine shows an NVIDIA device that this process may see."""
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES", "all").strip() in ("", "-1")
    return not hidden and (Path("/dev/nvidia0").exists() or shutil.which("nvidia-smi") is not None)


def check_database(settings: Settings) -> Finding:
    """Reach the database and see whether its tables are those of this version."""

    async def ask() -> Finding:
        database = Database(settings.database_address)
        try:
            state = await database.schema_state()
        except StorageUnavailable as error:
            return _problem("database", "unreachable", reason=error.details["reason"])
        except ConfigurationInvalid as error:
            return _problem("database", "unusable", problem=TEXTS.error(error))
        finally:
            await database.close()
        found = {"address": str(database), "current": state.current, "wanted": state.wanted}
        if state.current is None:
            return _ok("database", "new", **found)
        return _ok("database", "ok" if state.is_current else "older", **found)

    try:
        return asyncio.run(ask())
    except ConfigurationInvalid as error:
        return _problem("database", "unusable", problem=TEXTS.error(error))


def check_bus(settings: Settings) -> Finding:
    """Reach Redis where it is the bus."""
    address = settings.redis_address
    if address is None:
        return _ok("bus", "memory")
    from redis import Redis, RedisError  # noqa: PLC0415 - the default needs no Redis client

    try:
        wait = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
        with Redis.from_url(address, **wait) as client:
            client.ping()
            version = client.info("server").get("redis_version")
    except (RedisError, ValueError, OSError) as error:
        return _problem("bus", "unreachable", reason=str(error))
    return _ok("bus", "redis", version=version)


def check_port(settings: Settings) -> Finding:
    """See whether the server could listen, or does so already."""
    host, port = settings.host, settings.port
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return _problem("port", "unusable", host=host, port=port, reason=error.strerror)
        code = "ours" if _is_ours(settings) else "busy"
        verdict = Verdict.OK if code == "ours" else Verdict.PROBLEM
        return Finding("port", verdict, code, {"host": host, "port": port})
    return _ok("port", host=host, port=port)


def _is_ours(settings: Settings) -> bool:
    """Whether what listens on the port answers as a server of ours does."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.port, timeout=ANSWER_SECONDS)
    if settings.tls_certificate is not None:
        # The certificate names the server to the world, not to this machine.
        context = ssl._create_unverified_context()  # noqa: S323 - nothing is sent to be protected
        connection = http.client.HTTPSConnection(
            host, settings.port, timeout=ANSWER_SECONDS, context=context
        )
    try:
        with contextlib.closing(connection):
            connection.request("GET", "/health")
            return "parts" in json.loads(connection.getresponse().read(65_536))
    except (OSError, ValueError, http.client.HTTPException):
        return False


def check_https(settings: Settings) -> Finding:
    """See whether browsers will give the studio a microphone."""
    pair = (settings.tls_certificate, settings.tls_key)
    if pair[0] is not None and pair[1] is not None:
        unreadable = [str(path) for path in pair if path and not os.access(path, os.R_OK)]
        if unreadable:
            return _problem("https", "unreadable", files=", ".join(unreadable))
        return _ok("https", "tls")
    if _is_loopback(settings.host):
        return _ok("https", "loopback")
    return _warning("https", "plain", host=settings.host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_data_folder(settings: Settings) -> Finding:
    """See whether the data folder, or the one it would be made in, can be written."""
    folder = settings.data_dir.absolute()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            return _ok("data", "ok" if existing == folder else "new", folder=str(folder))
    except OSError as error:
        return _problem("data", "unwritable", folder=str(existing), reason=error.strerror)


def check_disk(settings: Settings) -> Finding:
    """Look at the space that recordings have."""
    if check_data_folder(settings).verdict is Verdict.PROBLEM:
        return _problem("disk", "unknown")
    free = free_bytes(settings.recordings_dir)
    found = {"free_gb": f"{free / GIGABYTE:.1f}"}
    if free < LEAST_BYTES:
        return _problem("disk", "full", **found)
    if settings.recordings.enabled and free < settings.recordings.least_free_bytes:
        least = settings.recordings.least_free_bytes / GIGABYTE
        return _warning("disk", "nearly_full", least_gb=f"{least:.1f}", **found)
    return _ok("disk", **found)


def settings_problem(error: DjUniverseError, text: str) -> Finding:
    """Return the finding for settings that cannot be read."""
    return _problem("settings", "invalid", problem=text, error=error.slug)
