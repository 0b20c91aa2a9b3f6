"""What polls teach of feeds, when entries were last there, and WebSub subscriptions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds, so that programs of the version before go on beside it."""
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("habits", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("pushed_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("gone", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("told", sa.Boolean(), server_default="0", nullable=False))
    with op.batch_alter_table("seen", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_seen", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "hubs",
        sa.Column("feed_id", sa.String(length=16), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("feed_id"),
        sa.UniqueConstraint("token"),
    )
    with op.batch_alter_table("hubs", schema=None) as batch_op:
        batch_op.create_index("ix_hubs_due", ["next_try"], unique=False)


def downgrade() -> None:
    """Back to what stood before."""
    op.drop_table("hubs")
    with op.batch_alter_table("seen", schema=None) as batch_op:
        batch_op.drop_column("last_seen")
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        for name in ("told", "gone", "failing_since", "pushed_until"):
            batch_op.drop_column(name)
        batch_op.drop_column("habits")
