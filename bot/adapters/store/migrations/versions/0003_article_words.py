"""Which words stored articles have, for full-text search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.adapters.store.search import row_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BATCH = 500
_CREATE = {
    "sqlite": (
        "CREATE VIRTUAL TABLE article_words USING fts5(words, detail='none', tokenize='ascii')",
    ),
    "postgresql": (
        "CREATE TABLE article_words (seq bigint PRIMARY KEY, words tsvector NOT NULL)",
        "CREATE INDEX ix_article_words ON article_words USING gin (words)",
    ),
}
_INSERT = {
    "sqlite": "INSERT INTO article_words (rowid, words) VALUES (:seq, :words)",
    "postgresql": (
        "INSERT INTO article_words (seq, words)"
        " VALUES (:seq, array_to_tsvector(string_to_array(:words, ' ')))"
    ),
}


def upgrade() -> None:
    """Which words stored articles have, for full-text search."""
    connection, last = op.get_bind(), 0
    dialect = connection.dialect.name
    for statement in _CREATE[dialect]:
        op.execute(statement)
    rows = sa.text("SELECT seq, title, text FROM articles WHERE seq > :last ORDER BY seq LIMIT :n")
    insert = sa.text(_INSERT[dialect])
    while found := connection.execute(rows, {"last": last, "n": _BATCH}).all():
        connection.execute(insert, [row_of(row.seq, row.title, row.text) for row in found])
        last = found[-1].seq


def downgrade() -> None:
    """Nothing is lost that the articles do not say."""
    op.execute("DROP TABLE article_words")
