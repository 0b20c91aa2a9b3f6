"""Which words stored articles have, for full-text search."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from bot.adapters.store.search import row_of
from bot.core.model import Article

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

_BATCH = 500


def upgrade() -> None:
    """Which words stored articles have, for full-text search."""
    op.execute(
        "CREATE VIRTUAL TABLE article_words USING fts5("
        "words, content='', detail='none', tokenize='ascii')"
    )
    connection, last = op.get_bind(), 0
    rows = sa.text("SELECT seq, title, text FROM articles WHERE seq > :last ORDER BY seq LIMIT :n")
    insert = sa.text("INSERT INTO article_words (rowid, words) VALUES (:rowid, :words)")
    while found := connection.execute(rows, {"last": last, "n": _BATCH}).all():
        connection.execute(
            insert, [row_of(row.seq, _article(row.title, row.text)) for row in found]
        )
        last = found[-1].seq


def _article(title: str, text: str) -> Article:
    now = datetime.fromtimestamp(0, UTC)
    return Article("", "", "", title, text, published=None, arrived=now)


def downgrade() -> None:
    """Nothing is kept that the articles do not say."""
    op.execute("DROP TABLE article_words")
