"""Slack workspaces that installed the app, names of channels, where their threads go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds, so that programs of the version before go on beside it."""
    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("threads", sa.String(length=4), server_default="", nullable=False)
        )
    op.create_table(
        "slack_installs",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team"),
    )
    op.create_table(
        "slack_states",
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state"),
    )
    op.create_table(
        "slack_names",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    """Back to one workspace."""
    op.drop_table("slack_names")
    op.drop_table("slack_states")
    op.drop_table("slack_installs")
    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.drop_column("threads")
