"""How often a rule matched, or somebody said something, a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.core.trend import BEFORE, chart_of, in_text
from bot.jobs.answer.ledger import find_said
from bot.jobs.answer.look import entity_of
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from bot.core.command import Command
    from bot.jobs.answer.desk import Desk

LONGEST: Final = 366


async def answer_trend(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Count matches of a rule of the channel, or statements of an entity, a day and an outlet."""
    days = min(LONGEST, max(2, round(command.hours / 24)))
    today = desk.clock.now().date()
    first = today - timedelta(days=days - 1 + BEFORE)
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    if command.subject.startswith("@"):
        entity = entity_of(desk, command.subject)
        name, what = entity.name, "statements"
        said = await find_said(desk, entity, "", since)
        seen = [(one.seen, one.first.outlet) for one in said]
    else:
        rule = desk.named(incoming, command.subject)
        name, what = rule.name, "matches"
        seen = [(one.arrived, one.outlet) for one in await desk.store.matches_since(since, rule.id)]
    known = await desk.store.first_arrival() or desk.clock.now()
    chart = chart_of(name, what, seen, today=today, days=days, known=known.date())
    return Reply(in_text(chart), chart=chart)
