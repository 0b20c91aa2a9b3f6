"""How things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.canary import is_missed
from bot.jobs.answer.quiet_rules import quiet_rules
from bot.jobs.answer.tenant import sees_rule, tenant_of
from bot.ports import Incoming, Reply

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.core.canary import Awaited
    from bot.core.command import Command
    from bot.core.model import FeedState, OutboxReport, Trouble
    from bot.jobs.answer.desk import Desk

_HOUR = 3600
_DAY = 86_400
_FAILING_SHOWN = 5


async def answer_status(desk: Desk, incoming: Incoming, _command: Command) -> Reply:
    """Say how feeds, rules and deliveries stand, and what does not arrive.

    Of several workspaces each sees its own rules, and no outbox: that is everybody's.
    """
    now = desk.clock.now()
    tenant = tenant_of(incoming)
    rules = [rule for rule in desk.book if sees_rule(tenant, rule)]
    paused = sum(1 for rule in rules if rule.paused)
    lines = [
        *_feeds(await desk.store.feed_states(), now),
        f"rules: {len(rules)}, {paused} paused",
        *(() if tenant else await quiet_rules(desk)),
        *(() if tenant else _outbox(await desk.store.outbox_report(now), now)),
        f"chats: {', '.join(sorted(desk.chats))}",
        *_canary(await desk.store.canary_awaited(), now),
    ]
    return Reply("\n".join(lines))


def _feeds(states: Sequence[FeedState], now: datetime) -> list[str]:
    failing = [state for state in states if state.error]
    paused = sum(1 for state in states if state.paused)
    polled = max((s.last_success for s in states if s.last_success), default=None)
    last = f"{polled:%Y-%m-%d %H:%M:%S} UTC, {_ago(polled, now)} ago" if polled else "none yet"
    healthy = len(states) - len({s.feed.id for s in states if s.error or s.paused})
    counts = f"{healthy} healthy, {len(failing)} failing, {paused} paused"
    lines = [f"feeds: {len(states)}, {counts}; last good poll {last}"]
    lines += [f"  failing: {state.feed.url}: {state.error}" for state in failing[:_FAILING_SHOWN]]
    if len(failing) > _FAILING_SHOWN:
        lines.append(f"  and {len(failing) - _FAILING_SHOWN} more; see feed list")
    return lines


def _outbox(report: OutboxReport, now: datetime) -> list[str]:
    """Describe the outbox: a line of counts, then one for each thing that is stuck."""
    parts = []
    for state, count in sorted(report.counts.items()):
        oldest = report.oldest.get(state)
        parts.append(f"{count} {state}" + (f" (oldest {_ago(oldest, now)})" if oldest else ""))
    lines = [
        f"deliveries: {', '.join(parts) or 'none'}",
        f"  in the last 24 hours: {report.last_day} delivered",
    ]
    return lines + [_trouble(trouble, now) for trouble in report.troubles]


def _canary(awaited: Awaited | None, now: datetime) -> list[str]:
    """Say when the canary last came out, or that it never did; nothing where there is none."""
    if awaited is None:
        return []
    fault = awaited.last is not None and is_missed(now, awaited.last)
    if awaited.out:
        told = f"came out {_ago(awaited.out, now)} ago"
    elif fault and awaited.since:
        told = f"never came out, awaited for {_ago(awaited.since, now)}"
    else:
        told = "none came out yet"
    return [f"canary: {told}{'; MISSED, alerts may be stuck' if fault else ''}"]


def _trouble(trouble: Trouble, now: datetime) -> str:
    place = f"{trouble.chat}:{trouble.channel}" if trouble.channel else trouble.chat
    since = _ago(trouble.since, now)
    if trouble.state == "stopped":
        return f"  stopped: {place} since {since}: {trouble.reason}; {trouble.count} more wait"
    return f"  {trouble.state}: {trouble.count} for {place}, oldest {since}: {trouble.reason}"


def _ago(moment: datetime, now: datetime) -> str:
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < _HOUR:
        return f"{seconds // 60} min" if seconds >= 60 else f"{seconds} s"  # noqa: PLR2004 -- a minute
    return f"{seconds // _HOUR} h" if seconds < 2 * _DAY else f"{seconds // _DAY} d"
