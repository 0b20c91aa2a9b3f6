"""A look at several channels at once, for chats that have a page for it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.model import Overview, RuleWeek

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.model import Rule
    from bot.jobs.answer.desk import Desk

_DAYS = 7
_RECENT = 10
_FAILING = 8


async def overview(desk: Desk, chat: str, channels: Sequence[str]) -> Overview:
    """Look at channels: their rules with the hits of a week, the feeds, the latest alerts.

    Args:
        desk: what is at hand.
        chat: the chat that they belong to.
        channels: as rules name them, without the chat.

    Raises:
        StoreError: the database refused.
    """
    today = desk.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=_DAYS - 1)
    listed = [(channel, rules_of(desk, chat, channel)) for channel in channels]
    ids = {rule.id for _, rules in listed for rule in rules}
    hits = await desk.store.hits_since(ids, first) if ids else []
    count = Counter((rule_id, (arrived - first).days) for rule_id, arrived in hits)
    states = await desk.store.feed_states()
    failing = [(state.feed.title or state.feed.url, state.error) for state in states if state.error]
    return Overview(
        channels=tuple(
            (
                channel,
                tuple(
                    RuleWeek(rule, tuple(count[rule.id, day] for day in range(_DAYS)))
                    for rule in rules
                ),
            )
            for channel, rules in listed
        ),
        feeds=len(states),
        failing=tuple(failing[:_FAILING]),
        recent=tuple(await desk.store.latest_alerts(chat, channels, _RECENT) if channels else ()),
    )


def rules_of(desk: Desk, chat: str, channel: str) -> list[Rule]:
    """Give the rules whose alerts go to a channel, by name."""
    target = f"{chat}:{channel}" if channel else chat
    return [rule for rule in desk.book if target in rule.channels]
