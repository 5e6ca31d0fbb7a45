"""The one tree of errors.

    DjUniverseError
    ├── BadInput              the caller sent something unusable          (4xx, exit code 2)
    │   ├── UnsupportedMedia  a type or codec that is not handled
    │   ├── TooLarge          a body or file over its limit
    │   └── NotFound          no such session, room, key or file
    ├── NotAuthorised         no, unknown or revoked credentials          (401)
    ├── PreconditionFailed    an ETag that is missing or out of date      (428, 412)
    ├── LimitReached          a limit on number, rate or time             (503 with Retry-After)
    ├── ConfigurationInvalid  settings that cannot work                   (exit code 2)
    ├── ModelInvalid          a model file that does not fit its specification
    ├── BusUnavailable        the bus cannot be reached just now
    ├── StorageUnavailable    the database cannot be used just now        (503 with Retry-After)
    └── RecordingDamaged      a recording that cannot be read or replayed

Every error says what was wrong and what to do. `code` is a stable slug, from which pages and the
command line look up the text in the reader's language; `str(error)` is the English original, for
logs.
"""

from __future__ import annotations

from typing import ClassVar


class DjUniverseError(Exception):
    """The root of all errors that the product raises on purpose.

    Parameters
    ----------
    message
        What was wrong and what to do about it, in one or two sentences.
    code
        Stable slug for look-up in the locale files; the class's own `code` by default.
    details
        Values that the localised text may quote.
    """

    code: ClassVar[str] = "internal"

    def __init__(self, message: str, *, code: str | None = None, **details: object) -> None:
        super().__init__(message)
        self.slug = code or self.code
        self.details = details


class BadInput(DjUniverseError):
    """The caller sent something that cannot be used."""

    code = "bad_input"


class UnsupportedMedia(BadInput):
    """A media type or codec that is not handled."""

    code = "unsupported_media"


class TooLarge(BadInput):
    """A body or a file over its limit."""

    code = "too_large"


class NotFound(BadInput):
    """No such session, room, key or file."""

    code = "not_found"


class NotAuthorised(DjUniverseError):
    """Credentials are absent, unknown, revoked or not meant for this."""

    code = "not_authorised"


class PreconditionFailed(DjUniverseError):
    """An entity tag is missing (`code="precondition_required"`) or out of date."""

    code = "precondition_failed"


class LimitReached(DjUniverseError):
    """A limit on number, rate or time was reached.

    Parameters
    ----------
    message
        Which limit, and what to do.
    retry_after_seconds
        When trying again makes sense.
    """

    code = "limit_reached"

    def __init__(
        self, message: str, *, retry_after_seconds: int, code: str | None = None, **details: object
    ) -> None:
        super().__init__(message, code=code, **details)
        self.retry_after_seconds = retry_after_seconds


class ConfigurationInvalid(DjUniverseError):
    """Settings that cannot work together or at all."""

    code = "configuration_invalid"


class ModelInvalid(DjUniverseError):
    """A model file that is absent, damaged or not what its reader expects."""

    code = "model_invalid"


class BusUnavailable(DjUniverseError):
    """The bus cannot be reached just now; what was not acknowledged is kept and tried again."""

    code = "bus_unavailable"


class StorageUnavailable(DjUniverseError):
    """The database cannot be used just now; nothing was stored, trying again makes sense."""

    code = "storage_unavailable"


class RecordingDamaged(DjUniverseError):
    """A recording that cannot be read or replayed."""

    code = "recording_damaged"
