"""When a server may be asked again: what it said, what its feed says, how it fails."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_WAIT = 86_400.0
"""Seconds. Nothing that a server says puts a feed off for longer than a day."""


def http_date(value: str) -> datetime | None:
    """Read a date of HTTP (RFC 9110, section 5.6.7); None for an unreadable one."""
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Read `Retry-After` (RFC 9110, section 10.2.3): seconds from now, or None."""
    text = (value or "").strip()
    if re.fullmatch(r"\d{1,9}", text):
        return min(float(text), MAX_WAIT)
    date = http_date(text) if text else None
    return None if date is None else min(max((date - now).total_seconds(), 0.0), MAX_WAIT)
