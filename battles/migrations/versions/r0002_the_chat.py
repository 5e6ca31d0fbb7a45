"""Moderators, the moderation log, the chat's rules and a room's own emotes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "moderators",
        sa.Column("moderator_id", sa.String(16), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("room", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("created_unix_seconds", sa.Double(), nullable=False),
        sa.Column("last_used_unix_seconds", sa.Double(), nullable=True),
        sa.Column("revoked_unix_seconds", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["room"], ["djs.room"], name="fk_moderators_room_djs"),
        sa.PrimaryKeyConstraint("moderator_id", name="pk_moderators"),
        sa.UniqueConstraint("digest", name="uq_moderators_digest"),
    )
    op.create_index("ix_moderators_room", "moderators", ["room"])
    op.create_table(
        "moderation_log",
        sa.Column(
            "entry",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at_unix_seconds", sa.Double(), nullable=False),
        sa.Column("room", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("deed", sa.String(16), nullable=False),
        sa.Column("user_hash", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("message", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("entry", name="pk_moderation_log"),
    )
    op.create_index("ix_moderation_log_at", "moderation_log", ["at_unix_seconds"])
    op.create_index("ix_moderation_log_room_at", "moderation_log", ["room", "at_unix_seconds"])
    op.create_table(
        "chat_rules",
        sa.Column("room", sa.String(64), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("changed_unix_seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["djs.room"], name="fk_chat_rules_room_djs"),
        sa.PrimaryKeyConstraint("room", name="pk_chat_rules"),
    )
    op.create_table(
        "room_emotes",
        sa.Column("room", sa.String(64), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("added_unix_seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["djs.room"], name="fk_room_emotes_room_djs"),
        sa.PrimaryKeyConstraint("room", "name", name="pk_room_emotes"),
    )


def downgrade() -> None:
    op.drop_table("room_emotes")
    op.drop_table("chat_rules")
    op.drop_table("moderation_log")
    op.drop_table("moderators")
