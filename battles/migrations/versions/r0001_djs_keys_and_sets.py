"""DJs, their stream keys and their live sets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "djs",
        sa.Column("room", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("folded_name", sa.String(256), nullable=False),
        sa.Column("created_unix_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("room", name="pk_djs"),
        sa.UniqueConstraint("folded_name", name="uq_djs_folded_name"),
    )
    op.create_table(
        "stream_keys",
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("room", sa.String(64), nullable=False),
        sa.Column("created_unix_seconds", sa.Double(), nullable=False),
        sa.Column("last_used_unix_seconds", sa.Double(), nullable=True),
        sa.Column("revoked_unix_seconds", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["room"], ["djs.room"], name="fk_stream_keys_room_djs"),
        sa.PrimaryKeyConstraint("key_id", name="pk_stream_keys"),
        sa.UniqueConstraint("digest", name="uq_stream_keys_digest"),
    )
    op.create_index("ix_stream_keys_room", "stream_keys", ["room"])
    op.create_table(
        "live_sets",
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("room", sa.String(64), nullable=False),
        sa.Column("dj_name", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=True),
        sa.Column("declared_genre", sa.String(32), nullable=True),
        sa.Column("node", sa.String(128), nullable=False),
        sa.Column("recording", sa.String(500), nullable=True),
        sa.Column("started_unix_seconds", sa.Double(), nullable=False),
        sa.Column("seen_unix_seconds", sa.Double(), nullable=False),
        sa.Column("ended_unix_seconds", sa.Double(), nullable=True),
        sa.Column("end_reason", sa.String(64), nullable=True),
        sa.Column("played_seconds", sa.Double(), nullable=True),
        sa.Column("overall", sa.Double(), nullable=True),
        sa.Column("overall_low", sa.Double(), nullable=True),
        sa.Column("overall_high", sa.Double(), nullable=True),
        sa.Column("components", sa.JSON(), nullable=True),
        sa.Column("score_reason", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["room"], ["djs.room"], name="fk_live_sets_room_djs"),
        sa.PrimaryKeyConstraint("session", name="pk_live_sets"),
    )
    op.create_index("ix_live_sets_node", "live_sets", ["node"])
    op.create_index("ix_live_sets_room", "live_sets", ["room"])
    op.create_index("ix_live_sets_started", "live_sets", ["started_unix_seconds"])


def downgrade() -> None:
    op.drop_table("live_sets")
    op.drop_table("stream_keys")
    op.drop_table("djs")
