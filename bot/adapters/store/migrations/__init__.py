"""Numbered migrations; alembic runs them at the start."""
