"""Digests, what channels set and hold, and what people thought of alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only adds, so that programs of the version before go on beside it."""
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("carrier", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("shown", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column("kind", sa.String(length=12), server_default="alert", nullable=False)
        )
        batch_op.add_column(sa.Column("rank", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("held", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("earliest", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("first_try", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_deliveries_carrier", ["carrier"], unique=False)
        batch_op.create_index(
            "ix_deliveries_line", ["chat", "channel", "state", "rank", "seq"], unique=False
        )
    op.create_table(
        "channels",
        sa.Column("chat", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("quiet", sa.Text(), server_default="", nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("stopped", sa.Text(), server_default="", nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.String(length=32), server_default="", nullable=False),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probes", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("chat", "channel"),
    )
    op.create_table(
        "holds",
        sa.Column("chat", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chat", "channel", "kind", "subject"),
    )
    op.create_table(
        "feedback",
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("chat", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "article_id", "chat", "channel", "who"),
    )


def downgrade() -> None:
    """Back to the first tables."""
    op.drop_table("feedback")
    op.drop_table("holds")
    op.drop_table("channels")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_line")
        batch_op.drop_index("ix_deliveries_carrier")
        batch_op.drop_column("first_try")
        batch_op.drop_column("earliest")
        batch_op.drop_column("held")
        batch_op.drop_column("rank")
        batch_op.drop_column("kind")
        batch_op.drop_column("shown")
        batch_op.drop_column("carrier")
