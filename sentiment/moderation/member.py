"""What moderation remembers of one user of a room, for as long as the room remembers the user.

No text and no opinion is kept, only counters and hashes that mean nothing outside this process.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from core.crowd import Role
from sentiment.moderation.offences import Offences
from sentiment.moderation.rates import Bucket
from sentiment.moderation.repeats import SAYINGS_MOST, Saying


@dataclass(slots=True)
class Member:
    """One user: their role, and what the rules have to know of the past."""

    role: Role = Role.VIEWER
    offences: Offences = field(default_factory=Offences)
    bucket: Bucket = field(default_factory=Bucket)
    sayings: deque[Saying] = field(default_factory=lambda: deque(maxlen=SAYINGS_MOST))
    flooded_at_seconds: float | None = None  # when flooding was last counted as an offence
