"""A feed's row, read and written; each poll does both, so it is done without detours."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter
from sqlalchemy import bindparam, update

from bot.adapters.store.schema import feeds
from bot.core.model import Feed, FeedState, Habits, Validators

if TYPE_CHECKING:
    from sqlalchemy import Row

_HABITS: Final = TypeAdapter(Habits)
_MOMENTS: Final = ("since", "failing_since", "census", "forgotten")
_HALVED: Final = feeds.c.failures // 2

# Failures are forgotten by halves, so that a feed that fails every other time is not asked as often
# as one that never does.
UNCHANGED: Final = (
    update(feeds)
    .where(feeds.c.id == bindparam("feed"))
    .values(
        failures=_HALVED,
        error=None,
        claimed_until=None,
        **{
            name: bindparam(f"new_{name}", type_=feeds.c[name].type)
            for name in ("next_poll", "last_success", "habits", "failing_since", "etag",
                         "last_modified", "body_hash")
        },
    )
)  # fmt: skip


def answer_row(
    feed_id: str, validators: Validators, now: datetime, next_poll: datetime, habits: Habits
) -> dict[str, Any]:
    """Give the parameters of `UNCHANGED`: what every successful poll sets."""
    return {
        "feed": feed_id,
        "new_next_poll": next_poll,
        "new_last_success": now,
        "new_habits": habits,
        "new_failing_since": habits.failing_since,
        "new_etag": validators.etag,
        "new_last_modified": validators.last_modified,
        "new_body_hash": validators.body_hash,
    }


def habit_values(habits: Habits) -> dict[str, Any]:
    """Give the columns of the habits; one stands beside them, to be asked for."""
    return {"habits": habits, "failing_since": habits.failing_since}


def to_json(value: Any) -> str:  # noqa: ANN401 -- JSON
    """Write a value of a JSON column; of habits what is not as it was from the start."""
    if isinstance(value, Habits):  # in one step: each poll stores them
        return _HABITS.dump_json(value, exclude_defaults=True).decode()
    return json.dumps(value)


def habits_of(kept: dict[str, Any]) -> Habits:
    """Read habits; what a later version has added is passed over.

    What this version has stored needs no examination, which would take most of the time of
    reading a feed, and moments in Python's own UTC are compared several times as fast as others.

    Raises:
        ValidationError: it is nothing that any version has stored.
    """
    try:
        values = dict(kept)
        for name in _MOMENTS:
            if values.get(name) is not None:
                values[name] = datetime.fromisoformat(values[name])
        for name in ("skip_hours", "skip_days"):
            if name in values:
                values[name] = tuple(values[name])
        if "dates" in values:
            values["dates"] = tuple(map(datetime.fromisoformat, values["dates"]))
        return Habits(**values)
    except (TypeError, ValueError):
        return _HABITS.validate_python(kept)


def state_of(row: Row[Any]) -> FeedState:
    """Read a feed's row."""
    habits = habits_of(row.habits)
    return FeedState(
        feed=Feed(
            url=row.url,
            title=row.title,
            tags=tuple(row.tags),
            full_text=row.full_text,
            every=row.every,
            backfill=row.backfill,
            origin=row.origin,
            address=habits.address,
        ),
        validators=Validators(row.etag, row.last_modified, row.body_hash, tuple(row.entries)),
        next_poll=row.next_poll,
        failures=row.failures,
        error=row.error,
        last_success=row.last_success,
        primed=row.primed,
        paused=row.paused,
        habits=habits,
        pushed_until=row.pushed_until,
        gone=row.gone,
        told=row.told,
    )
