"""What a room's VJ has set for its shows, and the room's logo."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "show_settings",
        sa.Column("room", sa.String(64), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("changed_unix_seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["djs.room"], name="fk_show_settings_room_djs"),
        sa.PrimaryKeyConstraint("room", name="pk_show_settings"),
    )
    op.create_table(
        "room_logos",
        sa.Column("room", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("added_unix_seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["djs.room"], name="fk_room_logos_room_djs"),
        sa.PrimaryKeyConstraint("room", name="pk_room_logos"),
    )


def downgrade() -> None:
    op.drop_table("room_logos")
    op.drop_table("show_settings")
