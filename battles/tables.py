"""What the database holds: DJs with their rooms, keys and sets, and what their chats are kept by.

Dates are Unix seconds as the product's clock tells them (`core.clock`), in UTC by definition: the
same number on every database, with no time zone to lose on the way.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ROOM_LENGTH = 64
NAME_LENGTH = 64
KEY_ID_LENGTH = 16
TITLE_LENGTH = 200
NODE_LENGTH = 128
EMOTE_NAME_LENGTH = 32


class Table(DeclarativeBase):
    """Base of all tables. Constraints get predictable names, so that migrations can alter them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        float: Double,
        dict[str, Any]: JSON,
        list[str]: JSON,
    }


class DjRow(Table):
    """One DJ, who has one room for good."""

    __tablename__ = "djs"

    room: Mapped[str] = mapped_column(String(ROOM_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    folded_name: Mapped[str] = mapped_column(String(4 * NAME_LENGTH), unique=True)
    created_unix_seconds: Mapped[float]


class StreamKeyRow(Table):
    """One key that lets a DJ go live in the DJ's room. The key itself is not here."""

    __tablename__ = "stream_keys"

    key_id: Mapped[str] = mapped_column(String(KEY_ID_LENGTH), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # SHA-256 of the key
    room: Mapped[str] = mapped_column(ForeignKey("djs.room"), index=True)
    created_unix_seconds: Mapped[float]
    last_used_unix_seconds: Mapped[float | None]
    revoked_unix_seconds: Mapped[float | None]


class LiveSetRow(Table):
    """One live set, from its first moment on air."""

    __tablename__ = "live_sets"
    __table_args__ = (Index("ix_live_sets_started", "started_unix_seconds"),)

    session: Mapped[str] = mapped_column(String(64), primary_key=True)
    room: Mapped[str] = mapped_column(ForeignKey("djs.room"), index=True)
    dj_name: Mapped[str] = mapped_column(String(NAME_LENGTH))  # as it was then
    title: Mapped[str | None] = mapped_column(String(TITLE_LENGTH))
    declared_genre: Mapped[str | None] = mapped_column(String(32))
    node: Mapped[str] = mapped_column(
        String(NODE_LENGTH), index=True
    )  # the process that carries it
    recording: Mapped[str | None] = mapped_column(String(500))
    started_unix_seconds: Mapped[float]
    seen_unix_seconds: Mapped[float]  # when its process last said that it is still on air
    ended_unix_seconds: Mapped[float | None]
    end_reason: Mapped[str | None] = mapped_column(String(64))
    played_seconds: Mapped[float | None]
    overall: Mapped[float | None]
    overall_low: Mapped[float | None]
    overall_high: Mapped[float | None]
    components: Mapped[dict[str, Any] | None]  # component -> {value, low, high} or null
    score_reason: Mapped[str | None] = mapped_column(String(64))  # why there is no overall score


class ModeratorRow(Table):
    """One pass that lets somebody moderate one room's chat. The pass itself is not here."""

    __tablename__ = "moderators"

    moderator_id: Mapped[str] = mapped_column(String(KEY_ID_LENGTH), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # SHA-256 of the pass
    room: Mapped[str] = mapped_column(ForeignKey("djs.room"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    created_unix_seconds: Mapped[float]
    last_used_unix_seconds: Mapped[float | None]
    revoked_unix_seconds: Mapped[float | None]


class ModerationLogRow(Table):
    """One decision on a message or user, with the text that it was about. Lives for days only.

    The room may belong to nobody: people can talk in any.
    """

    __tablename__ = "moderation_log"
    __table_args__ = (
        Index("ix_moderation_log_at", "at_unix_seconds"),
        Index("ix_moderation_log_room_at", "room", "at_unix_seconds"),
    )

    # SQLite counts up by itself in a column of exactly this type.
    entry: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True
    )
    at_unix_seconds: Mapped[float]
    room: Mapped[str] = mapped_column(String(ROOM_LENGTH))
    actor: Mapped[str] = mapped_column(String(NAME_LENGTH))
    deed: Mapped[str] = mapped_column(String(16))
    user: Mapped[str] = mapped_column("user_hash", String(64))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    text: Mapped[str | None] = mapped_column(Text)
    reasons: Mapped[list[str]]
    message: Mapped[str | None] = mapped_column(String(64))


class ChatRulesRow(Table):
    """How a room's chat is kept, where its DJ or moderators have changed it."""

    __tablename__ = "chat_rules"

    room: Mapped[str] = mapped_column(ForeignKey("djs.room"), primary_key=True)
    rules: Mapped[dict[str, Any]]
    changed_unix_seconds: Mapped[float]


class RoomEmoteRow(Table):
    """One picture that a room's chat can show as `:name:`."""

    __tablename__ = "room_emotes"

    room: Mapped[str] = mapped_column(ForeignKey("djs.room"), primary_key=True)
    name: Mapped[str] = mapped_column(String(EMOTE_NAME_LENGTH), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(32))
    image: Mapped[bytes]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 of the image
    added_unix_seconds: Mapped[float]


class ShowSettingsRow(Table):
    """What a room's VJ has set for its shows."""

    __tablename__ = "show_settings"

    room: Mapped[str] = mapped_column(ForeignKey("djs.room"), primary_key=True)
    settings: Mapped[dict[str, Any]]
    changed_unix_seconds: Mapped[float]


class RoomLogoRow(Table):
    """The picture that a room's shows can lay over theirs."""

    __tablename__ = "room_logos"

    room: Mapped[str] = mapped_column(ForeignKey("djs.room"), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(32))
    image: Mapped[bytes]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 of the image
    added_unix_seconds: Mapped[float]
