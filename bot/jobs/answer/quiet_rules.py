"""Rules that used to match and do not any more, although their feeds live."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.trend import BEFORE, stopped

if TYPE_CHECKING:
    from datetime import datetime

    from bot.jobs.answer.desk import Desk

_HISTORY = timedelta(days=BEFORE + 7)
_LIVE = timedelta(hours=3)


async def quiet_rules(desk: Desk) -> list[str]:
    """Give a line for each active rule that suddenly stopped matching.

    A rule counts when so long a gap would be most unlikely at its pace of the two weeks before,
    and at least one feed that brought its matches is read as ever. A feed that fails is told of
    elsewhere.

    Raises:
        StoreError: the database refused.
    """
    now = desk.clock.now()
    live = {
        state.feed.id
        for state in await desk.store.feed_states()
        if not state.paused and state.last_success and now - state.last_success <= _LIVE
    }
    times: dict[str, list[datetime]] = {}
    fed: set[str] = set()
    for seen in await desk.store.matches_since(now - _HISTORY):
        times.setdefault(seen.rule_id, []).append(seen.arrived)
        if seen.feed_id in live:
            fed.add(seen.rule_id)
    lines = []
    for rule in desk.book:
        gap = stopped(times.get(rule.id, ()), now)
        if gap is not None and rule.id in fed and desk.book.active.rule(rule.id) is not None:
            count = len(times[rule.id])
            lines.append(
                f"quiet: {rule.name} has matched nothing for {_lasting(gap)}, "
                f"after {count} matches in the weeks before; its feeds are read as ever"
            )
    return lines


def _lasting(gap: timedelta) -> str:
    return f"{gap.days} day{'s' * (gap.days != 1)}"
